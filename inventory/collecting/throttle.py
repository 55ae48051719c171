"""Which device of many is asked next: the most urgent one whose site still bears a session. Pure.

A site at which too many devices cannot be reached is cut: the rest of it is left for the next time,
so that one broken line costs neither an hour of timeouts nor an event a device.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CUT_SHARE = 0.5  # of a site's devices that fail before the rest is left alone
CUT_AT_LEAST = 3  # devices; two that fail are two devices, not a site


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A device that is to be asked; the higher its priority, the sooner."""

    device_id: int
    site: str
    priority: int = 0


@dataclass(slots=True)
class Throttle:
    """Hands out devices. Every one handed out must be given back with `ended`.

    `limits` are the most sessions at a time by site, `limit` that of sites it does not name.
    """

    limit: int
    limits: Mapping[str, int] = field(default_factory=dict)
    _waiting: dict[str, deque[Wanted]] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)
    _size: Counter[str] = field(default_factory=Counter)
    _running: Counter[str] = field(default_factory=Counter)
    _failed: Counter[str] = field(default_factory=Counter)
    _cut: dict[str, list[Wanted]] = field(default_factory=dict)

    def add(self, wanted: Sequence[Wanted]) -> None:
        """Devices to ask, or to ask again, in this order within one priority."""
        for one in sorted(wanted, key=lambda device: -device.priority):
            self._size[one.site] += one.device_id not in self._known
            self._known.add(one.device_id)
            if one.site in self._cut:
                self._cut[one.site].append(one)
            else:
                self._waiting.setdefault(one.site, deque()).append(one)

    @property
    def waiting(self) -> int:
        """How many devices are still to be handed out."""
        return sum(map(len, self._waiting.values()))

    @property
    def cut(self) -> Mapping[str, Sequence[Wanted]]:
        """The devices that are left alone, by site."""
        return self._cut

    def failed_at(self, site: str) -> tuple[int, int]:
        """How many devices of a site failed, and how many it has."""
        return self._failed[site], self._size[site]

    def next(self) -> Wanted | None:
        """The next device, or None while no site bears another session."""
        ready = [
            site
            for site, queue in self._waiting.items()
            if queue and self._running[site] < self.limits.get(site, self.limit)
        ]
        if not ready:
            return None
        site = min(ready, key=self._rank)
        self._running[site] += 1
        return self._waiting[site].popleft()

    def _rank(self, site: str) -> tuple[int, float]:
        """The most urgent device first, then the site with the most of its work still to do."""
        queue = self._waiting[site]
        return -queue[0].priority, self._running[site] / len(queue)

    def ended(self, device: Wanted, *, unreachable: bool) -> None:
        """A device's session is over."""
        site = device.site
        self._running[site] -= 1
        self._failed[site] += unreachable
        failed, size = self.failed_at(site)
        if failed >= max(CUT_AT_LEAST, size * CUT_SHARE) and site not in self._cut:
            self._cut[site] = list(self._waiting.pop(site, ()))
