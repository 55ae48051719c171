"""A report as one HTML page: its own style, no script, nothing from elsewhere."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from changes.packs.report import Comparison, Pairs, Report, Table, Words

TEMPLATES = Path(__file__).with_name("templates")
KINDS = {Words: "words", Pairs: "pairs", Table: "table", Comparison: "comparison"}


def page(report: Report) -> bytes:
    """The report; whatever devices and persons wrote is escaped."""
    return _template().render(report=report).encode()


@cache
def _template() -> Template:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["kind"] = lambda block: KINDS[type(block)]
    made.filters["shown"] = shown
    return made.get_template("report.html")


def shown(text: str) -> str:
    """The text with a visible sign for what would move or hide others, such as a right-to-left."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
