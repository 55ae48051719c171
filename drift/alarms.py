"""The events that follow from findings and failed collections. Never judges either."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from core.actor import Actor
from core.context import Context
from core.counting import counted
from drift.attribution import ALARMING
from drift.models import Finding
from drift.severity import Severity
from inventory.models import Device, Site
from inventory.results import CollectionOutcome
from operations import events
from operations.events import Notice
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
FAR: frozenset[str] = frozenset({"unreachable", "timeout"})
"""Outcomes that may speak of a whole site."""

SITE_AWAY = "site_unreachable"


def tell(ctx: Context, told: Sequence[Finding]) -> None:
    """Bring the events in line with open findings: raise, replace or close them."""
    hush(
        ctx,
        [
            (one, f"The drift is now {one.verdict}: {one.verdict_reason}")
            for one in told
            if one.event is not None
            and (one.event.fingerprint != _mark(one) or one.verdict not in ALARMING)
        ],
    )
    alarming = [one for one in told if one.verdict in ALARMING]
    if not alarming:
        return
    raised = events.raise_events(_platform(ctx), [_notice(one) for one in alarming])
    for finding, event in zip(alarming, raised, strict=True):
        finding.event = event


def hush(ctx: Context, over: Sequence[tuple[Finding, str]]) -> None:
    """Close the findings' events that are not closed, each with its note."""
    notes: dict[int, str] = {}
    for finding, note in over:
        event, finding.event = finding.event, None
        if event is not None and event.state != "closed":
            notes[event.id] = note
    if notes:
        events.close_all(_platform(ctx), notes)


def note_collection(ctx: Context, outcome: CollectionOutcome) -> None:
    """As `note_collections`, of one device."""
    note_collections(ctx, [outcome])


def note_collections(ctx: Context, outcomes: Sequence[CollectionOutcome]) -> None:
    """Raise the events of failed collections; close devices' earlier ones after a good one.

    A device in maintenance raises none.
    """
    failed = [one for one in outcomes if one.outcome in FAILURES]
    silent = _in_maintenance(ctx, [one.device_id for one in failed])
    notices = [_failure(one) for one in failed if one.device_id not in silent]
    if notices:
        events.raise_events(_platform(ctx), notices)
    good = [one.device_id for one in outcomes if one.outcome in GOOD]
    over = {event.id: "The device was collected again." for event in _failures_of(ctx, good)}
    if over:
        events.close_all(_platform(ctx), over)


def note_sites(
    ctx: Context, far: Sequence[CollectionOutcome], cut: Mapping[str, Sequence[int]]
) -> None:
    """The devices of a scan that could not be reached: one event for a site that was cut.

    `cut` has by site how many devices failed, how many it has, and how many were left alone.
    """
    sites = _sites(ctx, [one.device_id for one in far])
    note_collections(ctx, [one for one in far if sites[one.device_id] not in cut])
    first = {sites[one.device_id]: one for one in reversed(far)}
    notices = [_site(site, counts, first[site]) for site, counts in cut.items() if site in first]
    if notices:
        events.raise_events(_platform(ctx), notices)


def note_reached(ctx: Context, device_ids: Sequence[int], *, cut: Collection[str]) -> None:
    """Close the events of the sites whose devices answered, but for those that were cut."""
    marks = [f"{SITE_AWAY}:{site}" for site in set(_sites(ctx, device_ids).values()) - set(cut)]
    rows = select(Event.id).where(Event.state != "closed", Event.fingerprint.in_(marks))
    over = dict.fromkeys(ctx.session.scalars(rows), "The site's devices were reached again.")
    if over:
        events.close_all(_platform(ctx), over)


def _site(site: str, counts: Sequence[int], first: CollectionOutcome) -> Notice:
    failed, size, left = counts
    return Notice(
        fingerprint=f"{SITE_AWAY}:{site}", kind=SITE_AWAY, severity="major",
        title=f"{failed} of {counted(size, 'device')} of {site} cannot be reached",
        detail=f"{counted(left, 'was', 'were')} not tried any more. "
        f"The first: {first.hostname}: {first.detail}",
        device_id=first.device_id,
    )  # fmt: skip


def _failure(outcome: CollectionOutcome) -> Notice:
    failure = FAILURES[outcome.outcome]
    return Notice(
        fingerprint=f"{failure.kind}:{outcome.hostname}", kind=failure.kind,
        title=f"{outcome.hostname} {failure.title}", detail=outcome.detail,
        severity=failure.severity, device_id=outcome.device_id,
    )  # fmt: skip


def _sites(ctx: Context, device_ids: Sequence[int]) -> dict[int, str]:
    rows = select(Device.id, Site.code).join(Site, Site.id == Device.site_id)
    return {row.id: row.code for row in ctx.session.execute(rows.where(Device.id.in_(device_ids)))}


def _in_maintenance(ctx: Context, device_ids: Sequence[int]) -> frozenset[int]:
    rows = select(Device.id).where(Device.id.in_(device_ids), Device.state == "maintenance")
    return frozenset(ctx.session.scalars(rows)) if device_ids else frozenset()


def _failures_of(ctx: Context, device_ids: Sequence[int]) -> tuple[Event, ...]:
    kinds = {failure.kind for failure in FAILURES.values()}
    rows = select(Event).where(
        Event.device_id.in_(device_ids), Event.state != "closed", Event.kind.in_(kinds)
    )
    return tuple(ctx.session.scalars(rows)) if device_ids else ()


def _notice(finding: Finding) -> Notice:
    return Notice(
        fingerprint=_mark(finding), kind=finding.kind,
        title=f"{finding.device.hostname}: {finding.verdict} {TITLES[finding.kind]}",
        detail=_detail(finding), severity=finding.severity, device_id=finding.device_id,
    )  # fmt: skip


def _mark(finding: Finding) -> str:
    """The fingerprint of the event that belongs to a finding."""
    return f"{finding.kind}:{finding.device.hostname}:{finding.fingerprint}"


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
