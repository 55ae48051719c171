"""Go from target to target, outwards along what each tells. No database; contacts by `look` only.

Each address and each name is looked at once, so that loops end; the nearest way comes first.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from inventory.candidates.scope import MOST_ADDRESSES
from inventory.candidates.sightings import Sighting, Target
from inventory.drivers.protocol import Neighbour

BEAT_SECONDS = 0.5  # how often it is asked whether to go on
AHEAD = 2  # targets handed to the pool for each of its threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The devices of the CMDB: they are never contacted here, what they told is followed."""

    by_address: dict[str, int]
    by_name: dict[str, int]
    told: Callable[[int], tuple[str, tuple[Neighbour, ...]]]
    """A device's name, and the neighbours that its last collection brought."""

    def device(self, target: Target) -> int | None:
        if target.address is not None and target.address in self.by_address:
            return self.by_address[target.address]
        return self.by_name.get(target.hostname.lower()) if target.hostname else None


@dataclass(slots=True, kw_only=True)
class Crawl:
    """One search under way. `looked` counts what was dealt with, `total` what is known of."""

    look: Callable[[Target], Sighting]
    known: Known
    depth: int
    threads: int
    total: int = 0
    looked: int = 0
    left_out: int = 0
    _waiting: deque[Target] = field(default_factory=deque)
    _addresses: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _devices: set[int] = field(default_factory=set)

    def add(self, target: Target) -> None:
        """Take a target in, unless it was seen before; a device's neighbours instead of itself."""
        device = self.known.device(target)
        if device is not None:
            self.follow_device(device, depth=target.depth)
        elif self._is_new(target):
            if self.total == MOST_ADDRESSES:
                self.left_out += 1
                return
            self.total += 1
            self._waiting.append(target)

    def follow_device(self, device_id: int, *, depth: int) -> None:
        """Go on from a known device by what its last collection brought."""
        if device_id in self._devices or depth >= self.depth:
            return
        self._devices.add(device_id)
        name, neighbours = self.known.told(device_id)
        self._follow(name, (("lldp", one) for one in neighbours), depth=depth)

    def sightings(self, go_on: Callable[[], bool]) -> Iterator[Sighting | None]:
        """What is seen, as it comes; None now and then, so that the caller can look around."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="discover") as pool:
            under_way = set[Future[Sighting]]()
            while (self._waiting or under_way) and go_on():
                while self._waiting and len(under_way) < AHEAD * self.threads:
                    under_way.add(pool.submit(self.look, self._waiting.popleft()))
                done, under_way = wait(under_way, BEAT_SECONDS, FIRST_COMPLETED)
                for one in done:
                    yield self._taken(one.result())
                yield None
            for one in under_way:
                one.cancel()

    def _taken(self, seen: Sighting) -> Sighting:
        self.looked += 1
        if seen.hostname:
            self._names.add(seen.hostname.lower())
        if seen.target.depth < self.depth:
            name = seen.hostname or seen.target.address or ""
            self._follow(name, seen.neighbours, depth=seen.target.depth)
        return seen

    def _follow(
        self, name: str, neighbours: Iterable[tuple[str, Neighbour]], *, depth: int
    ) -> None:
        for protocol, one in neighbours:
            self.add(
                Target(
                    source=f"{protocol}:{name}", depth=depth + 1, address=one.peer_address,
                    hostname=one.peer_name,
                )
            )  # fmt: skip

    def _is_new(self, target: Target) -> bool:
        """An address once, a name without an address once."""
        seen, key = (
            (self._addresses, target.address)
            if target.address is not None
            else (self._names, target.hostname.lower())
        )
        if key in seen:
            return False
        seen.add(key)
        return True
