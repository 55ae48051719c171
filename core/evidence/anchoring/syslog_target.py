"""Heads sent to a syslog server (RFC 5424). Knows no database."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

from core.errors import SettingsError
from core.evidence.errors import AnchorFailed

SECONDS = 5.0
"""How long a syslog server may take."""
PRIORITY = 13 * 8 + 6  # facility "log audit", severity "informational" (RFC 5424, 6.2.1)


@dataclass(frozen=True, slots=True)
class SyslogTarget:
    """A syslog server: UDP (RFC 5426), TCP with octet counting (RFC 6587), or a local socket."""

    pause: ClassVar[float] = 0.0

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
        where = place_of(self.address)
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


def place_of(text: str) -> SplitResult:
    """The setting's parts, or SettingsError for what cannot be one."""
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
