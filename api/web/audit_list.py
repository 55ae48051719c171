"""The list of audit records with its filters, and the verification of all."""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from api.access import PageVisit
from api.shapes import LARGEST, Text
from api.web.periods import time_of
from api.web.render import page
from changes.questions.sight import PARTLY, in_sight
from core.context import Context
from core.errors import InvalidInput
from core.evidence.archives.shelf import archived_until
from core.evidence.breaks import MEANINGS
from core.identities import readable
from core.record_search import Found, Sought, search
from core.records import verify
from core.sight import AUDIT
from inventory.models import Device, Site
from organization.models import Person

router = APIRouter(include_in_schema=False)
LIMIT = 100
MOST_FACTS, MOST_LISTED = 6, 4
ASIDE = frozenset((
    "commands", "commands_sha256", "session_begun_at", "session_ended_at", "sessions", "redaction",
    "snapshot_id", "fence",
))  # fmt: skip
"""Facts for who looks closer."""
NUMBERED: Mapping[str, str] = {
    "C": "change_request", "F": "finding", "E": "event", "P": "problem",
}  # fmt: skip
_TYPED = re.compile(r"([a-z_]+)[ :/](\S.*)")
_NUMBERED = re.compile(r"([CFEPcfep])(\d{1,9})")


class Filters(BaseModel):
    """As they were typed; "" has no say. `after` is the number of a record, `newer` another one."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    actor: Text = ""
    action: Text = ""
    subject: Text = ""
    change: Text = ""
    since: Text = ""
    until: Text = ""
    after: int = 0
    newer: int = 0

    def in_force(self) -> dict[str, str]:
        told: dict[str, str] = self.model_dump(exclude={"after", "newer"}, exclude_defaults=True)
        return told


@router.get("/audit")
def audit(visit: PageVisit, typed: Annotated[Filters, Query()]) -> Response:
    ctx = visit.ctx
    ctx.require(AUDIT)
    within = in_sight(ctx)
    refused, found = "", Found(records=(), newer=False, older=False)
    try:
        found = search(
            ctx, _sought(ctx, typed), before=typed.after or None, after=typed.newer or None,
            limit=LIMIT, within=within,
        )  # fmt: skip
    except InvalidInput as error:  # the form again, with what is wrong
        refused = error.message
    facts = readable(ctx.session, [one.facts for one in found.records])
    return page(
        "audit.html", visit, status=422 if refused else 200, found=found, typed=typed,
        refused=refused, away=archived_until(ctx), partly=PARTLY if within else "",
        facts={one.id: gist(told) for one, told in zip(found.records, facts, strict=True)},
    )  # fmt: skip


@router.get("/audit/verification")
def verification(visit: PageVisit, since: Literal["begin", "last"] = "begin") -> Response:
    """Verify all, or what came after the last verified head; that it was done is recorded."""
    told = verify(visit.ctx, since=since)
    return page("verification.html", visit, told=told, meanings=MEANINGS)


def gist(facts: object) -> dict[str, object]:
    """What of a record's facts fits into a list; its own page tells all of them."""
    told = {
        name: f"{len(fact)} of them" if isinstance(fact, list) and len(fact) > MOST_LISTED else fact
        for name, fact in (facts.items() if isinstance(facts, dict) else ())
        if name not in ASIDE and fact not in (None, "", [], {})
    }
    return dict(islice(told.items(), MOST_FACTS))


def _sought(ctx: Context, typed: Filters) -> Sought:
    type_, key = _subject(ctx, typed.subject)
    person = ctx.session.scalar(select(Person.id).where(Person.username == typed.actor))
    name = typed.actor if typed.actor and person is None else None
    return Sought(
        actor_id=person, actor_name=name, action=typed.action or None, subject_type=type_,
        subject_id=key, change_id=_change(typed.change), since=time_of(ctx, typed.since, "since"),
        until=time_of(ctx, typed.until, "until"),
    )  # fmt: skip


def _subject(ctx: Context, typed: str) -> tuple[str | None, str | None]:
    """`C12`, `device 7`, `post 3`, or the hostname of a device that the person audits."""
    if not typed:
        return None, None
    if numbered := _NUMBERED.fullmatch(typed):
        return NUMBERED[numbered[1].upper()], numbered[2]
    named = select(Device.id).join(Site, Site.id == Device.site_id).where(Device.hostname == typed)
    device = ctx.session.scalar(named.where(Device.owned_by(ctx.units(AUDIT))))
    if device is not None:
        return "device", str(device)
    if told := _TYPED.fullmatch(typed):
        return told[1], told[2]
    raise InvalidInput(
        f"Nothing is named {typed[:60]!r}: write a hostname, C12, F3, E7, P2, or type and id as "
        "in `post 3`.",
        field="subject",
    )


def _change(typed: str) -> int | None:
    number = typed.upper().removeprefix("C")
    if not typed:
        return None
    if number.isascii() and number.isdecimal() and int(number[:11]) <= LARGEST:
        return int(number)
    raise InvalidInput(f"{typed[:40]!r} is no change: write its number, as C12.", field="change")
