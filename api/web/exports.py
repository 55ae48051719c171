"""Lists as CSV files (RFC 4180, UTF-8): what is shown, all pages of it, read a piece at a time."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse

from api.access import Visit, page_origin, runtime_of
from core.actor import Actor, Origin
from core.audit import Subject
from core.context import Context
from core.runtime import Runtime
from organization.people import in_records

Row = TypeVar("Row")
Place = int | str | None
Format = Annotated[Literal["", "csv"], Query(alias="format")]
PIECE = 500  # rows read at a time, each in a transaction of its own
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[Row]):
    """A list: `read(ctx, after, limit)` gives the rows after the place of the last one seen."""

    name: str
    columns: Mapping[str, Callable[[Row], object]]
    read: Callable[[Context, Place, int], Sequence[Row]]
    place: Callable[[Row], Place]


def export(
    request: Request, visit: Visit, listed: Listed[Row], filters: Mapping[str, str]
) -> Response:
    """The whole list as a file; that it left the house is recorded before the first row does."""
    in_force = {name: value for name, value in filters.items() if value}
    subject = Subject(type="list", id=listed.name, label=listed.name)
    visit.ctx.record("list.exported", subject, filters=in_records(visit.ctx, in_force))
    name = f"trimtab-{listed.name}-{visit.ctx.now():%Y-%m-%d}.csv"
    return StreamingResponse(
        _pieces(runtime_of(request), visit.ctx.person, page_origin(request), listed),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
        },
    )  # fmt: skip


def _pieces(runtime: Runtime, person: Actor, origin: Origin, listed: Listed[Row]) -> Iterator[str]:
    """No transaction stays open while the reader of the file is slow."""
    yield _text([list(listed.columns)])
    after: Place = None
    while True:
        with runtime.context(person, origin) as ctx:
            rows = listed.read(ctx, after, PIECE)
            told = _text([[_cell(of(row)) for of in listed.columns.values()] for row in rows])
            after = listed.place(rows[-1]) if rows else None
        if told:
            yield told
        if len(rows) < PIECE:
            return


def _text(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """As a spreadsheet takes it for text: what a device says is never a formula there."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    told = str(value)
    return f"'{told}" if isinstance(value, str) and told.startswith(FORMULA) else told
