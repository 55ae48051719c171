"""One run of chaos from the first request to the judgement, bounded in time."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread

from sqlalchemy.exc import DBAPIError

from scheduler.clock import call_reaper
from tests.chaos.adversary import Adversary
from tests.chaos.children import init_system, within
from tests.chaos.installation import Installation, installation
from tests.chaos.judgement import Judgement, judged
from tests.chaos.lab_process import LabProcess, lab_process
from tests.chaos.staff import Staff

STEP_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of it; times in seconds.

    Faults come about `pause` seconds apart until there was each of them and all changes were
    requested, or until only `rest` is left.
    """

    devices: int
    changes: int
    most_devices: int = 4
    workers: int = 2
    lease: int = 15
    guard: int = 2  # minutes until a device goes back by itself
    haste: float = 1.0  # how much faster than others the devices' own timers run
    reap: float = 0.0  # apart from the clock, the reaper is called this often; 0: never
    pause: float = 8.0
    once: bool = False  # each fault; else again as long as the time allows
    seconds: float = 520.0  # for all of it, from when the programs are up
    rest: float = 200.0  # of these, for what was begun to come to its end

    @property
    def settings(self) -> dict[str, int]:
        return {"lease_seconds": self.lease, "guard_minutes": self.guard}


FULL = Size(devices=100, changes=1000)
SHORT = Size(
    devices=6, changes=6, most_devices=2, lease=8, guard=2, haste=4.0, reap=3.0, pause=1.0,
    once=True, seconds=600.0, rest=300.0,
)  # fmt: skip


@dataclass(kw_only=True)
class Played:
    """What was done, and what was found."""

    seed: int
    size: Size
    seconds: float
    staff: Staff
    adversary: Adversary
    judgement: Judgement
    starts: dict[str, int]
    logs: dict[str, str]
    skipped: str


def play(size: Size, seed: int, *, tell: Callable[[str], object] = lambda _: None) -> Played:
    """Everything: lab, installation, people, adversary, rest, judgement."""
    begun = time.monotonic()
    with (
        lab_process(devices=size.devices, seed=seed, haste=size.haste) as lab,
        installation(lab.hosts, workers=size.workers, settings=size.settings) as place,
    ):
        staff = Staff(
            place=place, draw=drawing(seed), most_devices=size.most_devices, guarded=lab.guarded,
        )  # fmt: skip
        adversary = Adversary(place=place, lab=lab, staff=staff, draw=drawing(seed + 1))
        with init_system(place.programs), calling(place, size.reap):
            place.wait_until_up()
            adversary.begun = up = time.monotonic()
            _run(size, staff, adversary, tell, deadline=up + size.seconds - size.rest)
            _settle(lab, staff, tell, deadline=up + size.seconds)
        found = judged(place, staff.asked, lab.shown())
        return Played(
            seed=seed, size=size, seconds=time.monotonic() - begun, staff=staff,
            adversary=adversary, judgement=found, skipped=place.small_disk,
            starts={one.log.stem: one.starts for one in place.programs},
            logs={one.log.stem: one.log.read_text() for one in place.programs},
        )  # fmt: skip


@contextmanager
def calling(place: Installation, pause: float) -> Iterator[None]:
    """Call the reaper more often than the clock does, as long as the body runs."""
    over = Event()

    def call() -> None:
        while not over.wait(pause):
            with suppress(DBAPIError):
                call_reaper(place.runtime)

    thread = Thread(target=call, name="reaper")
    if pause:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if pause:
            thread.join()


def drawing(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chaos that can be had again, no secret


def _run(
    size: Size, staff: Staff, adversary: Adversary, tell: Callable, *, deadline: float
) -> None:
    """Requests and faults side by side, until there were enough of both or the time is over."""
    over = Event()

    def lacking() -> bool:
        all_done = adversary.done.keys() >= adversary.faults.keys()
        return len(staff.asked) < size.changes or (size.once and not all_done)

    thread = Thread(target=_break, args=(adversary, size, over, tell), name="adversary")
    thread.start()
    try:
        while lacking() and time.monotonic() < deadline:
            staff.step(more=lambda: lacking() and time.monotonic() < deadline)
            time.sleep(STEP_SECONDS)
    finally:
        over.set()
        thread.join()


def _break(adversary: Adversary, size: Size, over: Event, tell: Callable) -> None:
    """Every fault in a random order, and again; one that found nothing to break is tried again."""
    bag = adversary.shuffled()
    while not over.wait(adversary.draw.uniform(0.5, 1.5) * size.pause):
        if not bag and size.once:
            return
        bag = bag or adversary.shuffled()
        name = bag.pop()
        if adversary.act(name):
            seconds, _, what = adversary.told[-1]
            tell(f"{seconds:7.1f} s  {name:17} {what}")
        else:
            bag.insert(0, name)


def _settle(lab: LabProcess, staff: Staff, tell: Callable, *, deadline: float) -> None:
    """No more faults: what was begun comes to its end, as far as the time goes."""
    begun = time.monotonic()
    tell(f"no more faults; {len(staff.live)} changes are under way")

    def at_rest() -> bool:
        staff.step(more=lambda: False)
        return staff.idle and not lab.guarded()

    rested = within(deadline - begun, at_rest, pause=STEP_SECONDS)
    tell(f"{'at rest' if rested else 'NOT at rest'} after {time.monotonic() - begun:.0f} s")
