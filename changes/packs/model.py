"""What a pack is asked about and what was found for it, as frozen values. Reads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from changes.packs.report import Report
from core.audit import Fact, Subject
from core.errors import InvalidInput
from core.evidence.statements import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `since` until before `until`; None has no bound. InvalidInput where it is empty."""

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise InvalidInput(
                "The pack is about nothing: it ends before it begins.", field="until"
            )

    @property
    def document(self) -> Mapping[str, Fact]:
        return {
            "since": moment(self.since) if self.since else None,
            "until": moment(self.until) if self.until else None,
        }

    @property
    def words(self) -> str:
        since = f"from {self.since:%F %H:%M:%S %Z}" if self.since else "from the beginning"
        return f"{since} {f'until {self.until:%F %H:%M:%S %Z}' if self.until else 'on'}"


ALWAYS = Period()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfChange:
    """Everything about a change."""

    change_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfDevice:
    """What happened to a device, by its hostname."""

    hostname: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUnit:
    """What happened in a unit and those below it, by its code."""

    code: str
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClause:
    """How a clause of a policy was watched; without a version, of the newest one in the period."""

    policy: str
    number: str
    version: int | None = None
    period: Period = ALWAYS


Wanted = OfChange | OfDevice | OfUnit | OfClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What belongs to a pack, its report apart from what only the sealed records tell.

    `records` are numbers of audit records, `changes` those whose plans and logs of executions
    belong to it as a whole, `texts` digests of configurations, `left_out` sentences about what is
    not in it, `since` where its story begins.
    """

    subject: Subject
    period: Period | None
    records: frozenset[int]
    report: Report
    left_out: tuple[str, ...]
    since: datetime | None
    changes: tuple[int, ...] = ()
    texts: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A pack that was made: its SHA-256 and that of its manifest (hex), and what it covers.

    `size` is the number of records under its head, `name` a file name for it.
    """

    subject: Subject
    digest: str
    manifest: str
    size: int
    records: int
    bytes: int
    name: str
