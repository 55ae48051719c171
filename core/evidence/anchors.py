"""Lay signed heads down where the database's owner does not reach. Keeps no transaction meanwhile.

What was sealed after the last anchor could be rewritten by whoever owns the database and the key;
what an anchor holds could not. The line is the same everywhere: a head as one line of JSON.
"""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import func, select

from core.context import Context
from core.errors import InvalidInput, SettingsError
from core.evidence.documents import SignedHead, head_line, read_head
from core.evidence.errors import AnchorFailed
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.evidence.nodes import LogBroken
from core.evidence.statements import HeadStatement, moment
from core.evidence.witness_target import WitnessTarget
from core.settings import Settings

SECONDS = 5.0
"""How long a syslog server may take."""
PRIORITY = 13 * 8 + 6  # facility "log audit", severity "informational" (RFC 5424, 6.2.1)
TAIL = 4096


class Target(Protocol):
    """A place for heads outside the database."""

    @property
    def name(self) -> str: ...

    def lay_down(self, line: str) -> str:
        """Keep the head's line; returns a receipt.

        Raises AnchorFailed, or LogBroken when the place holds a head that this one contradicts.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """What became of a head at a target; `fault` is empty where it was laid down.

    `contradicted` says that the target holds a head that the log does not have.
    """

    target: str
    size: int
    receipt: str = ""
    fault: str = ""
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file that is only ever appended to, best on another mount and append-only there."""

    path: Path

    @property
    def name(self) -> str:
        return f"file:{self.path}"

    def lay_down(self, line: str) -> str:
        try:
            self._require_older(read_head(line).statement)
            with self.path.open("ab") as file:
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                return f"byte {file.tell()}"
        except OSError as error:
            raise AnchorFailed(
                f"The file {self.path} takes no head of the audit log: {error.strerror}. Check the "
                "mount, or TRIMTAB_AUDIT_ANCHOR_FILE."
            ) from error

    def _require_older(self, head: HeadStatement) -> None:
        last = self._last()
        if last is None or last.statement.log != head.log:
            return
        larger = last.statement.size > head.size
        if larger or (last.statement.size == head.size and last.statement.root != head.root):
            raise LogBroken(
                f"{self.path} holds a signed head of {last.statement.size} records, and the audit "
                f"log's newest is another one of {head.size}: the log was cut off or rewritten."
            )

    def _last(self) -> SignedHead | None:
        """The file's last line; None for a new file, or where the line is none of ours."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - TAIL))
            lines = file.read().splitlines() or [b""]
        try:
            return read_head(lines[-1].decode(errors="replace"))
        except InvalidInput:
            return None


@dataclass(frozen=True, slots=True)
class SyslogTarget:
    """A syslog server: UDP (RFC 5426), TCP with octet counting (RFC 6587), or a local socket."""

    address: str
    now: Callable[[], str]

    @property
    def name(self) -> str:
        return f"syslog:{self.address}"

    def lay_down(self, line: str) -> str:
        at, host = self.now(), socket.gethostname() or "-"
        message = f"<{PRIORITY}>1 {at} {host} trimtab {os.getpid()} audit-head - {line}".encode()
        try:
            self._send(message)
        except OSError as error:
            raise AnchorFailed(
                f"The syslog server {self.address} takes no head of the audit log: {error}. Check "
                "TRIMTAB_AUDIT_ANCHOR_SYSLOG."
            ) from error
        return f"sent {at}"

    def _send(self, message: bytes) -> None:
        where = _address(self.address)
        if where.scheme == "":
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
                link.connect(where.path)
                link.send(message)
            return
        host, port = where.hostname or "", where.port or (601 if where.scheme == "tcp" else 514)
        if where.scheme == "tcp":
            with socket.create_connection((host, port), timeout=SECONDS) as link:
                link.sendall(b"%d %b" % (len(message), message))
            return
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as link:
            link.sendto(message, place)


def targets(ctx: Context) -> list[Target]:
    """The targets that the settings name, or SettingsError for one that cannot be."""
    settings: Settings = ctx.settings
    found: list[Target] = []
    if settings.audit_anchor_file:
        found.append(FileTarget(settings.audit_anchor_file))
    if settings.audit_anchor_syslog:
        _address(settings.audit_anchor_syslog)
        found.append(SyslogTarget(settings.audit_anchor_syslog, lambda: moment(ctx.now())))
    if settings.audit_witness_url:
        found.append(WitnessTarget(ctx, settings.audit_witness_url))
    return found


def anchor(ctx: Context, places: Sequence[Target] | None = None) -> list[Anchored]:
    """Lay the newest head down at every target that does not have it yet; commits in between.

    One target's failure keeps no other from its head. Needs `audit.seal`.
    """
    ctx.require("audit.seal")
    return [_laid_down(ctx, one) for one in (targets(ctx) if places is None else places)]


def _laid_down(ctx: Context, place: Target) -> Anchored:
    head, keys = last_head(ctx.session), chain(ctx.session)
    known = ctx.session.scalar(select(func.max(Anchor.size)).where(Anchor.target == place.name))
    size = head.size if head else 0
    if head is None or size == (known or 0):
        return Anchored(target=place.name, size=size, receipt="has it already")
    line = head_line(head, log=keys[0].id)
    try:
        with ctx.released():
            receipt = place.lay_down(line)
    except (AnchorFailed, LogBroken) as error:
        contradicted = isinstance(error, LogBroken)
        return Anchored(
            target=place.name, size=size, fault=error.message, contradicted=contradicted
        )
    ctx.add(Anchor(size=size, target=place.name, anchored_at=ctx.now(), receipt=receipt))
    ctx.commit()
    return Anchored(target=place.name, size=size, receipt=receipt)


def _address(text: str) -> SplitResult:
    try:
        where = urlsplit(text)
        sound = where.port != 0 and (
            bool(where.hostname) if where.scheme in {"udp", "tcp"}
            else where.scheme == "" and where.path.startswith("/")
        )  # fmt: skip
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(
            f"Setting audit_anchor_syslog is {text!r}; write udp://HOST:PORT, tcp://HOST:PORT or "
            "the path of a socket."
        )
    return where
