"""Answers as files: CSV, JSON Lines, OCSF. Pure: rows in, text out."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from changes.questions.answers import Question, Row, Value
from changes.questions.ocsf import event_of
from core.audit import Fact, Subject

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of file; `head` and `body` are its text before the rows and of rows."""

    media: str
    ending: str
    head: Callable[[Question], str]
    body: Callable[[Question, Sequence[Row]], str]


def plain(value: Value) -> Fact:
    """A cell as JSON knows it: a time in ISO form, a thing as its type, id and label."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Subject):
        return {"type": value.type, "id": value.id, "label": value.label}
    return value


def words(value: Value) -> str:
    """A cell in words; of a thing its label."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Subject):
        return value.label
    return "" if value is None else str(value)


def _cell(value: Value) -> str:
    """As a spreadsheet takes it for text: what a device says is never a formula there."""
    told = words(value)
    return f"'{told}" if isinstance(value, str | Subject) and told.startswith(FORMULA) else told


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def facts(asked: Question, row: Row) -> dict[str, Fact]:
    """A row as one JSON object, by the columns' names."""
    return {
        name.replace(" ", "_"): plain(value)
        for name, value in zip(asked.columns, row.cells, strict=True)
    }


def _lines(objects: Sequence[Mapping[str, Fact]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


FORMS: Mapping[str, Form] = {
    "csv": Form(
        media="text/csv; charset=utf-8", ending="csv", head=lambda asked: _csv([asked.columns]),
        body=lambda _, rows: _csv([[_cell(value) for value in row.cells] for row in rows]),
    ),
    "jsonl": Form(
        media="application/x-ndjson", ending="jsonl", head=lambda _: "",
        body=lambda asked, rows: _lines([facts(asked, row) for row in rows]),
    ),
    "ocsf": Form(
        media="application/x-ndjson", ending="ocsf.jsonl", head=lambda _: "",
        body=lambda asked, rows: _lines([event_of(row, facts(asked, row)) for row in rows]),
    ),
}  # fmt: skip
"""RFC 4180 in UTF-8; one JSON object a line; one OCSF event a line."""
