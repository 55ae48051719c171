"""Sessions with many devices at a time, each over once it brought everything back. No database."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from queue import Empty, Queue
from threading import Condition, Event
from time import perf_counter

from inventory.collecting.memory import give_back, let_go, prepare
from inventory.collecting.room import Place, Room
from inventory.collecting.throttle import Throttle, Wanted
from inventory.drivers.errors import DeviceTimeout, DeviceUnreachable
from inventory.drivers.login import Login
from inventory.drivers.protocol import Collection, Driver
from inventory.drivers.transcript import Held, Transcript

AHEAD = 256  # readings that may wait to be kept; they hold whole configurations
TOGETHER = 50  # readings that are kept in one transaction
LOOK_SECONDS = 0.5  # how soon a waiting thread notices a stop

FAR = (DeviceUnreachable, DeviceTimeout)
"""Failures that speak of the way to a device, and many of them of its whole site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a session brought back, or why it brought nothing; `seconds` is how long it took."""

    wanted: Wanted
    seconds: float
    collection: Collection | None = None
    error: Exception | None = None
    held: tuple[Held, ...] = ()  # what the session typed, none where there was no session
    place: Place = field(default_factory=lambda: Place(Room()), repr=False)

    @property
    def unreachable(self) -> bool:
        """Whether the device could not be spoken to at all."""
        return isinstance(self.error, FAR)


Logins = Callable[[Wanted], Login]
"""How to sign in; a TrimtabError where that cannot be known is the device's outcome."""


def read_all(
    throttle: Throttle, *, logins: Logins, driver: Callable[[str], Driver], threads: int,
    stopping: Event | None = None,
) -> Generator[Sequence[Reading]]:  # fmt: skip
    """Ask every device that the throttle hands out, and tell of those whose session ended.

    A device that fails is a reading like any other. Sessions go on while the caller keeps what it
    was told, but no further ahead than `AHEAD` readings, and those with large texts no further than
    there is room; the caller lets go of what it kept. It may add devices to the throttle before it
    asks for more (to read one again). Once `stopping` is set no session begins.
    """
    prepare()
    ended: Queue[Reading | None] = Queue(max(AHEAD, 2 * threads))
    crew = _Crew(throttle, logins, driver, stopping or Event(), ended)
    with ThreadPoolExecutor(threads, thread_name_prefix="collect") as pool:
        for _ in range(threads):
            pool.submit(crew.work)
        try:
            while (told := [crew.told()])[0]:
                places = [one.place for one in told[0]]
                yield told.pop()  # the caller alone holds them now, and their texts
                if crew.settled(places):
                    give_back()
        finally:
            crew.leave()


@dataclass(slots=True)
class _Crew:
    """Threads that take the next device when their last one is done; the last puts None.

    `open` counts the devices that were handed out and are not settled with the caller yet: as long
    as there is one, another may come.
    """

    throttle: Throttle
    logins: Logins
    driver: Callable[[str], Driver]
    stopping: Event
    ended: Queue[Reading | None]
    open: int = 0
    over: bool = False
    left: Event = field(default_factory=Event)
    room: Room = field(default_factory=Room)
    turn: Condition = field(default_factory=Condition)

    def work(self) -> None:
        while (wanted := self._next()) is not None:
            self._ask(wanted)

    def _ask(self, wanted: Wanted) -> None:
        """One session; this thread holds nothing of it while it waits for the next."""
        reading = _read(wanted, self.logins, self.driver, Place(self.room))
        with self.turn:
            self.throttle.ended(wanted, unreachable=reading.unreachable)
            self.turn.notify()
        self._tell(reading)

    def _next(self) -> Wanted | None:
        """The next device, waiting for one to come or for its site; None when all is over."""
        with self.turn:
            while not self._is_over():
                wanted = None if self.stopping.is_set() else self.throttle.next()
                if wanted is not None:
                    self.open += 1
                    return wanted
                self.turn.wait(LOOK_SECONDS)
            if not self.over:
                self.over = True
                self._tell(None)
            self.turn.notify_all()
        return None

    def _is_over(self) -> bool:
        if self.left.is_set() or self.over:
            return True
        return not self.open and (self.stopping.is_set() or not self.throttle.waiting)

    def _tell(self, reading: Reading | None) -> None:
        if not self.left.is_set():
            self.ended.put(reading)

    def told(self) -> Sequence[Reading]:
        """Wait for a reading, and take those that came meanwhile; nothing when all is over."""
        found = [self.ended.get()]
        with suppress(Empty):
            while found[-1] is not None and len(found) < TOGETHER:
                found.append(self.ended.get_nowait())
        return [one for one in found if one is not None]

    def settled(self, places: Sequence[Place]) -> bool:
        """The caller is done with these; whether there was a large text among them."""
        large = sum(one.leave() for one in places) > 0
        with self.turn:
            self.open -= len(places)
            self.turn.notify_all()
        return large

    def leave(self) -> None:
        """Nobody listens any more: let those end that wait for their reading to be taken."""
        self.left.set()
        self.room.closed = True
        with self.turn:
            self.turn.notify_all()
        with suppress(Empty):
            while True:
                self.ended.get_nowait()


def _read(wanted: Wanted, logins: Logins, driver: Callable[[str], Driver], place: Place) -> Reading:
    begun, transcript = perf_counter(), Transcript()
    try:
        login = replace(logins(wanted), admit=place.admit, transcript=transcript)
        collection = driver(login.driver).collect(login)
    except Exception as error:  # noqa: BLE001 - a defect met at one device ends no other's session
        let_go(error)
        if place.leave():
            give_back()
        return Reading(
            wanted=wanted, seconds=perf_counter() - begun, error=error, held=transcript.told()
        )
    return Reading(
        wanted=wanted, seconds=perf_counter() - begun, collection=collection,
        held=transcript.told(), place=place,
    )  # fmt: skip
