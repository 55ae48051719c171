"""The calendar feed for calendar programs, which send no header: its token stands in the address.

Such a token opens this one address, reads only, and is revoked like any other.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import NOBODY, rest_origin, runtime_of
from api.errors import rest_error
from changes.calendar.feed import PATH, feed
from core.context import Context
from core.errors import TrimtabError
from organization.people import actor_of
from organization.tokens import person_of_token

router = APIRouter(include_in_schema=False)
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'attachment; filename="trimtab.ics"',
}


@router.get(PATH)
def serve_feed(request: Request, token: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The feed of the person behind the token; a refusal is a problem document, as REST's are."""
    runtime, origin = runtime_of(request), rest_origin(request)
    try:
        with runtime.context(NOBODY, origin) as ctx:
            person = actor_of(person_of_token(ctx, token, use="feed"))
        with runtime.context(person, origin) as ctx:
            return calendar_answer(ctx)
    except TrimtabError as error:
        return rest_error(request, error)


def calendar_answer(ctx: Context) -> Response:
    return Response(feed(ctx), media_type="text/calendar", headers=HEADERS)
