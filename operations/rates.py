"""How often something may happen, by key. Keeps no more keys than it is told; asks no clock."""

from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True, kw_only=True)
class Rate:
    """`burst` times at once, then one every `seconds`, for each of the last `keys` keys."""

    burst: int
    seconds: float
    keys: int = 10_000
    _left: dict[object, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allows(self, key: object, *, now: float) -> bool:
        """Whether it may happen once more at this time (in seconds of a steady clock)."""
        with self._lock:
            left, since = self._left.pop(key, (float(self.burst), now))
            left = min(float(self.burst), left + (now - since) / self.seconds)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            if len(self._left) > self.keys:
                del self._left[next(iter(self._left))]
            return allowed
