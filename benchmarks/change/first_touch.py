"""From the last approval to the first line that a device sees typed, with idle workers.

The platform's own programs on an embedded database, the lab in a process of its own, whose session
log tells when a line came. `python -m benchmarks.change.first_touch` shows each round.
"""

import statistics
import sys
import time
from collections.abc import Mapping

from changes import approvals, requests
from changes.models import ChangeRequest
from changes.requests import Wanted
from changes.states import State
from tests.chaos import markers
from tests.chaos.children import init_system, within
from tests.chaos.installation import Installation, installation
from tests.chaos.lab_process import LabProcess, lab_process

ROUNDS = 9
SEED = 5
LONGEST = 60.0


def first_touch() -> Mapping[str, float]:
    """Seconds: median and worst of the rounds but the first, and that one, right after a start."""
    took = []
    with (
        lab_process(devices=ROUNDS, seed=SEED, haste=1.0) as lab,
        installation(lab.hosts, workers=1, settings={}) as place,
        init_system(place.programs),
    ):
        place.wait_until_up()
        for number, name in enumerate(sorted(place.devices), start=1):
            took.append(_round(lab, place, number, name))
            sys.stdout.write(f"{name:16}{took[-1]:8.2f} s to the first typed line\n")
    after_start, *idle = took
    return {
        "first_touch_s": round(statistics.median(idle), 2),
        "first_touch_worst_s": round(max(idle), 2),
        "first_touch_after_start_s": round(after_start, 2),
    }


def _round(lab: LabProcess, place: Installation, number: int, name: str) -> float:
    """One change of one device, seconds; the next one begins when nothing runs any more."""
    typed = markers.lines(number)
    with place.acting("engineer") as ctx:
        key = requests.request_lines(
            ctx, {place.devices[name]: typed}, Wanted(title=name, reason="bench", checks=())
        ).id
    for person in ("approver", "second"):
        with place.acting(person) as ctx:
            change = ctx.get(ChangeRequest, key)
            if change.state == State.PROPOSED:
                approvals.approve(ctx, key, digest=change.digest, note="bench")
    begun = time.monotonic()
    if not within(LONGEST, lambda: lab.shown()[name].typed, pause=0.01):
        raise RuntimeError(f"{name} was not touched within {LONGEST:g} s")
    took = time.monotonic() - begun
    if not within(LONGEST, lambda: _over(place, key)):
        raise RuntimeError(f"the change of {name} did not end")
    return took


def _over(place: Installation, key: int) -> bool:
    with place.acting("engineer") as ctx:
        return ctx.get(ChangeRequest, key).closed_at is not None


if __name__ == "__main__":
    sys.stdout.write(f"{dict(first_touch())}\n")
