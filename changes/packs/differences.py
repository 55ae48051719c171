"""Configurations before and after as lines for people. Reads stored texts only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from changes.packs.attachments import texts
from changes.packs.report import Block, Comparison, Line, Words
from core.context import Context
from core.counting import counted
from drift.engine.sidebyside import Row, rows

LINES = 400
"""Lines of one comparison that are shown; the whole texts are in the pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two configurations of a device by their digests, the later one None where none was seen."""

    title: str
    before: bytes
    after: bytes | None


def compared(ctx: Context, pairs: Sequence[Pair]) -> Sequence[Block]:
    """What became of each configuration, or why that cannot be shown."""
    digests = {one for pair in pairs for one in (pair.before, pair.after) if one is not None}
    known = {key: text for some in texts(ctx, digests) for key, text in some.items()}
    return tuple(_block(pair, known) for pair in pairs)


def _block(pair: Pair, known: Mapping[bytes, str]) -> Block:
    if pair.after is None:
        return Words(text=f"{pair.title}: no configuration was seen afterwards.", manner="quiet")
    if pair.before == pair.after:
        return Words(text=f"{pair.title}: the same configuration before and after.")
    if pair.before not in known or pair.after not in known:
        return Words(
            text=f"{pair.title}: a configuration is not kept any more; its digest still stands in "
            "the records.",
            manner="warning",
        )
    found = tuple(_lines(rows(known[pair.after], known[pair.before])))
    less = sum(one.kind == "missing" for one in found)
    more = sum(one.kind == "extra" for one in found)
    return Comparison(
        title=f"{pair.title}: {counted(more, 'line')} came, {counted(less, 'line')} went",
        lines=cut(found),
    )


def _lines(found: Sequence[Row]) -> Iterator[Line]:
    """What went before what came, where both stand beside each other."""
    for differs, group in groupby(found, key=lambda row: row.kind not in {"equal", "fold"}):
        some = list(group)
        if not differs:
            yield from (_same(row) for row in some)
            continue
        yield from (Line(kind="missing", text=row.left) for row in some if row.kind != "extra")
        yield from (Line(kind="extra", text=row.right) for row in some if row.kind != "missing")


def _same(row: Row) -> Line:
    if row.kind == "equal":
        return Line(kind="equal", text=row.left)
    where = f" in {row.section}" if row.section else ""
    return Line(kind="fold", text=f"{row.left}{where}")


def cut(found: Sequence[Line]) -> Sequence[Line]:
    """As many of the lines as are shown, and how many there are besides."""
    if len(found) <= LINES:
        return found
    more = f"{len(found) - LINES} more lines; the pack has them"
    return (*found[:LINES], Line(kind="fold", text=more))
