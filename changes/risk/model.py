"""What a change's risk is and what it is judged from. Pure: no database, no plans, no clock."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["low", "medium", "high"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high")

Revert = Literal[
    "commit_confirmed", "commit_timer", "revert_timer", "replace", "watchdog", "computed_inverse",
    "none", "former_image", "untouched",
]  # fmt: skip
"""How a device comes back: by itself (the first three, `watchdog`), or by what Trimtab sends.

By `former_image` it is booted once more; `untouched` there is nothing to come back from.
"""

Gravity = Literal["info", "minor", "major", "critical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that counted. `code` names the factor and the case, as `lockout.interface`."""

    code: str
    words: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How risky a change is and what that asks for; `score` is the sum of the reasons' points.

    `approvals` persons beside the requester, at most `canary` devices in the first wave, `stages`
    of the approval in their order (none: one stage), `policy` the SHA-256 (hex) of the formula that
    spoke.
    """

    level: Level
    score: int
    reasons: tuple[Reason, ...]
    approvals: int
    canary: int
    window_required: bool
    stages: tuple[str, ...] = ()
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A place of a device that the change touches and that somebody depends on."""

    code: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """What counts of one device. `last_drift_days`: since it last differed; None: not known to.

    `touches` are of the management path, `links` of recorded links that are taken down.
    `recorded`: a neighbour of it is known. `reloads`: it is restarted.
    """

    hostname: str
    role: str
    revert: Revert
    gravity: Gravity
    touches: tuple[Touch, ...] = ()
    links: tuple[Touch, ...] = ()
    drifts_now: bool = False
    last_drift_days: int | None = None
    recorded: bool = True
    reloads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft:
    """A redundancy group that the change touches, and how many of its members it leaves alone."""

    name: str
    members: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How alike changes of the recent past ended on devices of one role."""

    role: str
    succeeded: int = 0
    rolled_back: int = 0
    failed: int = 0
    interrupted: int = 0

    @property
    def total(self) -> int:
        return self.succeeded + self.bad

    @property
    def bad(self) -> int:
        return self.rolled_back + self.failed + self.interrupted


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a change is judged from. `like` says what alike changes share with it.

    `cut` devices would be cut from the rest of the recorded network while all these are down;
    `cut_names` are some of them. `playbook_risk` is what the playbook says of itself.
    """

    kind: str
    method: str
    playbook_risk: str
    like: str
    devices: tuple[DeviceFacts, ...]
    cut: int = 0
    cut_names: tuple[str, ...] = ()
    groups: tuple[GroupLeft, ...] = ()
    history: tuple[Alike, ...] = ()
