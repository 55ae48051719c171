"""Which devices get a new baseline when: the first few at once, the others on later dates. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import ClassVar

from core.errors import InvalidInput

SIZE = re.compile(r"(\d{1,6})(%?)|rest")


class CohortsWrong(InvalidInput):
    """Cohorts that do not say of every device when its baseline begins to hold."""

    code: ClassVar[str] = "cohorts_wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """How many devices (`5`, `10%` of all, `rest`) and from when; None is at once."""

    size: str
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A device's cohort, counted from 1, and from when its baseline holds."""

    cohort: int
    valid_from: datetime | None


def turns(device_ids: Sequence[int], cohorts: Sequence[Cohort]) -> Mapping[int, Turn]:
    """Each device's turn: cohorts are filled in the order of the devices.

    Raises CohortsWrong where sizes are not understood, devices are left over, or a later cohort
    comes before an earlier one.
    """
    starts = [one.valid_from for one in cohorts]
    for earlier, later in pairwise(starts):
        if earlier is not None and (later is None or later < earlier):
            raise CohortsWrong("A cohort cannot begin before the one in front of it.")
    found: dict[int, Turn] = {}
    left = list(dict.fromkeys(device_ids))
    total = len(left)
    for number, cohort in enumerate(cohorts, start=1):
        count = _count(cohort.size, total, len(left))
        for device_id in left[:count]:
            found[device_id] = Turn(cohort=number, valid_from=cohort.valid_from)
        left = left[count:]
    if left:
        raise CohortsWrong(
            f"{len(left)} of {total} devices are in no cohort. Let the last one be `rest`."
        )
    return found


def _count(size: str, total: int, left: int) -> int:
    """At least one device for a share of some."""
    match = SIZE.fullmatch(size)
    if match is None or size in {"0", "0%"}:
        raise CohortsWrong(f"{size!r} is no size of a cohort: write 5, 10% or rest.")
    if size == "rest":
        return left
    number = int(match[1])
    return max(1, total * number // 100) if match[2] else number
