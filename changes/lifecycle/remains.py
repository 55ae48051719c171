"""What still refers to a device that is to go, each with how it is removed. Removes nothing."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

from sqlalchemy import func, or_, select

from changes.calendar.models import ChangeWindow, Freeze, Series
from changes.maintenance.models import MaintenancePlan
from changes.models import ChangeRequest, ChangeTarget
from changes.states import FINAL
from core.context import Context
from drift.models import Baseline, ExpectedFacts, Finding
from inventory import jumps
from inventory.models import Credential, Device, Relation, Site
from inventory.store.search import search
from operations.models import Event
from operations.schedule_models import Schedule

Kept = TypeVar("Kept", ChangeWindow, Freeze)

GONE = "retired"
WAITS = "decommission_waits"
"""The kind of the event that tells of what remains; it does not itself remain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """One reference: its kind, what it is, and the command or act that removes it."""

    kind: str
    what: str
    how: str


def remains_of(ctx: Context, device: Device) -> tuple[Remaining, ...]:
    """Everything that refers to the device, in a steady order.

    Needs `snapshot.read` for the configurations of others; those are searched for its name and its
    address.
    """
    return tuple(one for look in LOOKS for one in look(ctx, device))


def _findings(ctx: Context, device: Device) -> Iterator[Remaining]:
    rows = select(Finding).where(
        Finding.device_id == device.id, Finding.state.in_(("open", "suppressed"))
    )
    for one in ctx.session.scalars(rows.order_by(Finding.id)):
        yield _own(device, "finding", f"finding {one.id} ({one.kind}, {one.state})")


def _baselines(ctx: Context, device: Device) -> Iterator[Remaining]:
    query = select(Baseline).where(
        Baseline.device_id == device.id,
        or_(Baseline.valid_until.is_(None), Baseline.valid_until > ctx.now()),
    )
    for one in ctx.session.scalars(query.order_by(Baseline.version)):
        yield _own(device, "baseline", f"baseline {one.version}")


def _facts(ctx: Context, device: Device) -> Iterator[Remaining]:
    query = select(ExpectedFacts).where(
        ExpectedFacts.device_id == device.id, ExpectedFacts.valid_until.is_(None)
    )
    for one in ctx.session.scalars(query):
        yield _own(device, "expected facts", f"expected facts {one.version}")


def _relations(ctx: Context, device: Device) -> Iterator[Remaining]:
    query = select(Relation).where(
        or_(
            Relation.device_id == device.id, Relation.peer_id == device.id,
            func.lower(Relation.peer_name) == device.hostname.lower(),
        )
    ).order_by(Relation.id)  # fmt: skip
    for one in ctx.session.scalars(query):
        if one.device_id == device.id:
            yield _own(device, "relation", f"its {one.kind} neighbour {one.peer_name}")
            continue
        other = ctx.get(Device, one.device_id)
        yield Remaining(
            kind="relation", what=f"{other.hostname} sees it at {one.interface} ({one.kind})",
            how=f"unplug it, then `trimtab collect {other.hostname}`",
        )  # fmt: skip


def _configurations(ctx: Context, device: Device) -> Iterator[Remaining]:
    """Lines of other devices that name it; at most what a search shows."""
    words = "|".join(re.escape(one) for one in (device.hostname, device.address))
    pattern = rf"(?i)(?:^|[^\w.-])(?:{words})(?:[^\w.-]|$)"
    for hit in search(ctx, pattern, how="regex").hits:
        if hit.device_id != device.id:
            where = " / ".join((*hit.place.section, hit.place.line.strip()))
            yield Remaining(
                kind="configuration", what=f"{hit.hostname} line {hit.place.number}: {where}",
                how=f"a change of {hit.hostname}",
            )  # fmt: skip


def _group(_ctx: Context, device: Device) -> Iterator[Remaining]:
    if device.redundancy_group:
        yield _own(device, "group", f"redundancy group {device.redundancy_group}")


def _jumps(ctx: Context, device: Device) -> Iterator[Remaining]:
    """Sites and devices that are reached through it."""
    name = device.hostname.lower()
    for site in ctx.session.scalars(select(Site).where(func.lower(Site.jump) == name)):
        yield Remaining(
            kind="jump host", what=f"jump host of the site {site.code}",
            how=f"give the site {site.code} another jump host",
        )  # fmt: skip
    own = select(Device).where(
        Device.options.has_key(jumps.OPTION), Device.state != GONE, Device.id != device.id
    )
    for one in ctx.session.scalars(own.order_by(Device.hostname)):
        if jumps.name_of(one).lower() == name:
            yield Remaining(
                kind="jump host", what=f"jump host of {one.hostname}",
                how=f"give {one.hostname} another jump host",
            )  # fmt: skip


def _schedules(ctx: Context, device: Device) -> Iterator[Remaining]:
    query = select(Schedule).where(Schedule.enabled).order_by(Schedule.name)
    for one in ctx.session.scalars(query):
        ids, names = one.args.get("device_ids"), one.args.get("hostnames")
        named = isinstance(names, list) and device.hostname in names
        if named or (isinstance(ids, list) and device.id in ids):
            yield Remaining(
                kind="schedule", what=f"schedule {one.name}",
                how=f"`trimtab schedule pause '{one.name}'`, and make one without it",
            )  # fmt: skip


def _plans(ctx: Context, device: Device) -> Iterator[Remaining]:
    query = select(MaintenancePlan).where(
        MaintenancePlan.ended_at.is_(None), MaintenancePlan.device_ids.any_() == device.id
    )
    for one in ctx.session.scalars(query.order_by(MaintenancePlan.name)):
        yield Remaining(
            kind="maintenance plan", what=f"maintenance plan {one.name}",
            how=f"`trimtab maintenance end '{one.name}'`",
        )  # fmt: skip


def _calendar(ctx: Context, device: Device) -> Iterator[Remaining]:
    windows = _series(ctx, ChangeWindow, device)
    yield from (_of_calendar(one, "window", "remove") for one in windows)
    freezes = _series(ctx, Freeze, device)
    yield from (_of_calendar(one, "freeze", "lift") for one in freezes)


def _series(ctx: Context, table: type[Kept], device: Device) -> Sequence[Kept]:
    """Windows or freezes that name the device and are not over."""
    query = select(table).where(
        table.ended_at.is_(None), table.over_at > ctx.now(), table.device_ids.any_() == device.id
    )
    return ctx.session.scalars(query.order_by(table.id)).all()


def _of_calendar(row: Series, word: str, verb: str) -> Remaining:
    return Remaining(
        kind=word, what=f"{word} {row.name}", how=f"`trimtab calendar {word} {verb} {row.id}`"
    )


def unfinished(ctx: Context, device: Device) -> Sequence[ChangeRequest]:
    """The changes of the device that are not over, the first one first."""
    query = (
        select(ChangeRequest)
        .join(ChangeTarget, ChangeTarget.change_id == ChangeRequest.id)
        .where(ChangeTarget.device_id == device.id, ChangeRequest.state.not_in(FINAL))
        .order_by(ChangeRequest.id)
    )
    return ctx.session.scalars(query).all()


def _changes(ctx: Context, device: Device) -> Iterator[Remaining]:
    for one in unfinished(ctx, device):
        yield Remaining(
            kind="change", what=f"{one.label} ({one.state})",
            how=f"carry it out, or `trimtab change cancel {one.id}`",
        )  # fmt: skip


def _events(ctx: Context, device: Device) -> Iterator[Remaining]:
    query = select(Event).where(
        Event.device_id == device.id, Event.state != "closed", Event.kind != WAITS
    )
    for one in ctx.session.scalars(query.order_by(Event.id)):
        yield Remaining(
            kind="event", what=f"event {one.id}: {one.title}",
            how=f"`trimtab event close {one.id}`",
        )  # fmt: skip


def _monitoring(ctx: Context, device: Device) -> Iterator[Remaining]:
    """Settings that name its address: it was heard as a relay of other devices' messages."""
    try:
        address = ip_address(device.address)
    except ValueError:
        return
    for network in ctx.settings.syslog_relays:
        if network.num_addresses == 1 and address in network:
            yield Remaining(
                kind="monitoring", what=f"setting syslog_relays holds {address}",
                how="take it out of TRIMTAB_SYSLOG_RELAYS and start Trimtab again",
            )  # fmt: skip


def _credential(ctx: Context, device: Device) -> Iterator[Remaining]:
    login = ctx.get(Credential, device.credential_id)
    if any((login.password_ref, login.enable_ref, login.key_ref)) and not shared(ctx, device):
        yield Remaining(
            kind="credential", what=f"login {login.name}, which no other device uses",
            how=f"`trimtab device end-login {device.hostname}`",
        )  # fmt: skip


def shared(ctx: Context, device: Device) -> bool:
    """Whether another device that is not retired uses the device's login."""
    query = select(Device.id).where(
        Device.credential_id == device.credential_id, Device.id != device.id, Device.state != GONE
    )
    return ctx.session.scalar(query.limit(1)) is not None


def _own(device: Device, kind: str, what: str) -> Remaining:
    """What Trimtab keeps of the device itself, and lets go of at one word."""
    return Remaining(kind=kind, what=what, how=f"`trimtab device let-go {device.hostname}`")


LOOKS: Iterable[Callable[[Context, Device], Iterator[Remaining]]] = (
    _changes, _configurations, _relations, _group, _jumps, _schedules, _plans, _calendar,
    _monitoring, _events, _findings, _baselines, _facts, _credential,
)  # fmt: skip
