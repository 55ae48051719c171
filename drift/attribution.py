"""What explains a drift: the verdict and who gives it. Knows no change; changes know it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from core.context import Context
from drift.engine import Assessment

VerdictName = Literal[
    "authorised", "not_applied", "unauthorised", "reverted", "noise", "unexplained"
]

ALARMING: frozenset[VerdictName] = frozenset({"unauthorised", "reverted", "unexplained"})
"""The verdicts that raise an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a device differs from its baseline, in one word and one sentence."""

    verdict: VerdictName
    reason: str
    change_id: int | None = None


class Attribution(Protocol):
    """Explains one device's differences; `changes.attribution.attribute` is the real one."""

    def __call__(self, ctx: Context, device_id: int, assessment: Assessment, /) -> Verdict: ...


def unexplained(_ctx: Context, _device_id: int, _assessment: Assessment) -> Verdict:
    """The attribution of an installation that knows no changes."""
    return Verdict(verdict="unexplained", reason="No change is known that explains this.")
