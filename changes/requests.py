"""Change requests: prepared from findings or from given lines. Approves and runs nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from changes.checks import Asked, checked
from changes.emergency.debt import require_no_debt
from changes.errors import NothingToDo, WrongState
from changes.models import ChangeRequest, ChangeTarget
from changes.planning import correction, typed
from changes.plans import (
    CANARY_FIRST,
    PLAN,
    Plan,
    Rollout,
    Source,
    TargetPlan,
    Terms,
    digest_of,
    make_plan,
    stored,
)
from changes.playbooks import playbook, takes_guard, way_back_of
from changes.risk import Risk, assess
from changes.states import State, allowed
from core.context import Context
from core.errors import InvalidInput
from drift import baselines
from drift.models import Finding
from inventory.models import Device

Kind = Literal["standard", "normal", "emergency", "commission", "decommission"]
Method = Literal["playbook", "by_hand"]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request says of itself."""

    title: str
    reason: str
    kind: Kind = "normal"
    method: Method = "playbook"
    window: Window | None = None
    problem_id: int | None = None
    playbook: str = "correct_drift"
    way_back: str | None = None  # None: as the playbook's meta.yml says
    rollout: Rollout = CANARY_FIRST
    checks: Asked = None
    source: Source | None = None

    @property
    def terms(self) -> Terms:
        return Terms(
            kind=self.kind, method=self.method, window=self.window, playbook=self.playbook,
            way_back=self.way_back or way_back_of(self.playbook), rollout=self.rollout,
            source=self.source,
        )  # fmt: skip


def request_correction(ctx: Context, finding_ids: Sequence[int], wanted: Wanted) -> ChangeRequest:
    """Request that devices go back to their baselines. Needs `change.request` on each device."""
    found = {one.device_id: one for one in (ctx.get(Finding, key) for key in finding_ids)}
    return propose(ctx, [(corrected(ctx, one), one.id) for one in found.values()], wanted)


def corrected(ctx: Context, finding: Finding) -> TargetPlan:
    """What brings the finding's device back to its baseline. Needs `change.request` on it."""
    ctx.require("change.request", finding)
    if finding.state == "resolved":
        raise NothingToDo(f"Finding {finding.id} of {finding.device.hostname} is resolved.")
    if finding.kind != "drift":
        raise NothingToDo(
            f"Finding {finding.id} is about the {finding.kind} of {finding.device.hostname}: no "
            "configuration puts that right."
        )
    intended, managed = baselines.text(ctx, finding.baseline), finding.baseline.sections
    return correction(ctx, finding.device, intended, managed=managed)


def request_lines(
    ctx: Context, lines: Mapping[int, Sequence[str]], wanted: Wanted
) -> ChangeRequest:
    """Request that given lines are typed on devices (by id). Needs `change.request` on each."""
    targets: list[tuple[TargetPlan, int | None]] = []
    for device_id, typed_lines in lines.items():
        device = ctx.get(Device, device_id)
        ctx.require("change.request", device)
        targets.append((typed(ctx, device, typed_lines), None))
    return propose(ctx, targets, wanted)


def propose(
    ctx: Context, targets: Sequence[tuple[TargetPlan, int | None]], wanted: Wanted
) -> ChangeRequest:
    """Request a change of planned targets, each with the finding that it is about.

    The caller checked `change.request` on each device.
    """
    if not targets:
        raise NothingToDo("A change needs at least one device.")
    if not wanted.title.strip() or not wanted.reason.strip():
        raise InvalidInput("A change needs a title and a reason that its approvers understand.")
    if ctx.person.person_id is None:
        raise InvalidInput("A change is requested by a person, never by the platform.")
    check_window(ctx, wanted.window)
    planned = [one for one, _ in targets]
    owners = {ctx.get(Device, one.device_id).governing_unit_id for one in planned}
    require_no_debt(ctx, wanted.kind, [one for one in owners if one is not None])
    plan = checked(ctx, prepared(ctx, planned, wanted.terms), wanted.checks)
    start, end = wanted.window or (None, None)
    change = ctx.add(
        ChangeRequest(
            kind=wanted.kind, title=wanted.title, reason=wanted.reason, state=State.PROPOSED,
            method=wanted.method, plan=stored(plan), digest=digest_of(plan),
            requested_by_id=ctx.person.person_id,
            requested_at=ctx.now(), window_start=start, window_end=end,
            problem_id=wanted.problem_id,
        )
    )  # fmt: skip
    findings = {one.device_id: finding_id for one, finding_id in targets}
    for number, wave in enumerate(plan.waves):
        for key in wave.devices:
            ctx.add(
                ChangeTarget(
                    change_id=change.id, device_id=key, finding_id=findings[key], wave=number
                )
            )
    ctx.session.refresh(change, ["targets", "approvals"])
    ctx.record(
        "change.requested", change, kind=wanted.kind, method=wanted.method, digest=change.digest,
        devices=[one.hostname for one, _ in targets], reason=wanted.reason,
    )  # fmt: skip
    return change


def prepared(
    ctx: Context, targets: Sequence[TargetPlan], terms: Terms, *, revision: int = 1
) -> Plan:
    """The plan of these targets, judged; guarded by the devices where the playbook arms guards."""
    if terms.method != "playbook" or not takes_guard(playbook(terms.playbook)):
        targets = [replace(one, guard=None, unguarded="") for one in targets]
    risk = _risk_of(ctx, targets, terms)
    return make_plan(targets, terms, risk=risk, revision=revision)


def _risk_of(ctx: Context, targets: Sequence[TargetPlan], terms: Terms) -> Risk:
    """What the formula in force says of changing these devices under these terms."""
    return assess(
        ctx, targets, kind=terms.kind, method=terms.method, playbook=terms.playbook,
        source=terms.source.name if terms.source else "",
    )  # fmt: skip


def check_window(ctx: Context, window: Window | None) -> None:
    """Raise InvalidInput unless the window is aware, forward and not over."""
    if window is None:
        return
    start, end = window
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidInput("A window's times name their time zone.")
    if end <= start or end <= ctx.now():
        raise InvalidInput("A window ends after it starts, and not in the past.")


def plan_of(change: ChangeRequest) -> Plan:
    """The plan as it was requested."""
    return PLAN.validate_python(change.plan)


def get_change(ctx: Context, change_id: int) -> ChangeRequest:
    """The change, for those who may read it on every one of its devices."""
    change = ctx.get(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.read")
    return change


def list_changes(
    ctx: Context, *, state: str | None = None, after: int | None = None, limit: int = 50
) -> list[ChangeRequest]:
    """Changes of devices in one's jurisdiction, newest first."""
    mine = (
        select(ChangeTarget.change_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .join(Device.site)
        .where(Device.owned_by(ctx.units("change.read")))
    )
    query = select(ChangeRequest).where(ChangeRequest.id.in_(mine))
    if state is not None:
        query = query.where(ChangeRequest.state == state)
    if after is not None:
        query = query.where(ChangeRequest.id < after)
    return list(ctx.session.scalars(query.order_by(ChangeRequest.id.desc()).limit(limit)))


def cancel(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Withdraw a change that has not begun; the requester or who holds `change.stop` may."""
    change = ctx.get_locked(ChangeRequest, change_id)
    if change.requested_by_id != ctx.person.person_id:
        require_on_all(ctx, change, "change.stop")
    if change.state not in {State.PROPOSED, State.APPROVED}:
        raise WrongState(f"Change {change.id} is {change.state}; it is stopped, not cancelled.")
    move(change, State.CANCELLED)
    change.closed_at, change.outcome = ctx.now(), note
    ctx.record("change.cancelled", change, note=note)
    return change


def move(change: ChangeRequest, state: State) -> None:
    """Take a step of the state machine, or WrongState."""
    if not allowed(change.state, state):
        raise WrongState(f"Change {change.id} is {change.state}; it cannot become {state}.")
    change.state = state


def require_on_all(ctx: Context, change: ChangeRequest, permission: str) -> None:
    """Raise NotPermitted unless the permission holds on every device of the change."""
    for device in devices_of(change):
        ctx.require(permission, device)


def devices_of(change: ChangeRequest) -> Iterable[Device]:
    return [target.device for target in change.targets]
