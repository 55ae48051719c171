"""Keyset pages of REST lists: stable under inserts, no counting."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from api.shapes import LARGEST

Out = TypeVar("Out", bound=BaseModel)
Row = TypeVar("Row")

After = Annotated[int | None, Query(description="`next` of the page before.", ge=0, le=LARGEST)]
AfterName = Annotated[str | None, Query(description="`next` of the page before.", max_length=300)]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows in the page.")]


class Page(BaseModel, Generic[Out]):
    items: list[Out]
    next: int | None = Field(description="Send it as `after` for the next page; null at the end.")


class NamedPage(BaseModel, Generic[Out]):
    """A page whose key is a name."""

    items: list[Out]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")


def page_of(
    rows: Sequence[Row], out: Callable[[Row], Out], key: Callable[[Row], int], *, limit: int
) -> Page[Out]:
    """A page of `limit` rows; full pages name where the next begins."""
    last = key(rows[-1]) if len(rows) == limit else None
    return Page(items=[out(row) for row in rows], next=last)


def named_page_of(
    rows: Sequence[Row], out: Callable[[Row], Out], key: Callable[[Row], str], *, limit: int
) -> NamedPage[Out]:
    """A page of `limit` rows whose key is a name."""
    last = key(rows[-1]) if len(rows) == limit else None
    return NamedPage(items=[out(row) for row in rows], next=last)


def page_within(
    rows: Iterable[Row], out: Callable[[Row], Out], key: Callable[[Row], int], *,
    after: int | None, limit: int,
) -> Page[Out]:  # fmt: skip
    """A page of a list that the room hands out whole, such as units; by id, whatever its order."""
    left = sorted((row for row in rows if key(row) > (after or 0)), key=key)
    return page_of(list(islice(left, limit)), out, key, limit=limit)


def page_before(
    rows: Iterable[Row], out: Callable[[Row], Out], key: Callable[[Row], int], *,
    after: int | None, limit: int,
) -> Page[Out]:  # fmt: skip
    """A page of a list that the room hands out whole, the newest first, such as versions."""
    return page_of(older(rows, key, after=after, limit=limit), out, key, limit=limit)


def older(
    rows: Iterable[Row], key: Callable[[Row], int], *, after: int | None, limit: int
) -> list[Row]:
    """The next rows of a list whose newest come first; `after` is the key of the last one seen."""
    return list(islice((row for row in rows if not after or key(row) < after), limit))
