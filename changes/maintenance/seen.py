"""What a look at one subject came to. Pure."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from core.context import Context

Outcome = Literal["passed", "attention", "failed"]
"""As it should be; somebody has to look at it; it is not as it should be, or nobody could tell."""

Contexts = Callable[[], AbstractContextManager[Context]]
"""Opens a context of its own for each step, so that none is open while a device is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One subject: a device, an address, a login or a change, with what was found in words."""

    subject: str
    outcome: Outcome
    detail: str
    device_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A device of a plan, as much of it as a look without a database needs."""

    device_id: int
    hostname: str
    platform: str
    address: str

    def seen(self, outcome: Outcome, detail: str, *, what: str = "") -> Seen:
        """What was found of it; `what` names the part where there are several."""
        subject = f"{self.hostname} {what}".strip()
        return Seen(subject=subject, outcome=outcome, detail=detail, device_id=self.device_id)
