"""A time that a person typed into a filter: a date, a time, or words such as `last week`. Pure."""

from datetime import datetime

from changes.questions import periods
from changes.questions.asking import BOUNDS
from core.context import Context


def time_of(ctx: Context, typed: str, name: str) -> datetime | None:
    """The time of a field `since` or `until`; None where nothing was typed, else InvalidInput."""
    return periods.time_of(typed, BOUNDS[name], now=ctx.now(), field=name) if typed else None
