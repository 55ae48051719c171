"""Search over all current configurations as a page. The whole search stands in its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access import PageVisit
from api.web.matches import Match, matches
from api.web.render import page
from core.context import Context
from core.errors import InvalidInput
from inventory import sites, snapshots
from inventory.platforms import known_platforms
from inventory.store import search, texts
from inventory.store.patterns import How, expression
from inventory.store.search import MOST, Found, Hit, Where
from organization import units

router = APIRouter(include_in_schema=False)
LIMIT = 50
USUAL_AROUND = 2
AROUND = (0, USUAL_AROUND, 5)
"""So many lines before and after one that fits can be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is searched for, and where; empty is everywhere."""

    pattern: str
    how: How
    where: Where
    around: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of what was found: `shown` lines; `more` is where the next page begins, or 0."""

    found: Found
    matches: tuple[Match, ...]
    shown: int
    more: int


@router.get("/configurations")
def search_configurations(
    visit: PageVisit, pattern: str = "", how: How = "literal", platform: str = "",
    site: str = "", unit: str = "",
    around: Annotated[int, Query(ge=0, le=max(AROUND))] = USUAL_AROUND,
    after: Annotated[int, Query(ge=0, lt=MOST)] = 0,
) -> Response:  # fmt: skip
    """`after` counts hits already seen."""
    ctx, results, refused = visit.ctx, None, ""
    ctx.require("snapshot.read")
    where = Where(platform=platform or None, site=site or None, unit=unit or None)
    sought = Sought(pattern=pattern, how=how, where=where, around=around)
    try:
        results = _results(ctx, sought, after) if pattern else None
    except InvalidInput as error:
        refused = error.message
    return page(
        "configurations.html", visit, sought=sought, results=results, refused=refused, after=after,
        choices=AROUND, usual=USUAL_AROUND, most=MOST, paging=after,
        sites=[one.code for one in sites.list_sites(ctx)],
        units=[one.code for one in units.list_units(ctx)],
        platforms=[one.name for one in known_platforms()],
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
    )  # fmt: skip


def _results(ctx: Context, sought: Sought, after: int) -> Results:
    upto = min(after + LIMIT, MOST)
    found = search.search(ctx, sought.pattern, how=sought.how, where=sought.where, limit=upto)
    hits = found.hits[after:]
    return Results(
        found=found, matches=_matches(ctx, hits, sought), shown=len(hits),
        more=upto if found.ended == "hits" and upto < MOST else 0,
    )  # fmt: skip


def _matches(ctx: Context, hits: Sequence[Hit], sought: Sought) -> tuple[Match, ...]:
    """The hits with the lines around them; whoever may search a text may read it."""
    digests = {
        one: snapshots.get_snapshot(ctx, one).digest
        for one in {hit.snapshot_id for hit in hits if sought.around}
    }
    kept = texts.kept_texts(ctx, set(digests.values()))
    return matches(
        hits, {one: kept.get(digest, "") for one, digest in digests.items()},
        expression(sought.pattern, how=sought.how), around=sought.around,
    )  # fmt: skip
