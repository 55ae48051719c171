"""Ordered terms of Junos: which stand where, and which stand elsewhere. Pure."""

import re
from collections.abc import Iterator, Sequence

from drift.engine.align import common
from drift.engine.model import Difference
from drift.engine.statements import Statement

HOLDS_TERMS = re.compile(r"(?:.*\b)?(?:policy-statement|filter|policy) \S+$")
TERM = " term "
Terms = dict[str, dict[str, int]]
"""Line numbers of terms by name, in order, by what holds them."""


def terms(statements: Sequence[Statement]) -> Terms:
    """The terms of all statements."""
    found: Terms = {}
    ordered: dict[str, bool] = {}
    for statement in statements:
        holder, term, rest = statement.text.partition(TERM)
        if not term or not holder.startswith("set "):
            continue
        if holder not in ordered:
            ordered[holder] = bool(HOLDS_TERMS.match(holder))
        if ordered[holder]:
            names = found.setdefault(holder.removeprefix("set "), {})
            names.setdefault(rest.partition(" ")[0], statement.number)
    return found


def moved(theirs: Terms, ours: Terms) -> Iterator[Difference]:
    """Terms of both sides that stand elsewhere."""
    for holder, names in theirs.items():
        after = ours.get(holder, {})
        both = [name for name in names if name in after]
        kept = {i for i, _ in common(both, [name for name in after if name in names])}
        for index, name in enumerate(both):
            if index not in kept:
                yield Difference(
                    path=(holder,), line=f"term {name}", side="moved",
                    running_line=names[name], intended_line=after[name],
                )  # fmt: skip
