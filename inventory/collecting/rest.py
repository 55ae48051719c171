"""How long schedules leave a device alone that failed: twice as long after each failure. Pure."""

from datetime import datetime, timedelta

FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=6)


def rests_until(failures: int, now: datetime) -> datetime | None:
    """When a device may be asked again after so many failures in a row; None after none."""
    if failures < 1:
        return None
    doublings = min(failures - 1, 10)
    return now + min(FIRST * (1 << doublings), LONGEST)
