"""A time that a person typed into a filter: a date, a time, or words such as `last week`. Pure."""

from datetime import UTC, datetime

from changes.questions.asking import BOUNDS
from changes.questions.periods import in_words, resolved
from core.context import Context
from core.errors import InvalidInput


def time_of(ctx: Context, typed: str, name: str) -> datetime | None:
    """The time of a field `since` or `until`; None where nothing was typed, else InvalidInput."""
    if not typed:
        return None
    words = in_words(typed)
    if words is not None:
        return resolved(words, BOUNDS[name], now=ctx.now())
    try:
        at = datetime.fromisoformat(typed)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{typed[:40]!r} is no time: write 2026-11-24, 2026-11-24T22:00, or last week.",
            field=name,
        ) from error
