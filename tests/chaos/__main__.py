"""`make test-chaos`: a thousand changes on a hundred devices while everything is killed in turns.

Arguments: `short` for the version of a minute, `seed=NUMBER`, `changes=NUMBER`, `devices=NUMBER`,
`seconds=NUMBER`, `rest=NUMBER`. The last line is JSON.
"""

import json
import secrets
import signal
import sys
from collections.abc import Mapping
from dataclasses import fields, replace

from tests.chaos.play import FULL, SHORT, Played, Size, play

GOALS = {"changes": 1000, "seconds": 600, "unsettled": 0, "twice": 0, "lost": 0, "untrue": 0,
         "unnamed": 0, "audit_broken": 0}  # fmt: skip
AT_LEAST = ("changes",)


def main() -> None:
    size, seed = wanted(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    out(f"seed {seed}: {size}")
    played = play(size, seed, tell=out)
    report(played)
    figures = figured(played)
    goals = GOALS | {"changes": size.changes}
    met = all(
        figures[name] >= goal if name in AT_LEAST else figures[name] <= goal
        for name, goal in goals.items()
    )
    whole = size == FULL
    for name, goal in goals.items():
        sign = "at least" if name in AT_LEAST else "at most"
        out(f"{name:15}{figures[name]:8}   {sign} {goal}")
    if not whole:
        out("These are not the figures of the goals: the size is another one.")
    out(json.dumps({"name": "chaos", "figures": figures, "goals": GOALS, "met": met and whole}))
    sys.exit(0 if played.judgement.sound else 1)


def wanted(words: list[str]) -> tuple[Size, int]:
    """The size and the seed; SystemExit for a word that is neither."""
    size = SHORT if "short" in words else FULL
    seed = secrets.randbelow(1_000_000)
    known = {one.name: type(getattr(FULL, one.name)) for one in fields(Size)}
    for word in words:
        name, _, value = word.partition("=")
        try:
            if name == "seed":
                seed = int(value)
            elif word != "short":
                size = replace(size, **{name: known[name](value)})
        except (KeyError, ValueError):
            sys.exit(f"{word!r} is not understood: short, seed=NUMBER, or NUMBER for one of "
                     f"{', '.join(known)}.")  # fmt: skip
    return size, seed


def report(played: Played) -> None:
    found = played.judgement
    out("")
    table("fault", "times", played.adversary.done)
    if played.skipped:
        out(f"disk             skipped: {played.skipped}")
    table("state", "changes", found.states)
    table("device shows", "targets", found.stands)
    table("people", "times", told(played.staff.counted))
    table("refused", "times", played.staff.refused)
    table("program", "starts", played.starts)
    out(f"typed {found.typed} times on devices, typed back {found.taken_back} times; "
        f"{found.records} audit records")  # fmt: skip
    for name in ("unsettled", "twice", "lost", "untrue", "unnamed", "audit"):
        for words in getattr(found, name)[:50]:
            out(f"{name}: {words}")


def figured(played: Played) -> Mapping[str, float]:
    found, adversary = played.judgement, played.adversary
    return {
        "seed": played.seed, "changes": sum(found.states.values()) - len(found.unsettled),
        "requested": sum(found.states.values()), "devices": played.size.devices,
        "seconds": round(played.seconds), "faults": sum(adversary.done.values()),
        **{f"fault_{name.replace(' ', '_')}": times for name, times in adversary.done.items()},
        **{f"state_{name}": many for name, many in sorted(found.states.items())},
        "typed": found.typed, "taken_back": found.taken_back,
        "in_between_named": found.stands["in between and named"],
        "audit_records": found.records, "unsettled": len(found.unsettled),
        "twice": len(found.twice), "lost": len(found.lost), "untrue": len(found.untrue),
        "unnamed": len(found.unnamed), "audit_broken": len(found.audit),
    }  # fmt: skip


def table(name: str, counted: str, rows: Mapping[str, int]) -> None:
    out(f"{name:25}{counted:>8}")
    for row, many in sorted(rows.items()):
        out(f"  {row:23}{many:8}")


def told(counted: Mapping[str, int]) -> dict[str, int]:
    """Without what each change was steered for."""
    return {name: many for name, many in counted.items() if not name.startswith("steered ")}


def out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
