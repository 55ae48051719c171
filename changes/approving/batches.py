"""Decide on alike changes at once, each by its own digest. One that cannot be stops none."""

from collections.abc import Sequence
from dataclasses import dataclass

from changes import approvals, requests
from changes.approving.groups import does
from changes.errors import WrongState
from changes.models import ChangeRequest
from changes.requests import plan_of
from changes.states import State
from core.context import Context
from core.errors import InvalidInput, TrimtabError

LOOKED_AT = 500  # open changes that are compared, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of one change of a batch; without `problem` the vote stands."""

    change_id: int
    state: str
    problem: str = ""
    code: str = ""


def alike(ctx: Context, change_id: int) -> list[ChangeRequest]:
    """Proposed changes that do exactly what this one does, to whichever devices; itself first."""
    change = requests.get_change(ctx, change_id)
    if change.state != State.PROPOSED:
        raise WrongState(f"Change {change_id} is {change.state}; there is no vote open on it.")
    what = does(plan_of(change))
    others = requests.list_changes(ctx, state=State.PROPOSED, limit=LOOKED_AT)
    found = [one for one in others if one.id != change.id and does(plan_of(one)) == what]
    return [change, *found]


def approve_all(
    ctx: Context, digests: Sequence[tuple[int, str]], *, note: str
) -> tuple[Decided, ...]:
    """Approve several changes (id, digest), each as `approvals.approve` does and recorded alone.

    InvalidInput, and nothing is decided, when they are not alike; the first one's error when none
    could be decided.
    """
    if not digests or len({key for key, _ in digests}) != len(digests):
        raise InvalidInput("Name the changes to approve, each once with its digest.")
    plans = [plan_of(requests.get_change(ctx, key)) for key, _ in digests]
    if len({does(plan) for plan in plans}) > 1:
        raise InvalidInput(
            "These changes do not do the same; read and decide each of them by itself."
        )
    done: list[Decided] = []
    errors: list[TrimtabError] = []
    for key, digest in digests:
        found = _approved(ctx, key, digest, note)
        if isinstance(found, TrimtabError):
            errors.append(found)
            found = _refused(ctx, key, found)
        done.append(found)
    if len(errors) == len(done):
        raise errors[0]
    return tuple(done)


def _approved(ctx: Context, change_id: int, digest: str, note: str) -> Decided | TrimtabError:
    try:
        with ctx.session.begin_nested():
            change = approvals.approve(ctx, change_id, digest=digest, note=note)
    except TrimtabError as error:
        return error
    return Decided(change_id=change_id, state=change.state)


def _refused(ctx: Context, change_id: int, error: TrimtabError) -> Decided:
    state = ctx.get(ChangeRequest, change_id).state
    return Decided(change_id=change_id, state=state, problem=error.message, code=error.code)
