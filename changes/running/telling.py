"""What a change came to, in words for people, from where its devices stand. Pure."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from changes.states import UNTOUCHED, Target

GOOD = "All devices are exactly as declared."
NAMED = 20  # devices; the rest is counted


class Stands(Protocol):
    """A device of a change, as its row has it."""

    @property
    def state(self) -> str: ...
    @property
    def result(self) -> str: ...
    @property
    def hostname(self) -> str: ...


def outcome(trouble: str, targets: Sequence[Stands]) -> str:
    """Why it ended, then the devices by where they stand."""
    if not trouble and all(one.state == Target.DONE for one in targets):
        return GOOD
    told = [f"{trouble.rstrip('.')}." if trouble else ""]
    stuck = [f"{one.hostname}: {one.result}" for one in targets if one.state in STUCK]
    told.append(_sentence("Devices were left in between", stuck, mark="; "))
    told.append(_sentence("Back in the state before", _names(targets, Target.ROLLED_BACK)))
    told.append(_sentence("Changed as declared", _names(targets, Target.DONE)))
    untouched = [one.hostname for one in targets if one.state in UNTOUCHED]
    told.append(_sentence("Not touched", untouched))
    return " ".join(filter(None, told))


STUCK = (Target.INTERRUPTED, Target.FAILED)


def _names(targets: Iterable[Stands], state: Target) -> list[str]:
    return [one.hostname for one in targets if one.state == state]


def _sentence(words: str, names: Sequence[str], *, mark: str = ", ") -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{words}: {mark.join(names[:NAMED])}{more}."
