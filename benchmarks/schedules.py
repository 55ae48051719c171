"""`python -m benchmarks.schedules`: a clock over 100,000 schedules. Runs none of their jobs.

First the schedules of 15 minutes, spread by their jitter, a second's share at a time; then many due
at the same moment under two clocks. Wall time; the last line is JSON.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier

from sqlalchemy import insert, text

from benchmarks.fleet import database
from core.runtime import Runtime
from operations.schedule_models import Schedule
from operations.schedules import next_time
from scheduler.clock import tick

SCHEDULES, AT_ONCE, CLOCKS, SECONDS = 100_000, 2_000, 2, 20
RHYTHMS = ("every 15m", "*/15 * * * *")
JITTER = 15 * 60
BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
IN_A_TICK = 1.0
FIRED = text("SELECT subject_id FROM audit_record WHERE action = 'schedule.fired' AND id > :after")
NEWEST = text("SELECT coalesce(max(id), 0) FROM audit_record")
DUE_NOW = text("UPDATE schedule SET next_fire_at = :now WHERE id % :step = 0")


@dataclass(slots=True)
class Hand:
    """The time that the clocks read."""

    at: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.at


def measured() -> dict[str, float]:
    """Both parts on a database of its own."""
    with database() as (runtime, _):
        hand = Hand()
        clock = replace(runtime, now=hand)
        _insert(runtime)
        return {**_share(clock, hand), **_at_once(clock, hand)}


def main() -> None:
    figures = measured()
    met = (
        figures["share_worst_s"] < IN_A_TICK
        and figures["at_once_worst_s"] < IN_A_TICK
        and figures["fired_once"] == AT_ONCE
        and figures["fired_more"] == 0
    )
    _out("")
    for name, value in figures.items():
        _out(f"{name:20}{value:10g}")
    goals = {"tick_s": IN_A_TICK, "fired_once": AT_ONCE, "fired_more": 0}
    _out(json.dumps({"name": "schedules", "figures": figures, "goals": goals, "met": met}))


def _insert(runtime: Runtime) -> None:
    begun = time.monotonic()
    with runtime.engine.begin() as connection:
        for start in range(0, SCHEDULES, 10_000):
            rows = [_row(number) for number in range(start, start + 10_000)]
            connection.execute(insert(Schedule), rows)
        connection.execute(text("ANALYZE schedule"))
    _out(f"{SCHEDULES} schedules inserted in {time.monotonic() - begun:.1f} s")


def _row(number: int) -> dict[str, object]:
    trigger, name = RHYTHMS[number % len(RHYTHMS)], f"edge {number}"
    made = Schedule(name=name, trigger=trigger, timezone="Europe/Berlin", jitter_seconds=JITTER)
    return {
        "name": name, "job": "drift.scan", "args": {"site": f"s{number}"}, "trigger": trigger,
        "timezone": made.timezone, "jitter_seconds": JITTER, "enabled": True,
        "next_fire_at": next_time(made, now=BEGIN),
    }  # fmt: skip


def _share(clock: Runtime, hand: Hand) -> dict[str, float]:
    """Some successive seconds, each with the schedules that fall due in it."""
    _out(f"\n{'second':>8}{'due':>8}{'tick ms':>10}")
    hand.at, ticks = BEGIN + timedelta(seconds=JITTER), list[tuple[int, float]]()
    for second in range(SECONDS):
        hand.at += timedelta(seconds=1)
        ticks.append(_timed(clock))
        _out(f"{second:8}{ticks[-1][0]:8}{ticks[-1][1] * 1e3:10.0f}")
    return {
        "share_due": round(sum(due for due, _ in ticks) / len(ticks), 1),
        "share_mean_s": round(sum(seconds for _, seconds in ticks) / len(ticks), 3),
        "share_worst_s": round(max(seconds for _, seconds in ticks), 3),
    }


def _at_once(clock: Runtime, hand: Hand) -> dict[str, float]:
    """Many due at the same moment, and two clocks that tick until nothing is due."""
    with clock.engine.begin() as connection:
        after = connection.scalar(NEWEST)
        connection.execute(DUE_NOW, {"now": hand.at, "step": SCHEDULES // AT_ONCE})
    barrier, begun = Barrier(CLOCKS), time.monotonic()
    with ThreadPoolExecutor(CLOCKS) as clocks:
        told = clocks.map(lambda _: list(_drained(clock, barrier)), range(CLOCKS))
        ticks = [one for each in told for one in each]
    wall = time.monotonic() - begun
    with clock.engine.connect() as connection:
        fired = Counter(connection.scalars(FIRED, {"after": after}))
    return {
        "at_once_ticks": sum(1 for due, _ in ticks if due),
        "at_once_worst_s": round(max(seconds for _, seconds in ticks), 3),
        "at_once_wall_s": round(wall, 3),
        "fired_once": sum(1 for times in fired.values() if times == 1),
        "fired_more": sum(1 for times in fired.values() if times > 1),
    }


def _drained(clock: Runtime, barrier: Barrier) -> Iterator[tuple[int, float]]:
    """The ticks of one clock until two in a row find nothing due: the other may hold the rest."""
    barrier.wait()
    idle = count()
    while next(idle) < 2:
        due, seconds = _timed(clock)
        yield due, seconds
        idle = idle if not due else count()


def _timed(clock: Runtime) -> tuple[int, float]:
    begun = time.monotonic()
    return tick(clock), time.monotonic() - begun


def _out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
