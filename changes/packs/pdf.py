"""A report as a PDF to print: the same words as the page, long tables and comparisons shortened."""

from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO

from changes.packs.pdf_sheet import ROOM, Shade, Sheet, sheet
from changes.packs.report import Block, Comparison, Line, Pairs, Report, Table, Words

ROWS = 150
"""Rows of one table on paper; the page in the pack has more."""
LINES = 60
"""Lines of one comparison on paper."""
PAIRS = (0.24, 0.76)
SHADES: Mapping[str, Shade] = {"missing": "less", "extra": "more", "equal": "none", "fold": "soft"}
SIGNS = {"missing": "-", "extra": "+", "equal": " ", "fold": "..."}


def document(report: Report) -> bytes:
    """The report; the same one is always the same bytes."""
    target = BytesIO()
    paper = sheet(target, title=report.title)
    paper.put("Trimtab evidence pack", "small")
    paper.put(report.title, "title")
    paper.gap(4)
    paper.put(report.lead)
    for section in report.sections:
        paper.gap(12)
        paper.keep(60)
        paper.put(section.title, "heading")
        paper.gap(3)
        for block in section.blocks:
            _put(paper, block)
    paper.end()
    return target.getvalue()


def _put(paper: Sheet, block: Block) -> None:
    match block:
        case Words():
            _words(paper, block)
        case Pairs():
            for row in block.rows:
                paper.row(row, [ROOM * one for one in PAIRS])
        case Table():
            _table(paper, block)
        case Comparison():
            _comparison(paper, block)
    paper.gap(4)


def _words(paper: Sheet, block: Words) -> None:
    match block.manner:
        case "code":
            paper.put(block.text, "text", shade="soft")
        case "warning":
            paper.put(block.text, "text", shade="warn")
        case "quiet":
            paper.put(block.text, "small")
        case _:
            paper.put(block.text)


def _table(paper: Sheet, block: Table) -> None:
    shares = block.widths or (1,) * len(block.columns)
    widths = [ROOM * one / sum(shares) for one in shares]
    paper.keep(40)
    heads = partial(paper.row, block.columns, widths, "strong", shade="soft")
    heads()
    paper.heading = heads
    for row in block.rows[:ROWS]:
        paper.row(row, widths)
    paper.heading = None
    _more(paper, len(block.rows) - ROWS + block.left_out, "rows")


def _comparison(paper: Sheet, block: Comparison) -> None:
    paper.keep(40)
    paper.put(block.title, "strong")
    shown = _telling(block.lines)
    for line in shown[:LINES]:
        paper.put(f"{SIGNS[line.kind]} {line.text}", "code", shade=SHADES[line.kind])
    _more(paper, len(shown) - LINES, "lines")


def _telling(lines: Sequence[Line]) -> Sequence[Line]:
    """What differs, where anything does; the equal lines around it are on the page."""
    return [line for line in lines if line.kind in {"missing", "extra"}] or lines


def _more(paper: Sheet, left: int, what: str) -> None:
    if left > 0:
        paper.put(f"{left} more {what} are in report.html, or in evidence.json.", "small")
