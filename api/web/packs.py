"""Evidence packs as pages: which were made, and the form that makes one to take home."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import Response

from api.access import PageVisit
from api.pack_files import pack_file
from api.web.periods import time_of
from api.web.render import page
from changes.packs.model import OfChange, OfClause, OfDevice, OfUnit, Period, Wanted
from changes.questions.sight import in_sight
from core.context import Context
from core.errors import InvalidInput
from core.record_search import Sought, search

router = APIRouter(include_in_schema=False)
LIMIT = 50
About = Literal["change", "device", "unit", "clause"]
Words = Annotated[str, Form(max_length=300)]


@router.get("/audit/packs")
def list_packs(
    visit: PageVisit, about: About = "device", name: str = "", after: int = 0, newer: int = 0
) -> Response:
    """The packs in sight that were made, and a form for another one, filled in by who led here."""
    found = search(
        visit.ctx, Sought(action="pack.made"), before=after or None, after=newer or None,
        limit=LIMIT, within=in_sight(visit.ctx),
    )  # fmt: skip
    return page("packs.html", visit, found=found, about=about, which=name[:300])


@router.post("/audit/packs")
def make_pack(
    visit: PageVisit, about: Annotated[About, Form()], name: Words, since: Words = "",
    until: Words = "",
) -> Response:  # fmt: skip
    """The pack as a file; its SHA-256 is in a header, and in the record of it."""
    wanted = _wanted(visit.ctx, about, name.strip(), since.strip(), until.strip())
    return pack_file(visit.ctx, wanted)


def _wanted(ctx: Context, about: About, name: str, since: str, until: str) -> Wanted:
    """What the form asks for, or InvalidInput that says how to write it."""
    if about == "change":
        number = name.upper().removeprefix("C")
        if not (number.isascii() and number.isdecimal() and len(number) < len("2147483647")):
            raise InvalidInput(f"{name[:40]!r} is no change: write its number, as C12.")
        return OfChange(change_id=int(number))
    period = Period(since=time_of(ctx, since, "since"), until=time_of(ctx, until, "until"))
    if about == "device":
        return OfDevice(hostname=name, period=period)
    if about == "unit":
        return OfUnit(code=name, period=period)
    policy, _, number = name.partition(" ")
    if not number.strip():
        raise InvalidInput("Write the policy's code and the clause's number, as NET-1 4.2.")
    return OfClause(policy=policy, number=number.strip(), period=period)
