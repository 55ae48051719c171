"""What the chaos left: the lab's own words against the platform's. Changes nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text

from changes.models import ChangeRequest
from changes.states import FINAL, State, Target
from core.records import verify
from tests.chaos import markers
from tests.chaos.installation import Installation
from tests.chaos.lab_process import Shown
from tests.chaos.markers import marked
from tests.chaos.staff import Asked

BOTH = frozenset({markers.FIRST, markers.SECOND})
STANDS = {
    Target.DONE: BOTH, Target.ROLLED_BACK: frozenset(), Target.SKIPPED: frozenset(),
    Target.WAITING: frozenset(),
}  # fmt: skip
"""What a device shows of a change that says this of it; of any other it is named."""
REST = FINAL | {State.INTERRUPTED}
MISSING = text("""
SELECT change.id FROM change_request change WHERE change.title LIKE 'chaos %' AND NOT EXISTS (
    SELECT FROM audit_record record WHERE record.subject_type = 'change_request'
    AND record.subject_id = change.id::text AND record.action = 'change.requested'
) ORDER BY change.id
""")

UNTOLD = text("""
SELECT run.id, count(event.id) AS events, coalesce(max(event.number), 0) AS last,
    count(record.id) AS records
FROM change_run run
LEFT JOIN execution_event event ON event.run_id = run.id
LEFT JOIN audit_record record ON record.execution_id = run.id
    AND record.action = 'execution.event' AND (record.facts->>'number')::int = event.number
GROUP BY run.id
HAVING (count(event.id), count(event.id)) <> (coalesce(max(event.number), 0), count(record.id))
ORDER BY run.id
""")
"""Runs whose events are not numbered from 1 without a gap, or not all of them leaves."""


@dataclass
class Judgement:
    """Each list names what speaks against the platform; all are empty when nothing does."""

    states: Counter = field(default_factory=Counter)
    stands: Counter = field(default_factory=Counter)
    typed: int = 0  # times that a change was typed on a device
    taken_back: int = 0
    unsettled: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    records: int = 0

    @property
    def sound(self) -> bool:
        return not (self.twice or self.lost or self.untrue or self.unnamed or self.audit)


def judged(place: Installation, asked: Sequence[Asked], shown: Mapping[str, Shown]) -> Judgement:
    """Compare, once nothing runs any more."""
    found = Judgement()
    with place.acting("arranger") as ctx:
        query = select(ChangeRequest).where(ChangeRequest.title.like("chaos %"))
        changes = {change.id: change for change in ctx.session.scalars(query)}
        _counted(found, changes, asked)
        found.lost += [f"change {key} has no record" for key in ctx.session.scalars(MISSING)]
        verified = verify(ctx)
        found.records = verified.records
        found.audit = [one.told for one in verified.broken]
        found.audit += [
            f"run {one.id}: {one.events} events up to number {one.last}, {one.records} records"
            for one in ctx.session.execute(UNTOLD)
        ]
        _witnessed(found, shown)
        for change in changes.values():
            found.untrue += _stands(found, change, shown)
    return found


def _counted(
    found: Judgement, changes: Mapping[int, ChangeRequest], asked: Sequence[Asked]
) -> None:
    found.states = Counter(change.state for change in changes.values())
    found.unsettled = [
        f"{change.title} (change {key}) is {change.state}: {change.outcome}"
        for key, change in changes.items() if change.state not in REST
    ]  # fmt: skip
    found.lost = [
        f"{one.title} (change {one.key}) is not there" for one in asked
        if one.key is not None and one.key not in changes
    ]  # fmt: skip
    titles = Counter(change.title for change in changes.values())
    found.lost += [f"{title} is there {many} times" for title, many in titles.items() if many > 1]


def _witnessed(found: Judgement, shown: Mapping[str, Shown]) -> None:
    """How often each change's lines were typed on each device, by the devices' own logs."""
    for hostname, seen in shown.items():
        marks = [one for one in map(marked, seen.typed) if one is not None]
        forward = Counter((one.number, one.line) for one in marks if not one.back)
        found.typed += sum(1 for _, line in forward if line == markers.FIRST)
        found.taken_back += sum(one.back and one.line == markers.FIRST for one in marks)
        found.untrue += [f"{hostname} has {line!r} otherwise now" for line in seen.others]
        found.twice += [
            f"chaos {number} typed {line!r} {many} times on {hostname}"
            for (number, line), many in forward.items() if many > 1
        ]  # fmt: skip


def _stands(found: Judgement, change: ChangeRequest, shown: Mapping[str, Shown]) -> Iterator[str]:
    """What the change says of a device and the device does not."""
    number = int(change.title.removeprefix("chaos "))
    for target in change.targets:
        seen = shown[target.hostname]
        there = _lines_of(seen.running)[number]
        if there == BOTH:
            found.stands["intended"] += 1
        elif not there:
            found.stands["pre-state"] += 1
        else:
            found.stands["in between"] += 1
        wanted = STANDS.get(Target(target.state))
        words = (
            f"{change.title} (change {change.id}, {change.state}) says {target.hostname} is "
            f"{target.state} ({target.result}); it shows {sorted(there) or 'nothing of it'}"
        )
        if wanted is None and there not in (BOTH, frozenset()):
            found.stands["in between and named"] += 1
        elif wanted is not None and there != wanted:
            if there in (BOTH, frozenset()):
                yield words
            else:
                found.unnamed.append(words)
        if target.touched_at is None and number in _typed(seen):
            yield f"{words}, and it was typed on without a word of it before"


def _typed(seen: Shown) -> set[int]:
    return {one.number for one in map(marked, seen.typed) if one is not None}


def _lines_of(lines: Sequence[str]) -> Mapping[int, frozenset[str]]:
    found = defaultdict(frozenset)
    for one in filter(None, map(marked, lines)):
        found[one.number] |= {one.line}
    return found
