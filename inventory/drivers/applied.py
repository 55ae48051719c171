"""What came of typing lines, or would come of it. Values only; types nothing."""

from dataclasses import dataclass
from enum import StrEnum

from inventory.drivers.typist import RefusedLine

COMPUTED = "computed"


class SaveMode(StrEnum):
    """Whether the configuration is kept over a restart after all lines were accepted."""

    SAVE = "save"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What happened on the device. `changed` compares the running configuration before and after.

    `sent` are the commands the device accepted, in order. `saved` is None where no save was asked,
    or a guard is armed: then it waits for the confirmation. `taken_back` tells that a refused line
    made the guard put the device back at once.
    """

    changed: bool
    sent: tuple[str, ...]
    refused_lines: tuple[RefusedLine, ...]
    saved: bool | None
    transcript: str
    guarded: bool = False
    taken_back: bool = False

    @property
    def succeeded(self) -> bool:
        return not self.refused_lines and self.saved is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would happen; `how` says what told so: the device in a session thrown away, or we."""

    diff: str
    refused_lines: tuple[RefusedLine, ...]
    how: str = COMPUTED

    @property
    def would_change(self) -> bool:
        return bool(self.diff.strip())
