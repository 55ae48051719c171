"""The states of a change as a closed machine. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType


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


STEPS: Mapping[tuple[State, State], str] = MappingProxyType({
    (State.PROPOSED, State.APPROVED): "the last needed approval",
    (State.PROPOSED, State.REJECTED): "an approver rejects the plan",
    (State.PROPOSED, State.CANCELLED): "withdrawn, or its window ended",
    (State.APPROVED, State.RUNNING): "a worker claims it",
    (State.APPROVED, State.PROPOSED): "approvals became void, with the reason",
    (State.APPROVED, State.REJECTED): "an approver takes the approval back for good",
    (State.APPROVED, State.CANCELLED): "withdrawn, or its window ended",
    (State.APPROVED, State.SUCCEEDED): "carried out by hand, and observed as declared",
    (State.RUNNING, State.SUCCEEDED): "every device is as declared",
    (State.RUNNING, State.FAILED): "some devices are as declared and some are not",
    (State.RUNNING, State.ROLLED_BACK): "every touched device is back in its pre-state",
    (State.RUNNING, State.INTERRUPTED): "a device is in between, or nobody knows: a person looks",
    (State.RUNNING, State.PAUSED): "between two waves, no device being touched",
    (State.RUNNING, State.APPROVED): "no device was touched; it waits again",
    (State.RUNNING, State.PROPOSED): "no device was touched; its approvals became void",
    (State.RUNNING, State.CANCELLED): "stopped before a device was touched",
    (State.PAUSED, State.RUNNING): "resumed, or to be rolled back: a worker claims it again",
    (State.PAUSED, State.FAILED): "ended while some devices are as declared",
    (State.PAUSED, State.ROLLED_BACK): "ended while every touched device is in its pre-state",
    (State.PAUSED, State.CANCELLED): "ended before a device was touched",
    (State.INTERRUPTED, State.SUCCEEDED): "a person saw every device as declared",
    (State.INTERRUPTED, State.FAILED): "a person decided about each device",
    (State.INTERRUPTED, State.ROLLED_BACK): "a person saw every touched device in its pre-state",
})  # fmt: skip
"""Every step there is, and when it is taken. A change of which devices were touched is never
approved or proposed again: what is left of it runs under the approvals that it has, or as a new
change. After an interruption nothing runs any more."""

NEXT: Mapping[State, frozenset[State]] = MappingProxyType({
    state: frozenset(after for before, after in STEPS if before is state) for state in State
})  # fmt: skip
"""Where each state may go."""

FINAL: frozenset[State] = frozenset(state for state, after in NEXT.items() if not after)


def allowed(before: str, after: str) -> bool:
    """Whether a change may go from one state to another."""
    return State(after) in NEXT[State(before)]


class Target(StrEnum):
    """Where one device of a change stands."""

    WAITING = "waiting"  # not touched yet
    RUNNING = "running"  # a worker holds it
    DONE = "done"  # changed as declared
    ROLLED_BACK = "rolled_back"  # back in its pre-state
    INTERRUPTED = "interrupted"  # in between, or nobody knows
    FAILED = "failed"  # a person found it in neither of the two states
    SKIPPED = "skipped"  # not touched, and not going to be


UNTOUCHED = frozenset({Target.WAITING, Target.RUNNING, Target.SKIPPED})


def ending(targets: Collection[str]) -> State:
    """The state that a change ends in, by where its devices stand when nothing runs any more."""
    found = {Target(one) for one in targets}
    if Target.INTERRUPTED in found:
        return State.INTERRUPTED
    if found == {Target.DONE}:
        return State.SUCCEEDED
    if found <= UNTOUCHED:
        return State.CANCELLED
    if found <= UNTOUCHED | {Target.ROLLED_BACK}:
        return State.ROLLED_BACK
    return State.FAILED
