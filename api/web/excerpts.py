"""Two configurations side by side, of what is managed alone. Pure; line numbers stay right."""

from collections.abc import Sequence
from dataclasses import replace

from api.web.render import device_text
from drift.engine.sidebyside import Row, rows
from drift.engine.texts import lines_of
from drift.intent.sections import managed


def managed_rows(
    running: str, intended: str, *, platform: str, sections: Sequence[str]
) -> tuple[Row, ...]:
    """The rows to show; without sections everything is managed."""
    theirs, ours = managed(running, intended, sections, platform=platform)
    if not sections:
        return rows(device_text(theirs), device_text(ours))
    left, right = _said(ours), _said(theirs)
    found = rows(_text(theirs, right), _text(ours, left))
    return tuple(
        replace(
            row,
            left_number=left[row.left_number - 1] if row.left_number else None,
            right_number=right[row.right_number - 1] if row.right_number else None,
        )
        for row in found
    )


def _said(text: str) -> list[int]:
    """The numbers of the lines that are not empty; those that are not managed are."""
    return [number for number, line in enumerate(lines_of(text), start=1) if line]


def _text(text: str, numbers: Sequence[int]) -> str:
    lines = lines_of(text)
    return device_text("\n".join(lines[number - 1] for number in numbers))
