"""Variables of many devices from a CSV text. Pure: reads no database, knows no device."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jsonschema import Draft202012Validator

from changes.catalogue.content import properties
from changes.catalogue.errors import RowsWrong
from core.audit import Fact
from core.errors import NotPermitted, TrimtabError

HOSTNAME = "hostname"
NUMBER = re.compile(r"-?[0-9]{1,15}(?P<fraction>\.[0-9]{1,15})?")
MOST = 10_000  # devices of one change
LONGEST = 10_000_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong, and where: a line (0: none), and a column by its name."""

    line: int
    column: str
    what: str
    error: TrimtabError | None = None  # what it came from

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}" if self.line else self.column
        return f"{place}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The variables of one device, and the line that they came from (0: no text).

    With `faults` it is a line that could not be read.
    """

    hostname: str
    variables: Mapping[str, Fact] = field(default_factory=dict)
    line: int = 0
    faults: tuple[Mistake, ...] = ()


def refuse(mistakes: Sequence[Mistake]) -> None:
    """Raise RowsWrong with every mistake in the order of the lines, unless there is none.

    The only mistake keeps its own code, and so does it that the person lacks a permission only.
    """
    only = mistakes[0].error if len(mistakes) == 1 and not mistakes[0].line else None
    if only is not None:
        raise only
    if mistakes:
        ordered = sorted(mistakes, key=lambda one: one.line)
        told = "\n".join(str(one) for one in ordered)
        barred = all(isinstance(one.error, NotPermitted) for one in mistakes)
        error = NotPermitted if barred else RowsWrong
        raise error(f"Nothing was requested; {len(mistakes)} to correct:\n{told}")


def read_rows(text: str, inputs: Mapping[str, Fact]) -> tuple[tuple[Row, ...], tuple[Mistake, ...]]:
    """The rows below a header that names `hostname` and variables, and every mistake in them.

    Cells are read as the schema's types say; an empty one is a variable that is not given.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    rows: list[Row] = []
    if len(text) > LONGEST:
        return (), (Mistake(line=1, column="-", what=f"there are more than {LONGEST} characters"),)
    mistakes: list[Mistake] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        mistakes += _header(header, inputs)
        for cells in () if mistakes else reader:
            if any(cell.strip() for cell in cells):
                found = _row(header, cells, reader.line_num, inputs)
                (rows if isinstance(found, Row) else mistakes).append(found)  # type: ignore[arg-type]
    except csv.Error as error:
        mistakes.append(Mistake(line=reader.line_num, column="-", what=str(error)))
    mistakes += _twice(rows)
    if not mistakes and not 0 < len(rows) <= MOST:
        what = f"it names {len(rows) or 'no'} devices; a change has 1 to {MOST}"
        mistakes.append(Mistake(line=reader.line_num or 1, column=HOSTNAME, what=what))
    return tuple(rows), tuple(mistakes)


def unfit(row: Row, inputs: Mapping[str, Fact]) -> Iterator[Mistake]:
    """Every variable of a row that does not fit the schema."""
    for fault in Draft202012Validator(inputs).iter_errors(dict(row.variables)):
        column = str(fault.path[0]) if fault.path else _lacking(fault.validator, fault.message)
        yield Mistake(line=row.line, column=_at(row, column), what=fault.message)


def _at(row: Row, column: str) -> str:
    return column if row.line else f"{row.hostname}, {column}"


def _lacking(keyword: object, message: str) -> str:
    """The variable that a fault of the whole object is about, as far as its words say so."""
    named = re.search(r"'([^']+)'", message)
    return named[1] if named and keyword in {"required", "additionalProperties"} else "-"


def _header(header: Sequence[str], inputs: Mapping[str, Fact]) -> Iterator[Mistake]:
    known = properties(inputs)
    if HOSTNAME not in header:
        yield Mistake(line=1, column=HOSTNAME, what="the column is missing")
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield Mistake(line=1, column=name or "(empty)", what="the column stands there twice")
        if name != HOSTNAME and name not in known:
            names = ", ".join(known) or "none"
            what = f"no such variable is known; there are: {names}"
            yield Mistake(line=1, column=name or "(empty)", what=what)


def _row(
    header: Sequence[str], cells: Sequence[str], line: int, inputs: Mapping[str, Fact]
) -> Row | Mistake:
    if len(cells) != len(header):
        what = f"{len(cells)} values stand there, the header names {len(header)} columns"
        at = header[min(len(cells), len(header)) - 1]
        return Mistake(line=line, column=at, what=what)
    values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    hostname = values.pop(HOSTNAME)
    if not hostname:
        return Mistake(line=line, column=HOSTNAME, what="is empty")
    known = properties(inputs)
    variables = {name: value_of(text, known.get(name, {})) for name, text in values.items() if text}
    return Row(hostname=hostname, variables=variables, line=line)


def value_of(text: str, schema: Mapping[str, Fact]) -> Fact:
    """A text as the type that the schema names; as it stands where it is none of that type."""
    said = schema.get("type")
    types = {said} if isinstance(said, str) else set(said) if isinstance(said, Sequence) else set()
    number = NUMBER.fullmatch(text)
    if number and {"integer", "number"} & types and "string" not in types:
        return float(text) if number["fraction"] else int(text)
    if "boolean" in types and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if {"array", "object"} & types:
        try:
            value: Fact = json.loads(text)
        except json.JSONDecodeError:
            return text
        return value
    return text


def _twice(rows: Sequence[Row]) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.hostname.lower(), row.line)
        if first != row.line:
            yield Mistake(line=row.line, column=HOSTNAME, what=f"stands in line {first} already")
