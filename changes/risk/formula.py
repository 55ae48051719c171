"""The formula as data: read strictly, held to a floor, digested. Judges no change itself.

The floor: at every level a person beside the requester, who is never counted; a higher level asks
for no less than a lower one; what shuts the management interface is high whatever else.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Annotated, ClassVar, Literal, Self, cast, get_args

import rfc8785
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)
from typing_extensions import override

from changes.risk.model import Gravity, Revert
from core.errors import InvalidInput

DEFAULT = Path(__file__).parent / "default.yaml"
LARGEST = 100_000  # characters of a formula

Points = Annotated[int, Field(ge=0, le=1000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Kind = Literal["standard", "normal", "emergency", "commission", "decommission"]
Method = Literal["playbook", "by_hand"]
Declared = Literal["none", "low", "medium", "high"]
Lockout = Literal[
    "shutdown", "address", "vrf", "route", "filter", "line", "login", "aaa", "ssh", "interface",
    "routing", "maybe", "unseen",
]  # fmt: skip
PLACEHOLDERS = frozenset(
    {"devices", "count", "role", "place", "names", "group", "days", "ago", "like", "bad", "total",
     "alike"}
)  # fmt: skip
"""What words may name."""


class PolicyBroken(InvalidInput):
    """A risk formula that cannot be used; the message names the place."""

    code: ClassVar[str] = "risk_policy_broken"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Case(Strict):
    """Points, and words with placeholders such as `{devices}`; without words no reason is told."""

    points: Points
    words: Annotated[str, Field(max_length=500)]

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.points and not self.words.strip():
            raise ValueError("points need words, so that an approver reads why")
        for _, name, spec, conversion in Formatter().parse(self.words):
            if name is not None and (name not in PLACEHOLDERS or spec or conversion):
                raise ValueError(f"{{{name}}} is none of {', '.join(sorted(PLACEHOLDERS))}")
        return self


class Step(Case):
    """A case that holds from a number on."""

    start: Annotated[int, Field(alias="from", ge=1)]


class Within(Case):
    """A case that holds up to so many days ago."""

    within: Annotated[int, Field(ge=0)]


class RoleCase(Case):
    """A case that holds for roles that contain one of these words, in small letters."""

    contains: Annotated[tuple[Name, ...], Field(min_length=1)]


def _rising(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    for before, after in pairwise(steps):
        if after.start <= before.start or after.points < before.points:
            raise ValueError("steps rise: each begins later than the one before, with no less")
    return steps


def _fading(steps: tuple[Within, ...]) -> tuple[Within, ...]:
    for before, after in pairwise(steps):
        if after.within <= before.within or after.points > before.points:
            raise ValueError("what is longer ago stands later, with no more points")
    return steps


LATER = frozenset({"former_image", "untouched"})
"""Ways back that a formula may be older than; without a case they count as having none."""


def _each(known: object) -> AfterValidator:
    """Every case of a literal is there: none is left to chance."""

    def complete(cases: Mapping[str, Case]) -> Mapping[str, Case]:
        names = get_args(known)
        lacking = [one for one in names if one not in cases and one not in LATER]
        surplus = [one for one in cases if one not in names]
        if lacking or surplus:
            raise ValueError(
                f"has one case for each of {', '.join(names)}; {_odd(lacking, surplus)}"
            )
        return cases

    return AfterValidator(complete)


def _odd(lacking: Sequence[str], surplus: Sequence[str]) -> str:
    told = [f"lacks {', '.join(lacking)}"] if lacking else []
    return ", ".join([*told, f"knows no {', '.join(surplus)}"] if surplus else told)


Steps = Annotated[tuple[Step, ...], Field(min_length=1), AfterValidator(_rising)]


class Roles(Strict):
    known: tuple[RoleCase, ...]
    other: Case
    none: Case


class Redundancy(Strict):
    none_left: Case
    one_left: Case
    uplink: Case
    last_link: Case
    parallel: Case
    unknown: Case

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.none_left.points < self.one_left.points:
            raise ValueError("none_left has no fewer points than one_left")
        if not self.uplink.points >= self.last_link.points >= self.parallel.points:
            raise ValueError("uplink has no fewer points than last_link, nor that than parallel")
        return self


class Drift(Strict):
    now: Case
    past: Annotated[tuple[Within, ...], AfterValidator(_fading)]


class History(Strict):
    never: Case
    good: Case
    bad: Steps


class Factors(Strict):
    devices: Steps
    roles: Roles
    kind: Annotated[Mapping[str, Case], _each(Kind)]
    method: Annotated[Mapping[str, Case], _each(Method)]
    playbook: Annotated[Mapping[str, Case], _each(Declared)]
    revert: Annotated[Mapping[str, Case], _each(Revert)]
    gravity: Annotated[Mapping[str, Case], _each(Gravity)]
    lockout: Annotated[Mapping[str, Case], _each(Lockout)]
    blast: Steps
    redundancy: Redundancy
    drift: Drift
    history: History
    reload: Case | None = None  # a formula may be older than reloads: then RELOAD holds


RELOAD = Case(
    points=40, words="{devices}: they are restarted, and what they carry stops until they are back."
)
"""What a formula says of reloads that does not speak of them itself."""


class Canary(Strict):
    """The first wave: so many percent of the devices, at least one and at most `at_most`."""

    percent: Annotated[int, Field(ge=1, le=100)]
    at_most: Annotated[int, Field(ge=1)]


class Asked(Strict):
    """What a level asks for, from so many points on."""

    start: Annotated[int, Field(alias="from", ge=0, le=1000)]
    approvals: Annotated[int, Field(ge=1, le=20)]
    stages: tuple[Name, ...] = ()
    window_required: bool
    canary: Canary

    @property
    def strictness(self) -> tuple[int, int, bool, int, int]:
        return (
            self.approvals, len(self.stages), self.window_required, -self.canary.percent,
            -self.canary.at_most,
        )  # fmt: skip


class Levels(Strict):
    low: Asked
    medium: Asked
    high: Asked

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.low.start != 0 or not 0 < self.medium.start < self.high.start:
            raise ValueError("low is from 0, and medium and high each from more than the one below")
        for below, above in pairwise((self.low, self.medium, self.high)):
            if any(b > a for b, a in zip(below.strictness, above.strictness, strict=True)):
                raise ValueError("a higher level asks for no less than a lower one (the floor)")
        return self


class Formula(Strict):
    name: Name
    levels: Levels
    factors: Factors

    @model_validator(mode="after")
    def _floor(self) -> Self:
        for code in ("shutdown", "address"):
            if self.factors.lockout[code].points < self.levels.high.start:
                raise ValueError(
                    f"lockout.{code} has fewer points than high is from: taking the management "
                    "interface away is high whatever else (the floor)"
                )
        return self

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON: comments and layout do not count."""
        told: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return hashlib.sha256(rfc8785.dumps(told)).hexdigest()


class _Reader(yaml.SafeLoader):
    """YAML without keys given twice, of which one would be lost without a word."""

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [cast("object", self.construct_object(key, deep=deep)) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice!r} stands there twice", node.start_mark
            )
        return cast("dict[object, object]", super().construct_mapping(node, deep))


@lru_cache(maxsize=64)
def parse(text: str) -> Formula:
    """The formula in a YAML or JSON text, or PolicyBroken that names the place."""
    if len(text) > LARGEST:
        raise PolicyBroken(f"The risk formula is longer than {LARGEST} characters.")
    try:
        told = yaml.load(text, Loader=_Reader)  # noqa: S506 - a safe loader of our own
        return Formula.model_validate_json(json.dumps(told, default=str))
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise PolicyBroken(f"The risk formula cannot be used: {_said(error)}") from error


def _said(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split()) or type(error).__name__
    faults = [
        f"{'.'.join(str(part) for part in one['loc']) or 'as a whole'}: "
        f"{one['msg'].removeprefix('Value error, ')}"
        for one in error.errors()[:5]
    ]
    return "; ".join(faults) + "."


def shipped() -> str:
    """The text of the formula that holds where none was published."""
    return DEFAULT.read_text(encoding="utf-8")
