"""The events that follow from findings and failed collections. Never judges either."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from core.actor import Actor
from core.context import Context
from drift.attribution import ALARMING
from drift.models import Finding
from drift.severity import Severity
from inventory.discovery import CollectionOutcome
from inventory.models import Device
from operations import events
from operations.models import Event

PLATFORM = Actor(name="trimtab drift", granted=frozenset({"event.read", "event.write"}))
"""Events follow from facts: the platform raises and closes them, whoever started the scan."""

SHOWN_LINES = 20
SIGNS: Mapping[str, str] = {"missing": "-", "extra": "+", "moved": "~"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a failed collection shows as an event."""

    kind: str
    severity: Severity
    title: str


UNREACHABLE = Failure(kind="unreachable", severity="minor", title="cannot be reached")
FAILURES: Mapping[str, Failure] = {
    "unreachable": UNREACHABLE,
    "timeout": UNREACHABLE,
    "refused": Failure(kind="login_refused", severity="major", title="refuses the login"),
    "host_key_changed": Failure(
        kind="host_key_changed", severity="critical", title="shows another SSH host key"
    ),
    "untrusted": Failure(
        kind="untrusted_capture", severity="minor", title="gave an incomplete configuration"
    ),
}
"""By outcome of a collection; outcomes that are not here raise no event."""

TITLES: Mapping[str, str] = {"drift": "drift", "facts": "change of facts"}
"""By kind of finding."""

GOOD: frozenset[str] = frozenset({"changed", "unchanged"})


def tell(ctx: Context, finding: Finding) -> None:
    """Bring the event in line with an open finding: raise it, replace it, or close it."""
    mark = f"{finding.kind}:{finding.device.hostname}:{finding.fingerprint}"
    alarming = finding.verdict in ALARMING
    if finding.event is not None and (finding.event.fingerprint != mark or not alarming):
        hush(ctx, finding, note=f"The drift is now {finding.verdict}: {finding.verdict_reason}")
    if alarming:
        finding.event = events.raise_event(
            _platform(ctx), fingerprint=mark, kind=finding.kind,
            title=f"{finding.device.hostname}: {finding.verdict} {TITLES[finding.kind]}",
            detail=_detail(finding), severity=finding.severity, device_id=finding.device_id,
        )  # fmt: skip


def hush(ctx: Context, finding: Finding, *, note: str) -> None:
    """Close the finding's event, if it has one that is not closed."""
    event, finding.event = finding.event, None
    if event is not None and event.state != "closed":
        events.close(_platform(ctx), event.id, note)


def note_collection(ctx: Context, outcome: CollectionOutcome) -> None:
    """Raise the event of a failed collection; close a device's earlier ones after a good one."""
    device = ctx.get(Device, outcome.device_id)
    failure = FAILURES.get(outcome.outcome)
    if failure is not None:
        events.raise_event(
            _platform(ctx), fingerprint=f"{failure.kind}:{device.hostname}", kind=failure.kind,
            title=f"{device.hostname} {failure.title}", detail=outcome.detail,
            severity=failure.severity, device_id=device.id,
        )  # fmt: skip
    elif outcome.outcome in GOOD:
        for event in _failures_of(ctx, device.id):
            events.close(_platform(ctx), event.id, "The device was collected again.")


def _failures_of(ctx: Context, device_id: int) -> tuple[Event, ...]:
    kinds = {failure.kind for failure in FAILURES.values()}
    rows = select(Event).where(
        Event.device_id == device_id, Event.state != "closed", Event.kind.in_(kinds)
    )
    return tuple(ctx.session.scalars(rows))


def _platform(ctx: Context) -> Context:
    return replace(ctx, person=PLATFORM)


def _detail(finding: Finding) -> str:
    """Why, and the first lines of what: `+` stands on the device only, `-` is missing there."""
    rows = [row for row in finding.differences if isinstance(row, Mapping)]
    lines = [f"{SIGNS.get(str(row['side']), ' ')} {_place(row)}" for row in rows[:SHOWN_LINES]]
    if len(rows) > SHOWN_LINES:
        lines.append(f"... and {len(rows) - SHOWN_LINES} more")
    return "\n".join([finding.verdict_reason, *lines])


def _place(row: Mapping[str, object]) -> str:
    path = row["path"]
    above = [str(part).strip() for part in path] if isinstance(path, list) else []
    return " / ".join([*above, str(row["line"]).strip()])
