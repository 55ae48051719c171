"""Webhooks, and what the syslog listener has heard. A webhook has a device collected, no more."""

import time
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field, StringConstraints

from api.access import Ctx, HookCtx
from api.shapes import Body, OfRow
from core.errors import NotFound
from operations.change_reports import device_at, request_collection
from operations.rates import Rate
from operations.syslog import Report
from operations.syslog.counts import kept
from organization.people import Throttled

router = APIRouter(tags=["triggers"])

RATE = Rate(burst=100, seconds=1.0)
"""By person: a hundred devices at once, then one a second."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("only printable characters can be kept")
    return text


Word = Annotated[str, StringConstraints(max_length=255), AfterValidator(_printable)]


class HookIn(Body):
    """A device by hostname or address; who changed it, from where and on which terminal."""

    device: Annotated[Word, Field(min_length=1)]
    user: Word = ""
    origin: Word = ""
    line: Word = ""


class TriggeredOut(OfRow):
    """`job` is null where the device's collection waits in the queue already."""

    device_id: int
    hostname: str
    job: int | None


class SyslogOut(OfRow):
    """Numbers since the listener started; `unknown`: messages by sender that is no device."""

    since: datetime
    at: datetime
    listening: list[str]
    received: int
    unparsed: int
    dropped: int
    unknown_sender: int
    silenced: int
    changed: int
    triggered: int
    errors: int
    events: int
    unknown: dict[str, int]


@router.post("/hooks/collect", status_code=202)
def collect(body: HookIn, ctx: HookCtx) -> TriggeredOut:
    """Have one device collected and judged in a moment. Needs a token issued for hooks."""
    if not RATE.allows(ctx.person.person_id, now=time.monotonic()):
        raise Throttled("Too many calls of this webhook; send one a second.")
    device = device_at(ctx, body.device)
    report = Report(user=body.user, origin=body.origin, line=body.line)
    delay = ctx.settings.syslog_settle_seconds
    return TriggeredOut.of(request_collection(ctx, device.id, report, via="webhook", delay=delay))


@router.get("/syslog")
def syslog(ctx: Ctx) -> SyslogOut:
    """What the listener with this installation's home folder has heard."""
    ctx.require("device.read")
    counts = kept(ctx.settings.home)
    if counts is None:
        raise NotFound("No syslog listener has run here yet; set a port and start `trimtab serve`.")
    return SyslogOut.of(counts)
