"""Plans: exactly what will run, and its digest. Builds them; never runs or approves one.

The digest is SHA-256 over RFC 8785 canonical JSON of the plan. It covers, per device, the lines and
files, their rollback, the hash of the observed pre-state, the difference that the change declares,
the masks of lines that may move meanwhile, the device's own guard and how the inventory reaches it;
and for the whole the content of the playbooks there, back and of the checks, the kind, the waves,
the risk as it was told, the window and a revision, so that a plan made anew never has an old plan's
digest.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import rfc8785
from pydantic import TypeAdapter

from changes.errors import NoSafeCommands
from changes.playbook_syntax import usable
from changes.playbooks import FOLDER, playbook
from changes.risk.model import Risk
from core.audit import Fact
from core.errors import InvalidInput
from drift.engine import Difference
from drift.noise.masks import Mask

Mark = tuple[tuple[str, ...], str, str]  # path, line, side
When = Literal["before", "after", "both"]
PER_HOST = "hosts"
"""The variable of a check that holds, by hostname, what is only for that host."""
Undo = Literal["wave", "all"]
"""What goes back when a wave fails: that wave, or every device that the change touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A whole file of a server; without content it is taken away."""

    path: str
    content: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What the device itself does when nobody confirms: it goes back after so many minutes."""

    kind: str  # revert_timer, commit_timer, commit_confirmed, watchdog
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An image that is booted, and the one before it, which is the way back.

    `checksum` as `md5:HEX` or `sha512:HEX`, empty where it is not looked at; `room` bytes must be
    free beside the image; within `wait` seconds the device has to be back.
    """

    image: str
    version: str
    checksum: str
    former_image: str
    former_version: str
    room: int
    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPlan:
    """What happens to one device. `declared` reads from the pre-state: extra lines go.

    `masks` are those that held at planning; a line that fits one may move without being judged.
    `variables` are those of a playbook that takes other ones than lines and files. `unguarded` is
    why the device has no `guard`, where the playbook would take one. `inventory` is how the device
    was reached and whose it was, `intent` what lines alone do not tell: the version (snapshot and
    sections) that a restore goes back to. With a `release` the device must run that afterwards.
    """

    device_id: int
    hostname: str
    platform: str
    pre_state: str  # SHA-256 (hex) of the observed configuration
    lines: tuple[str, ...]
    rollback: tuple[str, ...]
    files: tuple[File, ...]
    rollback_files: tuple[File, ...]
    declared: tuple[Mark, ...]
    masks: tuple[Mask, ...] = ()
    variables: Mapping[str, Fact] = field(default_factory=dict)
    guard: Guard | None = None
    unguarded: str = ""
    inventory: Mapping[str, Fact] = field(default_factory=dict)
    intent: Mapping[str, Fact] = field(default_factory=dict)
    release: Release | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Devices (ids) that are changed together. More than `may_fail` failures end the change."""

    devices: tuple[int, ...]
    may_fail: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How a plan is cut into waves: a canary, then waves of at most `size` devices."""

    canary: int | None = None  # None: as the risk says; never more than it says
    size: int = 50
    may_fail: int = 0  # in each wave after the canary, which may not fail at all
    undo: Undo = "wave"


CANARY_FIRST = Rollout()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A playbook that looks at the devices of a wave before it, after it or both times."""

    name: str
    playbook: str
    digest: str
    when: When
    variables: Mapping[str, Fact] = field(default_factory=dict)
    devices: tuple[int, ...] = ()  # none: each one whose platform the playbook knows

    def concerns(self, target: TargetPlan) -> bool:
        return not self.devices or target.device_id in self.devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the lines came from: an entry of the catalogue, in the version that was used."""

    name: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is approved, whole. Without waves the first device is the canary, then come the rest."""

    kind: str
    method: str
    playbook: str
    playbook_digest: str
    way_back: str
    way_back_digest: str
    revision: int
    window_start: str | None
    window_end: str | None
    targets: tuple[TargetPlan, ...]
    waves: tuple[Wave, ...] = ()
    checks: tuple[Check, ...] = ()
    risk: Risk | None = None
    source: Source | None = None
    guard_digests: Mapping[str, str] = field(default_factory=dict)  # by playbook, where armed
    undo: Undo = "wave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a plan says of the whole, besides its targets."""

    kind: str
    method: str
    window: tuple[datetime, datetime] | None
    playbook: str = "correct_drift"
    way_back: str = "restore"
    rollout: Rollout = CANARY_FIRST
    source: Source | None = None


GUARD_BOOKS = ("confirm", "revert")
PLAN = TypeAdapter(Plan)


def stored(plan: Plan) -> dict[str, Fact]:
    """The plan as JSON, as it is kept and digested; without masks none are spoken of."""
    told: dict[str, Fact] = PLAN.dump_python(plan, mode="json", exclude_defaults=True)
    return told


def digest_of(plan: Plan) -> str:
    """The digest that approvers sign, in hex."""
    return hashlib.sha256(rfc8785.dumps(stored(plan))).hexdigest()


def make_plan(
    targets: Sequence[TargetPlan], terms: Terms, *, risk: Risk | None = None, revision: int = 1
) -> Plan:
    """The plan of changing these devices, its checks apart.

    Raises NoSafeCommands where the playbook does not know a device's platform.
    """
    book, back = usable(terms.playbook), usable(terms.way_back)
    for target in targets:
        if terms.method == "playbook" and target.platform not in book.platforms:
            raise NoSafeCommands(
                f"The playbook {book.name} does not work on {target.platform}; {target.hostname} "
                "is changed by hand (method by_hand).",
                hostname=target.hostname,
            )
    window = terms.window
    most = risk.canary if risk else 1
    canary = most if terms.rollout.canary is None else min(terms.rollout.canary, most)
    return Plan(
        kind=terms.kind, method=terms.method, playbook=book.name, playbook_digest=book.digest,
        way_back=back.name, way_back_digest=back.digest, revision=revision,
        window_start=window[0].isoformat() if window else None,
        window_end=window[1].isoformat() if window else None,
        targets=tuple(targets), risk=risk, source=terms.source, undo=terms.rollout.undo,
        guard_digests=_guards(targets),
        waves=cut([one.device_id for one in targets], replace(terms.rollout, canary=canary)),
    )  # fmt: skip


def cut(devices: Sequence[int], rollout: Rollout) -> tuple[Wave, ...]:
    """The waves of these devices, in their order; InvalidInput where a number makes no sense."""
    canary = 1 if rollout.canary is None else rollout.canary
    if canary < 1 or rollout.size < 1 or rollout.may_fail < 0:
        raise InvalidInput("A canary and a wave have at least one device; failures are counted.")
    first, rest = tuple(devices[:canary]), devices[canary:]
    later = (tuple(rest[at : at + rollout.size]) for at in range(0, len(rest), rollout.size))
    return (Wave(devices=first), *(Wave(devices=one, may_fail=rollout.may_fail) for one in later))


def waves_of(plan: Plan) -> tuple[tuple[Wave, tuple[TargetPlan, ...]], ...]:
    """Each wave with what happens to its devices."""
    of = {one.device_id: one for one in plan.targets}
    waves = plan.waves or cut(list(of), Rollout(size=max(1, len(of))))
    return tuple((wave, tuple(of[key] for key in wave.devices)) for wave in waves)


def rollout_of(plan: Plan) -> Rollout:
    """How the plan was cut into waves, to cut the next revision alike."""
    like = Rollout(undo=plan.undo)
    if not plan.waves:
        return like
    like = replace(like, canary=len(plan.waves[0].devices))
    if len(plan.waves) < 2:
        return like
    second = plan.waves[1]
    return replace(like, size=len(second.devices), may_fail=second.may_fail)


def terms_of(plan: Plan, window: tuple[datetime, datetime] | None) -> Terms:
    """The terms under which the plan was made, its checks apart, with another window."""
    return Terms(
        kind=plan.kind, method=plan.method, window=window, playbook=plan.playbook,
        way_back=plan.way_back, rollout=rollout_of(plan), source=plan.source,
    )  # fmt: skip


def edited(plan: Plan, shelf: Path = FOLDER) -> str | None:
    """The name of the plan's first playbook whose content is not the approved one, or None."""
    return next((name for name, was in _pinned(plan) if playbook(name, shelf).digest != was), None)


def _pinned(plan: Plan) -> Iterator[tuple[str, str]]:
    yield plan.playbook, plan.playbook_digest
    yield plan.way_back, plan.way_back_digest
    yield from ((one.playbook, one.digest) for one in plan.checks)
    yield from plan.guard_digests.items()


def _guards(targets: Sequence[TargetPlan]) -> dict[str, str]:
    """The playbooks that settle a guard, pinned where one is armed."""
    armed = any(one.guard is not None for one in targets)
    return {name: playbook(name).digest for name in GUARD_BOOKS} if armed else {}


def mark(difference: Difference) -> Mark:
    return difference.path, difference.line, difference.side
