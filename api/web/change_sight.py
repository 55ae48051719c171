"""What the page of a change shows beside the change itself. Reads only; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from changes import approvals
from changes.approvals import Progress
from changes.approving import batches, comments
from changes.approving.groups import Group, groups
from changes.approving.models import ChangeComment
from changes.approving.voters import Voice, voice_of, voters
from changes.calendar.clashes import Conflict, conflicts_of
from changes.models import ChangeRequest
from changes.packs.coming import coming
from changes.packs.model import OfChange
from changes.plans import Mark, Plan, TargetPlan
from changes.requests import plan_of
from changes.states import State
from core.context import Context

OPEN = frozenset({State.PROPOSED, State.APPROVED})
SIDES = {"extra": "\N{MINUS SIGN}", "missing": "+", "moved": "\N{UP DOWN ARROW}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One declared difference as it is shown: what goes and what comes, read from the pre-state."""

    number: int  # its place in the plan's list, by which it is commented
    sign: str
    path: str
    text: str
    comments: tuple[ChangeComment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Devices to which exactly the same happens, with the difference once for all of them."""

    group: Group
    lines: tuple[Line, ...]
    comments: tuple[ChangeComment, ...]  # on the device as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All of it; `voice` is what the visitor may vote as in the open stage, None without a vote."""

    plan: Plan
    alike: tuple[Alike, ...]
    stages: tuple[Progress, ...]
    voters: tuple[Voice, ...]
    voice: Voice | None
    comments: tuple[ChangeComment, ...]  # on the change as a whole
    objections: int
    conflicts: tuple[Conflict, ...]
    coming: str  # what a pack made now would lack, for who may make one
    batch: tuple[ChangeRequest, ...]  # other proposed ones that do the same, for who votes


def sight_of(ctx: Context, change: ChangeRequest) -> Sight:
    """What there is to see of a change that the visitor may read."""
    plan = plan_of(change)
    stages = approvals.progress(ctx, change)
    awaited = next((one.stage for one in stages if not one.complete), None)
    deciding = awaited is not None and change.state == State.PROPOSED
    said = comments.list_comments(ctx, change.id)
    voice = None
    if awaited and deciding and change.requested_by_id != ctx.person.person_id:
        voice = voice_of(ctx, change, awaited.permission)
    return Sight(
        plan=plan, stages=stages,
        alike=tuple(_alike(one, said) for one in groups(plan)),
        voters=tuple(voters(ctx, change, awaited.permission)) if awaited and deciding else (),
        voice=voice,
        comments=tuple(one for one in said if one.device_id is None),
        objections=sum(1 for one in said if one.objection and one.settled_at is None),
        conflicts=conflicts_of(ctx, change) if change.state in OPEN else (),
        coming=coming(ctx, OfChange(change_id=change.id)),
        batch=tuple(batches.alike(ctx, change.id)[1:]) if voice else (),
    )  # fmt: skip


def place_of(plan: Plan, device_id: int, number: int) -> Mark | None:
    """The declared difference of a device by its place in the plan; None where there is none."""
    target = next((one for one in plan.targets if one.device_id == device_id), None)
    if target is None or not 0 <= number < len(target.declared):
        return None
    return target.declared[number]


def declared(target: TargetPlan) -> tuple[Line, ...]:
    """The declared difference of a plan of which nobody has said anything yet."""
    return tuple(_line(number, mark, ()) for number, mark in enumerate(target.declared))


def _alike(group: Group, said: Sequence[ChangeComment]) -> Alike:
    devices = {one.device_id for one in group.targets}
    ours = [one for one in said if one.device_id in devices]
    return Alike(
        group=group,
        lines=tuple(
            _line(number, mark, ours) for number, mark in enumerate(group.shown.declared)
        ),
        comments=tuple(one for one in ours if one.place is None),
    )  # fmt: skip


def _line(number: int, mark: Mark, said: Sequence[ChangeComment]) -> Line:
    path, text, side = mark
    place = [list(path), text, side]
    return Line(
        number=number, sign=SIDES[side], path=" / ".join(path), text=text,
        comments=tuple(one for one in said if one.place == place),
    )  # fmt: skip
