"""Gathers what a change's risk is judged from, for all its devices at once. Judges nothing.

A fixed number of statements whatever the number of devices; configurations are read only where a
line could touch what depends on them. Knows of a plan no more than `Target` says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select

from changes.errors import PlaybookBroken, UnknownPlaybook
from changes.playbooks import playbook
from changes.risk import lockout
from changes.risk.history import Past, alike, drift_of
from changes.risk.lockout import Mark, Said
from changes.risk.management import Managed, managed
from changes.risk.model import DeviceFacts, Facts, Revert, Touch
from changes.risk.recorded import Topology, groups_left, names_of
from core.context import Context
from drift.engine import Difference
from drift.engine.model import Side
from drift.severity import severity_of
from inventory.models import Credential, Device, Site
from inventory.store.texts import kept_texts

NAMES = 3  # devices cut off that are named
SIDES: Mapping[str, Side] = {"missing": "missing", "extra": "extra", "moved": "moved"}
GUARDS: Mapping[str, Revert] = {
    "commit_confirmed": "commit_confirmed", "commit_timer": "commit_timer",
    "revert_timer": "revert_timer", "watchdog": "watchdog",
}  # fmt: skip
UNSEEN = Touch(code="unseen", place="no lines")
NOTHING: tuple[tuple[Touch, ...], tuple[str, ...]] = ((), ())


class Guarding(Protocol):
    @property
    def kind(self) -> str: ...


class Target(Protocol):
    """What is looked at of one device's plan; `changes.plans.TargetPlan` is one."""

    @property
    def device_id(self) -> int: ...
    @property
    def platform(self) -> str: ...
    @property
    def pre_state(self) -> str: ...
    @property
    def declared(self) -> Sequence[Mark]: ...
    @property
    def rollback(self) -> Sequence[str]: ...
    @property
    def rollback_files(self) -> Sequence[object]: ...
    @property
    def guard(self) -> Guarding | None: ...
    @property
    def release(self) -> object | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of the whole change; `source` is the catalogue entry or template, if any."""

    kind: str
    method: str
    playbook: str
    source: str = ""

    @property
    def like(self) -> str:
        return f"from {self.source}" if self.source else f"playbook {self.playbook}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the CMDB says of a device."""

    hostname: str
    address: str
    role: str
    group: str
    login: str
    unit_id: int


def gather(
    ctx: Context,
    targets: Sequence[Target],
    about: About,
    *,
    known: Mapping[int, Known],
    topology: Topology,
) -> Facts:
    """The facts of a change of these devices, of which `devices_of` told what is known."""
    told, harmless = _told(about.playbook)
    touched = {} if harmless else _touches(ctx, targets, known)
    links = topology.taken({key: down for key, (_, down) in touched.items() if down})
    drifts = drift_of(ctx, known.keys())
    cut = topology.cut(known.keys())
    return Facts(
        kind=about.kind, method=about.method, playbook_risk=told,
        like=about.like,
        devices=tuple(
            _device(
                one, known[one.device_id], touched.get(one.device_id, NOTHING)[0],
                links.get(one.device_id, ()), drifts.get(one.device_id, Past()),
                recorded=one.device_id in topology.known,
                revert="untouched" if harmless else way_back(one),
            )
            for one in targets
        ),
        cut=cut.count, cut_names=names_of(ctx, cut.others, limit=NAMES),
        groups=groups_left(ctx, {key: one.group for key, one in known.items()}),
        history=alike(
            ctx, {one.role for one in known.values()}, playbook=about.playbook, source=about.source
        ),
    )  # fmt: skip


def devices_of(ctx: Context, ids: Collection[int]) -> dict[int, Known]:
    """What is recorded of these devices; one statement."""
    rows = ctx.session.execute(
        select(
            Device.id, Device.hostname, Device.address, Device.role, Device.redundancy_group,
            Credential.username, func.coalesce(Device.unit_id, Site.unit_id).label("unit_id"),
        )
        .join(Site, Site.id == Device.site_id)
        .join(Credential, Credential.id == Device.credential_id)
        .where(Device.id.in_(ids))
    )  # fmt: skip
    return {
        row.id: Known(
            hostname=row.hostname, address=row.address, role=row.role,
            group=row.redundancy_group, login=row.username, unit_id=row.unit_id,
        )
        for row in rows
    }  # fmt: skip


def way_back(target: Target) -> Revert:
    """How the device comes back: by its guard, or by what the plan sends."""
    if target.guard is not None:
        return GUARDS.get(target.guard.kind, "none")
    if target.release is not None:
        return "former_image"
    if target.rollback_files:
        return "replace"
    return "computed_inverse" if target.rollback else "none"


def _device(
    target: Target, known: Known, touches: tuple[Touch, ...], links: tuple[Touch, ...],
    past: Past, *, recorded: bool, revert: Revert,
) -> DeviceFacts:  # fmt: skip
    declared = (
        Difference(
            path=path, line=line, side=SIDES[side], running_line=None, intended_line=None
        )
        for path, line, side in target.declared
    )  # fmt: skip
    return DeviceFacts(
        hostname=known.hostname, role=known.role, revert=revert,
        gravity=severity_of(declared), touches=touches, links=links, drifts_now=past.now,
        last_drift_days=past.days, recorded=recorded, reloads=target.release is not None,
    )  # fmt: skip


def _touches(
    ctx: Context, targets: Sequence[Target], known: Mapping[int, Known]
) -> dict[int, tuple[tuple[Touch, ...], tuple[str, ...]]]:
    """By device what it touches of the management path, and the interfaces it takes down."""
    said = {one.device_id: lockout.said(one.declared, platform=one.platform) for one in targets}
    texts = _texts(ctx, targets, said)
    found = dict[int, tuple[tuple[Touch, ...], tuple[str, ...]]]()
    for one in targets:
        statements, device = said[one.device_id], known[one.device_id]
        way = _way(texts.get(one.pre_state), device, platform=one.platform)
        found[one.device_id] = (
            _touched(one, statements, way),
            lockout.taken_down(statements, platform=one.platform),
        )
    return found


def _touched(target: Target, statements: Sequence[Said], way: Managed) -> tuple[Touch, ...]:
    """Nobody knows what a plan without lines touches; an upgrade tells elsewhere what it does."""
    if statements or target.release is not None:
        return lockout.touches(statements, way, platform=target.platform)
    return (UNSEEN,)


def _texts(
    ctx: Context, targets: Sequence[Target], said: Mapping[int, Sequence[Said]]
) -> Mapping[str, str]:
    """The pre-states that are needed and kept."""
    needed = {
        bytes.fromhex(one.pre_state)
        for one in targets
        if lockout.needs_text(said[one.device_id], platform=one.platform)
    }
    if not needed:
        return {}
    return {digest.hex(): text for digest, text in kept_texts(ctx, needed).items()}


def _way(text: str | None, device: Known, *, platform: str) -> Managed:
    if text is None:
        return Managed(address=device.address, login=device.login)
    return managed(text, platform=platform, address=device.address, login=device.login)


def _told(name: str) -> tuple[str, bool]:
    """What the playbook says of its risk, and whether it is one of ours that alters nothing.

    One that cannot be read says the worst.
    """
    try:
        book = playbook(name)
    except (UnknownPlaybook, PlaybookBroken):
        return "high", False
    harmless = book.verification == "none_expected" and book.risk in {"none", "low"}
    return book.risk, harmless and not book.own
