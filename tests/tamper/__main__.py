"""`make test-tamper`: 2,000 manipulations of the log by its database's owner, 300 of archives, 630
of packs.

Arguments, each with a number: `seed=`, `manipulations=`, `archives=`, `packs=`. The last line is
JSON.
"""

import json
import secrets
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks.fleet import ALL, database
from core.actor import Origin
from core.context import utc_now
from core.evidence.archives.files import header_of
from core.records import inspect
from tests.core.evidence.packing import zipped
from tests.tamper.archive_hands import attempts_on_archives, build_archived
from tests.tamper.log import build
from tests.tamper.pack_trying import TriedOnPack, attempts_on
from tests.tamper.prey import faults, prey
from tests.tamper.trying import Tried, attempts

AT_ONCE = 250
ARCHIVED_AT_ONCE = 60
GOALS = {"manipulations": 2000, "undetected": 0, "misnamed": 0, "misplaced": 0, "false_alarms": 0}
ARCHIVE_GOALS = GOALS | {"manipulations": 300}
PACK_GOALS = {"manipulations": 500, "undetected": 0, "misnamed": 0, "false_alarms": 0}


def main() -> None:
    given = dict(word.partition("=")[::2] for word in sys.argv[1:])
    seed = int(given.get("seed", secrets.randbelow(1_000_000)))
    number = int(given.get("manipulations", GOALS["manipulations"]))
    out(f"seed {seed}: {number} manipulations")
    tried, alarms, begun = list[Tried](), 0, time.monotonic()
    with database() as (runtime, _):
        for part in range(0, number, AT_ONCE):
            draw = Random(seed + part)  # noqa: S311 - not for secrets
            found, false = round_of(runtime, draw, min(AT_ONCE, number - part))
            tried, alarms = tried + found, alarms + false
        away = archived(runtime, seed, int(given.get("archives", ARCHIVE_GOALS["manipulations"])))
    report(tried)
    report(away[0])
    on_packs, pack_alarms = packs(seed, int(given.get("packs", 630)))
    report_packs(on_packs)
    database_figures = figures_of(tried, alarms) | {
        "misplaced": sum(not one.placed for one in tried)
    }
    figures = {
        "database": database_figures, "archives": figures_of(*away) | {
            "misplaced": sum(not one.placed for one in away[0])
        }, "packs": figures_of(on_packs, pack_alarms), "seed": seed,
        "seconds": round(time.monotonic() - begun, 1),
    }  # fmt: skip
    goals = {"database": GOALS, "archives": ARCHIVE_GOALS, "packs": PACK_GOALS}
    enough = all(figures[one]["manipulations"] >= goals[one]["manipulations"] for one in goals)
    wrong = any(figures[one][name] for one in goals for name in tuple(goals[one])[1:])
    met = enough and not wrong
    out(json.dumps({"name": "tamper", "figures": figures, "goals": goals, "met": met}))
    sys.exit(1 if wrong else 0)


def figures_of(tried, alarms):
    return {
        "manipulations": len(tried),
        "undetected": sum(not one.detected for one in tried),
        "misnamed": sum(not one.named for one in tried),
        "false_alarms": alarms,
    }


def packs(seed, number):
    """What was tried on a pack of a second writer, and false alarms."""
    with tempfile.TemporaryDirectory(prefix="trimtab-packs-") as folder:
        made = prey(Random(seed), Path(folder))  # noqa: S311 - not for secrets
        alarms = len(faults(zipped(made.files), made.folder, made.options))
        tried: list[TriedOnPack] = list(attempts_on(made, number))
        alarms += len(faults(zipped(made.files), made.folder, made.options))
    return tried, alarms


def report_packs(tried):
    lines = defaultdict(lambda: [0, 0, 0])
    for one in tried:
        for place, fits in enumerate((True, one.detected, one.named and one.in_words)):
            lines[one.hand][place] += fits
        if not (one.detected and one.named and one.in_words):
            out(f"not as it should: {one.hand} {sorted(one.due)} told {one.told[:3]}")
    out(f"\n{'manipulation of a pack':45}{'times':>8}{'detected':>10}{'named':>8}")
    for hand, (times, detected, named) in lines.items():
        out(f"{hand.replace('_', ' '):45}{times:8}{detected:10}{named:8}")


def round_of(runtime, draw, number):
    """A log of its own, taken back in the end; what was tried, and false alarms."""
    anchors = Path(runtime.settings.home) / "anchors"
    with taken_back(runtime) as ctx:
        log = build(ctx, draw, anchors, batches=draw.randint(8, 20))
        ctx.now = lambda: utc_now() + timedelta(minutes=5)
        alarms = len(inspect(ctx, anchors=anchors).broken)
        tried = list(attempts(log, number))
        alarms += len(inspect(ctx, anchors=anchors).broken)
    return tried, alarms


def archived(runtime, seed, number):
    """The same of logs of which the older half is in a file, sixty manipulations each."""
    anchors, tried, alarms = Path(runtime.settings.home) / "anchors", list[Tried](), 0
    for part in range(0, number, ARCHIVED_AT_ONCE):
        with taken_back(runtime) as ctx:
            log = build_archived(ctx, Random(seed + part), anchors)  # noqa: S311 - not for secrets
            alarms += len(inspect(ctx, anchors=anchors).broken)
            tried += attempts_on_archives(log, min(ARCHIVED_AT_ONCE, number - part))
            alarms += len(inspect(ctx, anchors=anchors).broken)
            log.file.unlink()
            header_of(log.file).unlink()
    return tried, alarms


@contextmanager
def taken_back(runtime):
    """A context of which nothing stays in the database."""
    with runtime.engine.connect() as connection:
        outer = connection.begin()
        with runtime.context(ALL, Origin(door="job")) as plain:
            ctx = replace(plain, now=utc_now)
            ctx.session.bind = connection
            ctx.session.join_transaction_mode = "create_savepoint"
            yield ctx
            ctx.session.rollback()
        outer.rollback()


def report(tried):
    lines = defaultdict(lambda: [0, 0, 0, 0])
    for one in tried:
        for place, fits in enumerate((True, one.detected, one.named, one.placed)):
            lines[one.hand][place] += fits
        if not (one.detected and one.named and one.placed):
            out(f"not as it should: {one.hand} {one.due} told {[had.told for had in one.told[:3]]}")
    out(f"\n{'manipulation':45}{'times':>8}{'detected':>10}{'named':>8}{'placed':>8}")
    for hand, (times, detected, named, placed) in lines.items():
        out(f"{hand.replace('_', ' '):45}{times:8}{detected:10}{named:8}{placed:8}")


def out(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
