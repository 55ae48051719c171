"""Windows and freezes for tests, made by the function that people use."""

from datetime import datetime, timedelta

from changes.calendar import series
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.recurrence import Recurrence
from changes.calendar.series import Place, Planned


def planned(name="nights", *, starts="2026-12-01T22:00", hours=4, zone="Europe/Berlin", rule="",
            place=None, also=(), but=(), **values):  # fmt: skip
    """Opens on the first of December at 22:00 in Berlin for four hours."""
    return Planned(
        name=name, place=place or Place(),
        recurrence=Recurrence(
            starts=datetime.fromisoformat(starts), zone=zone, lasting=timedelta(hours=hours),
            rule=rule, also=tuple(map(datetime.fromisoformat, also)),
            but=tuple(map(datetime.fromisoformat, but)),
        ), **values,
    )  # fmt: skip


def make_window(ctx, name="nights", **values):
    return series.add(ctx, ChangeWindow, planned(name, **values))


def make_freeze(ctx, name="year end", *, reason="Nobody is there.", **values):
    return series.add(ctx, Freeze, planned(name, reason=reason, **values))


def hence(at, **span):
    """A local time of UTC so long after `at`, and the zone, as `planned` takes them."""
    then = (at + timedelta(**span)).replace(tzinfo=None, microsecond=0)
    return {"starts": then.isoformat(), "zone": "UTC"}
