"""Edit what a window or freeze will be; what it was until now stays. Moves no change by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from changes.calendar import series
from changes.calendar.clashes import lets
from changes.calendar.exceptions import binding, excepted
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.recurrence import openings
from changes.calendar.series import Held, Holding, Planned, Row, word_of
from changes.calendar.spans import Span, covered, within
from changes.calendar.traffic import window_of
from changes.models import ChangeRequest, ChangeTarget
from changes.states import State
from core.context import Context
from core.errors import Conflict, InvalidInput
from operations.events import Notice, raise_events

KIND = "calendar_moved"
WAITING = (State.PROPOSED, State.APPROVED, State.PAUSED)
OWN = frozenset({"id", "ended_at", "ended_by_id", "end_reason"})
"""The columns that the row of what it was has for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """`affected` are the changes (ids) that wait and are worse off: bare of a window, or frozen."""

    row: Held
    affected: tuple[int, ...]


def edit(ctx: Context, table: type[Row], key: int, planned: Planned, *, reason: str) -> Edited:
    """Let the window or freeze be like that from now on.

    Where it has held already, what it was stays as a row of its own that ended now; exceptions from
    a freeze go on counting. Needs `calendar.write` where it held and where it shall hold. Waiting
    changes that no maintenance window covers any more, or that a freeze holds back now, are told by
    an event and in their records. Raises Conflict for one that is over, InvalidInput without a
    reason or without a difference, and what `series.add` raises.
    """
    row: Row = ctx.get_locked(table, key)
    ctx.require("calendar.write", row)
    _check(ctx, row, reason)
    waiting = _waiting(ctx)
    free, before = _free(ctx, table, waiting), series.facts_of(row)
    past = _past(ctx, row, reason)
    ctx.require("calendar.write", series.placed(ctx, row, planned.place))
    series.write(ctx, row, planned)
    if series.facts_of(row) == before:
        raise InvalidInput(f"That is what the {word_of(table)} {row.name} is already.")
    if past is not None:
        ctx.session.add(past)
        _begin_now(ctx, row, planned)
    ctx.session.flush()
    lost = free - _free(ctx, table, waiting)
    affected = [one for one in waiting if one.id in lost]
    ctx.record(
        f"{word_of(table)}.edited", row, before=before, after=series.facts_of(row), reason=reason,
        past=past.id if past is not None else None, affected=[one.id for one in affected],
    )  # fmt: skip
    _tell(ctx, row, affected, reason)
    return Edited(row=row, affected=tuple(one.id for one in affected))


def _check(ctx: Context, row: Held, reason: str) -> None:
    word = word_of(type(row))
    if min(row.over_at, row.life.end) <= ctx.now():
        raise Conflict(f"The {word} {row.name} is over; write a new one.")
    if not reason.strip():
        raise InvalidInput(f"Say why the {word} {row.name} is edited; auditors read it.")


def _past(ctx: Context, row: Row, reason: str) -> Row | None:
    """What it was until now, as an ended row that is not added yet; None: it never held."""
    first = next(iter(within(openings(row.recurrence), row.life)), None)
    if first is None or first.start >= ctx.now():
        return None
    kept = {one.key: getattr(row, one.key) for one in row.__table__.columns if one.key not in OWN}
    return type(row)(
        **kept, ended_at=ctx.now(), ended_by_id=ctx.person.person_id, end_reason=f"Edited: {reason}"
    )


def _begin_now(ctx: Context, row: Held, planned: Planned) -> None:
    """What it is now never held before; raises InThePast where it would not hold any more."""
    begins = max(planned.valid_from or ctx.now(), ctx.now())
    series.write(ctx, row, replace(planned, valid_from=begins))


def _waiting(ctx: Context) -> Sequence[ChangeRequest]:
    """The changes whose window is still to come or open, whoever asks."""
    rows = (
        select(ChangeRequest)
        .where(ChangeRequest.state.in_(WAITING), ChangeRequest.window_end > ctx.now())
        .options(selectinload(ChangeRequest.targets).joinedload(ChangeTarget.device))
        .order_by(ChangeRequest.id)
    )
    return ctx.session.scalars(rows).all()


def _free(ctx: Context, table: type[Row], waiting: Sequence[ChangeRequest]) -> frozenset[int]:
    """Those that maintenance windows cover wholly; of freezes, those that none holds back."""
    spans = {one.id: span for one in waiting if (span := window_of(one)) is not None}
    if not spans:
        return frozenset()
    whole = Span(ctx.now(), max(one.end for one in spans.values()))
    held = series.holding(ctx, table, whole)
    judge = _covered if table is ChangeWindow else _thawed
    return frozenset(one.id for one in waiting if judge(ctx, held, one, _left(ctx, spans[one.id])))


def _left(ctx: Context, span: Span) -> Span:
    """What is still to come of it."""
    return Span(max(span.start, ctx.now()), span.end)


def _covered(_ctx: Context, windows: Holding, change: ChangeRequest, span: Span) -> bool:
    return all(
        covered(span, [one for row, spans in windows.of(target.device) if lets(row, change.kind)
                       for one in spans])
        for target in change.targets
    )  # fmt: skip


def _thawed(ctx: Context, freezes: Holding, change: ChangeRequest, span: Span) -> bool:
    met = [
        row for target in change.targets for row, spans in freezes.of(target.device)
        if any(one.meets(span) for one in spans)
    ]  # fmt: skip
    return not met or not binding(met, kind=change.kind, excepted=excepted(ctx, change))


def _tell(ctx: Context, row: Held, affected: Sequence[ChangeRequest], reason: str) -> None:
    word = word_of(type(row))
    for change in affected:
        ctx.record("change.calendar_moved", change, kind=word, number=row.id, reason=reason)
    raise_events(ctx, list(_notices(row, affected, reason)))


def _notices(row: Held, affected: Iterable[ChangeRequest], reason: str) -> Iterable[Notice]:
    freeze = isinstance(row, Freeze)
    for change in affected:
        what, then = (
            (f"The freeze {row.name} holds in the window of {change.label} now",
             f"or ask for an exception (`trimtab calendar exception ask {change.id} {row.id}`)")
            if freeze else
            (f"No maintenance window covers {change.label} any more", "or leave it where it is")
        )  # fmt: skip
        yield Notice(
            fingerprint=f"{KIND}:{word_of(type(row))}:{row.id}:{change.id}", kind=KIND,
            severity="major" if freeze else "minor", title=what,
            detail=(
                f"{row.name} was edited: {reason} The change is {change.state}. Move "
                f"it (`trimtab change schedule {change.id}`), {then}."
            ),
            device_id=min(one.device_id for one in change.targets),
        )  # fmt: skip
