"""Lay signed heads down where the database's owner does not reach. Keeps no transaction meanwhile.

What was sealed after the last anchor could be rewritten by whoever owns the database and the key;
what an anchor holds could not. The line is the same everywhere: a head as one line of JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select

from core.context import Context
from core.evidence.anchoring.file_target import FileTarget
from core.evidence.anchoring.syslog_target import SyslogTarget, place_of
from core.evidence.anchoring.timestamp_target import TimestampTarget
from core.evidence.anchoring.timestamps import trust_of
from core.evidence.anchoring.witness_target import WitnessTarget
from core.evidence.documents import head_line
from core.evidence.errors import AnchorFailed
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.evidence.nodes import LogBroken
from core.evidence.statements import moment
from core.settings import Settings


class Target(Protocol):
    """A place for heads outside the database."""

    @property
    def name(self) -> str:
        """What the place is called in the database; no secret stands in it."""
        ...

    @property
    def pause(self) -> float:
        """Seconds from one head that it got to the next, at least; 0 where it takes any number."""
        ...

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


def targets(ctx: Context) -> list[Target]:
    """The targets that the settings name, or SettingsError for one that cannot be.

    Who is told through notifiers is not among them: this room knows none.
    """
    settings: Settings = ctx.settings
    found: list[Target] = []
    if settings.audit_anchor_file:
        found.append(FileTarget(settings.audit_anchor_file))
    if settings.audit_anchor_syslog:
        place_of(settings.audit_anchor_syslog)
        found.append(SyslogTarget(settings.audit_anchor_syslog, lambda: moment(ctx.now())))
    if settings.audit_witness_url:
        found.append(WitnessTarget(ctx, settings.audit_witness_url))
    if settings.audit_tsa_url:
        pause = 60.0 * settings.audit_tsa_minutes
        found.append(
            TimestampTarget(url=settings.audit_tsa_url, trust=trust_of(settings), pause=pause)
        )
    return found


def anchor(ctx: Context, places: Sequence[Target] | None = None) -> list[Anchored]:
    """Lay the newest head down at every target that does not have it yet; commits in between.

    A target that wants a pause between two heads gets none before that is over. One target's
    failure keeps no other from its head. Needs `audit.seal`.
    """
    ctx.require("audit.seal")
    return [_laid_down(ctx, one) for one in (targets(ctx) if places is None else places)]


def _laid_down(ctx: Context, place: Target) -> Anchored:
    head, keys = last_head(ctx.session), chain(ctx.session)
    last, size = _last(ctx, place), head.size if head else 0
    if head is None or (last and last.size == size):
        return Anchored(target=place.name, size=size, receipt="has it already")
    due = last.anchored_at + timedelta(seconds=place.pause) if last else ctx.now()
    if due > ctx.now():
        return Anchored(target=place.name, size=size, receipt=f"not before {moment(due)}")
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


def _last(ctx: Context, place: Target) -> Anchor | None:
    """The largest head that the target got."""
    rows = select(Anchor).where(Anchor.target == place.name).order_by(Anchor.size.desc()).limit(1)
    return ctx.session.scalar(rows)
