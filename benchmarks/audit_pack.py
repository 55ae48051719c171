"""The part `pack` of `make bench-audit`: an evidence pack of a change of a hundred devices.

The change really runs: a worker types on the devices of a lab that is a process of its own, and
looks at them again. `python -m benchmarks.audit_pack [devices=N] [keep=FILE]` runs it alone.
"""

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from changes import approvals, requests
from changes.models import ChangeRequest
from changes.packs.making import make
from changes.packs.model import Made, OfChange
from changes.plans import Rollout
from changes.requests import Wanted
from changes.states import State
from core.context import Context
from tests.chaos import markers
from tests.chaos.children import init_system, within
from tests.chaos.installation import Installation, installation
from tests.chaos.lab_process import lab_process

DEVICES = 100
ROUNDS = 5
SEED = 7
LONGEST = 1800.0
GOAL = {"pack_s": 5.0}


def packed(devices: int = DEVICES, keep: Path | None = None) -> Mapping[str, float]:
    """Seconds and CPU seconds of the pack's making: the median and the worst of five."""
    with (
        lab_process(devices=devices, seed=SEED, haste=1.0) as lab,
        installation(lab.hosts, workers=1, settings={}) as place,
    ):
        with init_system(place.programs):
            place.wait_until_up()
            begun = time.monotonic()
            key = _ran(place)
            took = time.monotonic() - begun
        walls, used, made = _made(place, key, keep)  # nothing more is written about the change
    return {
        "pack_devices": devices, "pack_change_s": round(took, 1), "pack_records": made.records,
        "pack_bytes": made.bytes, "pack_usual_s": round(statistics.median(walls), 2),
        "pack_s": round(max(walls), 2), "pack_cpu_s": round(statistics.median(used), 2),
    }  # fmt: skip


def _ran(place: Installation) -> int:
    """A change of all devices, approved by two persons and executed by the worker; its number."""
    typed = markers.lines(1)
    with place.acting("engineer") as ctx:
        key = requests.request_lines(
            ctx, dict.fromkeys(place.devices.values(), typed),
            Wanted(title="Servers", reason="bench", checks=(), rollout=Rollout(size=50)),
        ).id  # fmt: skip
    for person in ("approver", "second"):
        with place.acting(person) as ctx:
            change = ctx.get(ChangeRequest, key)
            if change.state == State.PROPOSED:
                approvals.approve(ctx, key, digest=change.digest, note="bench")
    if not within(LONGEST, lambda: _state(place, key) == State.SUCCEEDED, pause=1.0):
        raise RuntimeError(f"the change is {_state(place, key)} after {LONGEST:g} s")
    return key


def _state(place: Installation, key: int) -> str:
    with place.acting("engineer") as ctx:
        return ctx.get(ChangeRequest, key).state


def _made(
    place: Installation, key: int, keep: Path | None
) -> tuple[list[float], list[float], Made]:
    """The same pack several times; RuntimeError where it is not the same."""
    walls, used, packs = list[float](), list[float](), list[Made]()
    for _ in range(ROUNDS):
        with place.acting("arranger") as ctx:
            begun, before = time.monotonic(), _cpu()
            packs.append(_pack(ctx, key, keep))
            ctx.commit()
            walls.append(time.monotonic() - begun)
            used.append(_cpu() - before)
    if len({one.digest for one in packs}) != 1:
        raise RuntimeError("a pack made again has other bytes")
    return walls, used, packs[0]


def _pack(ctx: Context, key: int, keep: Path | None) -> Made:
    with tempfile.TemporaryFile() as target:
        made = make(ctx, OfChange(change_id=key), target)
        if keep:
            target.seek(0)
            keep.write_bytes(target.read())
    return made


def _cpu() -> float:
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def main(words: Sequence[str]) -> None:
    given = dict(word.partition("=")[::2] for word in words)
    figures = packed(
        int(given.get("devices", DEVICES)), Path(given["keep"]) if "keep" in given else None
    )
    met = all(figures[name] <= goal for name, goal in GOAL.items())
    sys.stdout.write(
        json.dumps({"name": "pack", "figures": figures, "goals": GOAL, "met": met}) + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
