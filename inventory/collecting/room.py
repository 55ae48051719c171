"""Room for large texts: few sessions at a time may hold one, the others wait. Reads nothing."""

from dataclasses import dataclass, field
from threading import Semaphore
from time import perf_counter

LARGE = 4 * 2**20  # bytes of an answer that need a place
PLACES = 2
LOOK_SECONDS = 0.5  # how soon who waits notices that nobody will leave any more


@dataclass(slots=True)
class Room:
    """The places of one scan; once it is `closed` nobody waits any more."""

    free: Semaphore = field(default_factory=lambda: Semaphore(PLACES))
    closed: bool = False


@dataclass(slots=True)
class Place:
    """What one session may take, from when its answer is large until its text is kept."""

    room: Room
    taken: bool = False

    def admit(self, size: int) -> float:
        """Wait until an answer that has so many bytes already may go on; how many seconds."""
        if self.taken or size <= LARGE:
            return 0.0
        begun = perf_counter()
        while not self.taken and not self.room.closed:
            self.taken = self.room.free.acquire(timeout=LOOK_SECONDS)
        return perf_counter() - begun

    def leave(self) -> bool:
        """Give the place to the next one; whether one was taken."""
        taken, self.taken = self.taken, False
        if taken:
            self.room.free.release()
        return taken
