"""Take devices from a CSV text: all of them or none. Every mistake is named by line and column."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from core.audit import Fact, Subject
from core.context import Context
from core.errors import InvalidInput, TrimtabError
from inventory.credentials import credential_by_name
from inventory.devices import add_device, check_driver, check_values, named
from inventory.models import Device
from inventory.platforms import platform_of
from inventory.sites import site_by_code

REQUIRED = ("hostname", "site", "platform", "address", "credential")
OPTIONAL = ("port", "driver", "role", "state", "options")
SHOWN = 20  # mistakes told at once


class ImportRefused(InvalidInput):
    code = "import_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the file as a device to be."""

    hostname: str
    site: str
    platform: str
    address: str
    credential: str
    port: int
    driver: str | None
    role: str
    state: str
    options: dict[str, Fact]


def import_csv(ctx: Context, text: str, *, source: str) -> tuple[Device, ...]:
    """Add a device for each line; `source` names the text in messages and in the record.

    The first line names the columns: hostname, site, platform, address and credential, and where
    wanted port, driver, role, state and options (JSON). Raises ImportRefused with every mistake,
    and then nothing is imported.
    """
    ctx.require("device.write")
    entries, mistakes = _read(ctx, text)
    if mistakes:
        more = f"; and {len(mistakes) - SHOWN} more" if len(mistakes) > SHOWN else ""
        told = "; ".join(str(mistake) for mistake in mistakes[:SHOWN])
        raise ImportRefused(f"{source} was not imported: {told}{more}.", source=source)
    with ctx.session.begin_nested():
        devices = tuple(_add(ctx, entry) for entry in entries)
    ctx.record(
        "devices.imported",
        Subject(type="import", id=source, label=source),
        devices=[device.hostname for device in devices],
    )
    return devices


def _add(ctx: Context, entry: Entry) -> Device:
    return add_device(
        ctx, hostname=entry.hostname, site_code=entry.site, platform=entry.platform,
        address=entry.address, credential=credential_by_name(ctx, entry.credential),
        port=entry.port, driver=entry.driver, role=entry.role, state=entry.state,
        options=entry.options,
    )  # fmt: skip


def _read(ctx: Context, text: str) -> tuple[list[Entry], list[Mistake]]:
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    entries: list[Entry] = []
    mistakes: list[Mistake] = []
    seen: dict[str, int] = {}
    try:
        header = [name.strip() for name in next(rows, [])]
        mistakes += _header(header)
        for cells in () if mistakes else rows:
            if not any(cell.strip() for cell in cells):
                continue
            line = rows.line_num
            found = list(_row(ctx, header, cells, line, seen))
            mistakes += [one for one in found if isinstance(one, Mistake)]
            entries += [one for one in found if isinstance(one, Entry)]
    except csv.Error as error:
        mistakes.append(Mistake(line=rows.line_num, column="-", what=str(error)))
    return entries, mistakes


def _header(header: list[str]) -> Iterator[Mistake]:
    for name in REQUIRED:
        if name not in header:
            yield Mistake(line=1, column=name, what="the column is missing")
    for name in header:
        if name not in (*REQUIRED, *OPTIONAL):
            yield Mistake(line=1, column=name or "(empty)", what="no such column is known")
        elif header.count(name) > 1:
            yield Mistake(line=1, column=name, what="the column stands there twice")


def _row(
    ctx: Context, header: list[str], cells: list[str], line: int, seen: dict[str, int]
) -> Iterator[Mistake | Entry]:
    """The entry of a line, or everything that is wrong with it."""
    if len(cells) != len(header):
        what = f"{len(cells)} values stand there, the header names {len(header)} columns"
        yield Mistake(line=line, column=header[min(len(cells), len(header)) - 1], what=what)
        return
    values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    mistakes = [
        Mistake(line=line, column=name, what="is empty") for name in REQUIRED if not values[name]
    ]
    port, options = _port(values.get("port", "")), _options(values.get("options", ""))
    if port is None:
        mistakes.append(Mistake(line=line, column="port", what=f"{values['port']!r} is no number"))
    if options is None:
        mistakes.append(Mistake(line=line, column="options", what="is no JSON object"))
    if mistakes or port is None or options is None:
        yield from mistakes
        return
    entry = Entry(
        hostname=values["hostname"], site=values["site"], platform=values["platform"],
        address=values["address"], credential=values["credential"], port=port,
        driver=values.get("driver") or None, role=values.get("role", ""),
        state=values.get("state") or "active", options=options,
    )  # fmt: skip
    mistakes = list(_checked(ctx, entry, line, seen))
    yield from mistakes or (entry,)


def _port(text: str) -> int | None:
    if not text:
        return 22
    return int(text) if text.isascii() and text.isdigit() else None


def _options(text: str) -> dict[str, Fact] | None:
    try:
        value = json.loads(text or "{}")
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _checked(ctx: Context, entry: Entry, line: int, seen: dict[str, int]) -> Iterator[Mistake]:
    """What the inventory has against an entry."""
    earlier = seen.setdefault(entry.hostname.lower(), line)
    if earlier != line:
        yield Mistake(line=line, column="hostname", what=f"stands in line {earlier} already")
    elif named(ctx, entry.hostname) is not None:
        yield Mistake(line=line, column="hostname", what=f"there is a device {entry.hostname}")
    checks = (
        ("site", lambda: site_by_code(ctx, entry.site)),
        ("credential", lambda: credential_by_name(ctx, entry.credential)),
        ("platform", lambda: platform_of(entry.platform)),
        ("driver", lambda: _driver(entry)),
        ("-", lambda: check_values(hostname=entry.hostname, address=entry.address,
                                   port=entry.port, state=entry.state)),
    )  # fmt: skip
    for column, check in checks:
        try:
            check()
        except TrimtabError as error:
            named_field = str(error.facts.get("field") or column)
            yield Mistake(line=line, column=named_field, what=error.message.rstrip("."))
            if column == "platform":
                return


def _driver(entry: Entry) -> None:
    check_driver(entry.driver or platform_of(entry.platform).driver, entry.platform, entry.options)
