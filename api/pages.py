"""Keyset pages of REST lists: stable under inserts, no counting."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

Out = TypeVar("Out", bound=BaseModel)
Row = TypeVar("Row")

After = Annotated[int | None, Query(description="`next` of the page before.", ge=0)]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows in the page.")]


class Page(BaseModel, Generic[Out]):
    items: list[Out]
    next: int | None = Field(description="Send it as `after` for the next page; null at the end.")


def page_of(
    rows: Sequence[Row], out: Callable[[Row], Out], key: Callable[[Row], int], *, limit: int
) -> Page[Out]:
    """A page of `limit` rows; full pages name where the next begins."""
    last = key(rows[-1]) if len(rows) == limit else None
    return Page(items=[out(row) for row in rows], next=last)
