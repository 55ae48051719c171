"""Whether a device's running configuration is saved. Pure: two texts."""

from collections.abc import Iterator
from itertools import zip_longest

from inventory.line_patterns import all_lines


def is_saved(running: str, startup: str) -> bool:
    """Whether a restart would bring the running configuration back; comments do not count."""
    return unsaved(running, startup) is None


def unsaved(running: str, startup: str) -> str | None:
    """The first line that stands in one of the two only; None where there is none."""
    for one, other in zip_longest(_lines(running), _lines(startup)):
        if one != other:
            return one or other
    return None


def _lines(text: str) -> Iterator[str]:
    lines = (text[start:end].rstrip() for start, end in all_lines(text))
    return (line for line in lines if line and not line.startswith(("!", "#")))
