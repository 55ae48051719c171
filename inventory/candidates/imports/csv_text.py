"""Read candidates from CSV. Every column is optional, but a line names a host or an address."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from itertools import islice

from core.audit import Fact
from inventory.candidates.imports.imported import (
    MOST_ENTRIES,
    Imported,
    SourceUnreadable,
    proposed,
)
from inventory.drivers.probe import visible

COLUMNS = (
    "hostname", "address", "port", "platform", "serial", "model", "site", "credential", "role",
    "driver", "options",
)  # fmt: skip
TEXT_BYTES = 20_000_000


def read_csv(text: str) -> tuple[Imported, ...]:
    """The lines below a header that names columns, or SourceUnreadable with line and column."""
    if len(text) > TEXT_BYTES:
        raise SourceUnreadable(f"The text has more than {TEXT_BYTES} characters.")
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        unknown = [name for name in header if name not in COLUMNS]
        if unknown or not {"hostname", "address"} & set(header):
            raise SourceUnreadable(
                f"The first line names columns: hostname or address, and of {', '.join(COLUMNS)}; "
                f"it has {visible(', '.join(unknown)) or 'neither of the two'}."
            )
        lines = ((rows.line_num, cells) for cells in rows)
        return tuple(islice(_entries(header, lines), MOST_ENTRIES))
    except csv.Error as error:
        raise SourceUnreadable(f"Line {rows.line_num} is no CSV: {error}.") from error


def _entries(header: list[str], lines: Iterator[tuple[int, list[str]]]) -> Iterator[Imported]:
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise SourceUnreadable(
                f"Line {line} has {len(cells)} values, the header names {len(header)}."
            )
        told = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        yield _entry(told, line)


def _entry(told: Mapping[str, str], line: int) -> Imported:
    if not (told.get("hostname") or told.get("address")):
        raise SourceUnreadable(f"Line {line} names neither a host nor an address.")
    port = told.get("port") or "22"
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise SourceUnreadable(f"Line {line}, column port: {visible(port, most=40)} is no port.")
    named = {name: told.get(name, "") for name in ("site", "credential", "role", "driver")}
    options = _options(told.get("options", ""), line)
    return Imported(
        hostname=visible(told.get("hostname", "")), address=told.get("address") or None,
        port=int(port), platform=told.get("platform", ""), serial=told.get("serial") or None,
        model=told.get("model") or None,
        proposal=proposed(**named) | ({"options": options} if options else {}),
    )  # fmt: skip


def _options(text: str, line: int) -> dict[str, Fact]:
    try:
        value = json.loads(text or "{}")
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise SourceUnreadable(f"Line {line}, column options: it is no JSON object.")
    return value
