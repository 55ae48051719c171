"""Draw the machine of a change's states: an SVG and a table, made from `changes.states`. Pure.

`python -m changes.states_picture docs` writes both; a test fails when they are not current.
"""

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from changes.states import FINAL, STEPS, State, Target

PLACES: dict[State, tuple[int, int]] = {
    State.PROPOSED: (0, 1), State.APPROVED: (1, 1), State.RUNNING: (2, 1),
    State.PAUSED: (2, 2), State.INTERRUPTED: (3, 1), State.REJECTED: (0, 0),
    State.CANCELLED: (1, 2), State.SUCCEEDED: (3, 0), State.FAILED: (3, 3),
    State.ROLLED_BACK: (4, 2),
}  # fmt: skip
"""Column and row of each state in the picture."""
WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 120, 40, 210, 110, 30
STYLE = (
    "text{font:14px sans-serif;text-anchor:middle;fill:#1f2933}"
    "rect{fill:#f5f7fa;stroke:#52606d;stroke-width:1.5}rect.final{fill:#e4e7eb;stroke-width:3}"
    "path{fill:none;stroke:#52606d;stroke-width:1.3;marker-end:url(#tip)}"
)
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 aria-label="The states of a change">
<style>{style}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"
 orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#52606d;stroke:none;marker-end:none"/></marker>
</defs>"""
TABLE = """\
# The states of a change

Made from `changes/states.py` by `make change-states`; a test fails when it is not current.

![The states of a change](change-states.svg)

| from | to | when |
|---|---|---|
{steps}

Final: {final}. Each device of a change is one of: {targets}.
"""
FILES = ("change-states.svg", "change-states.md")


def picture() -> str:
    """The machine as an SVG; a step's words are the title of its arrow."""
    width = MARGIN * 2 + ACROSS * max(column for column, _ in PLACES.values()) + WIDTH
    height = MARGIN * 2 + DOWN * max(row for _, row in PLACES.values()) + HEIGHT
    arrows = (_arrow(before, after) for before, after in STEPS)
    head = HEAD.format(width=width, height=height, style=STYLE)
    return "\n".join([head, *arrows, *(_box(state) for state in State), "</svg>\n"])


def table() -> str:
    """The same in words, and what is said of each device."""
    steps = "\n".join(
        f"| {before} | {after} | {words} |" for (before, after), words in STEPS.items()
    )
    return TABLE.format(steps=steps, final=", ".join(sorted(FINAL)), targets=", ".join(Target))


def _corner(state: State) -> tuple[int, int]:
    column, row = PLACES[state]
    return MARGIN + ACROSS * column, MARGIN + DOWN * row


def _box(state: State) -> str:
    x, y = _corner(state)
    kind = ' class="final"' if state in FINAL else ""
    words = state.replace("_", " ")
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"{kind}/>'
        f'<text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 5}">{words}</text>'
    )


def _arrow(before: State, after: State) -> str:
    """A curve from edge to edge, bent to its own right so that there and back are two."""
    (x1, y1), (x2, y2) = _edges(before, after)
    bend = 0.16 if (after, before) in STEPS else 0.08
    middle = ((x1 + x2) / 2 + (y1 - y2) * bend, (y1 + y2) / 2 + (x2 - x1) * bend)
    return (
        f'<path d="M{x1:.0f} {y1:.0f}Q{middle[0]:.0f} {middle[1]:.0f} {x2:.0f} {y2:.0f}">'
        f"<title>{before} to {after}: {escape(STEPS[before, after])}</title></path>"
    )


def _edges(before: State, after: State) -> Iterator[tuple[float, float]]:
    """Where the straight line between the middles of two boxes leaves each of them."""
    for here, there in ((before, after), (after, before)):
        x, y = (
            value + size / 2 for value, size in zip(_corner(here), (WIDTH, HEIGHT), strict=True)
        )
        to = _corner(there)
        dx, dy = to[0] + WIDTH / 2 - x, to[1] + HEIGHT / 2 - y
        share = min(
            WIDTH / 2 / abs(dx) if dx else float("inf"),
            HEIGHT / 2 / abs(dy) if dy else float("inf"),
        )
        yield x + dx * share, y + dy * share


def drawn() -> dict[str, str]:
    """The files by name."""
    return dict(zip(FILES, (picture(), table()), strict=True))


if __name__ == "__main__":
    for name, text in drawn().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
