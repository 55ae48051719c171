"""The states of a change as a closed machine. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    INTERRUPTED = "interrupted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


NEXT: Mapping[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.APPROVED, State.REJECTED, State.CANCELLED}),
    State.APPROVED: frozenset(
        {State.RUNNING, State.PROPOSED, State.REJECTED, State.CANCELLED, State.SUCCEEDED}
    ),
    State.RUNNING: frozenset(
        {State.SUCCEEDED, State.FAILED, State.ROLLED_BACK, State.INTERRUPTED, State.APPROVED,
         State.PROPOSED, State.CANCELLED, State.PAUSED}
    ),
    State.PAUSED: frozenset(
        {State.APPROVED, State.PROPOSED, State.CANCELLED, State.FAILED, State.ROLLED_BACK,
         State.INTERRUPTED}
    ),
    State.INTERRUPTED: frozenset({State.FAILED, State.SUCCEEDED, State.ROLLED_BACK}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.ROLLED_BACK: frozenset(),
    State.REJECTED: frozenset(),
    State.CANCELLED: frozenset(),
}  # fmt: skip
"""Where each state may go. RUNNING goes back to APPROVED (or PROPOSED, when its approvals became
void), or is CANCELLED, only while no device was touched; APPROVED to SUCCEEDED when it was carried
out by hand. PAUSED is between two waves, when no device of it is being touched; resuming makes it
APPROVED again, and the next claim goes on with the devices that wait."""

FINAL: frozenset[State] = frozenset(state for state, after in NEXT.items() if not after)


def allowed(before: str, after: str) -> bool:
    """Whether a change may go from one state to another."""
    return State(after) in NEXT[State(before)]
