"""The search field: from a name or number straight to its page. Lists nothing."""

import re

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from inventory import devices

router = APIRouter(include_in_schema=False)

PLACES = {"c": "changes", "f": "findings", "e": "events", "p": "problems"}
NUMBERED = re.compile(r"([cfep])(\d{1,9})", re.IGNORECASE)


@router.get("/search")
def search(visit: PageVisit, q: str = "") -> Response:
    """C12, F3, E7 and P2 lead to their pages, anything else to the device of that name."""
    wanted = q.strip()
    if not wanted:
        return _to("/devices")
    if numbered := NUMBERED.fullmatch(wanted):
        return _to(f"/{PLACES[numbered[1].lower()]}/{int(numbered[2])}")
    return _to(f"/devices/{devices.by_hostname(visit.ctx, wanted).id}")


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
