"""Dashboard, devices and what they showed."""

from collections.abc import Callable, Mapping, Sized
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.jobs import queue_devices
from api.shapes import Key, Number
from api.web.exports import Format, Listed, export
from api.web.render import device_text, page
from changes import requests, waiting
from changes.emergency import debt, reviews
from changes.states import State
from drift import baselines, compliance, findings, scan_reports, versions
from drift.engine.sidebyside import rows
from drift.noise.learning import LONGEST, SHORTEST, USUAL
from drift.noise.places import refusal_of
from inventory import devices, jumps, originals, relations, reports, snapshots
from inventory.drivers.images import has_images
from inventory.models import Device
from operations import events

router = APIRouter(include_in_schema=False)
LIMIT = 50
SHOWN = 10  # votes that wait
COUNTED = 1000  # more than so many are told as "1000+"
UNREACHED = {"unreachable", "refused", "host_key_changed", "timeout", "unsupported", "error"}

DEVICES: Mapping[str, Callable[[Device], object]] = {
    "hostname": lambda row: row.hostname, "site": lambda row: row.site.code,
    "platform": lambda row: row.platform, "address": lambda row: row.address,
    "port": lambda row: row.port, "role": lambda row: row.role, "state": lambda row: row.state,
    "model": lambda row: row.model, "serial": lambda row: row.serial,
    "os_version": lambda row: row.os_version, "outcome": lambda row: row.outcome,
    "attempted_at": lambda row: row.attempted_at,
}  # fmt: skip


@router.get("/")
def dashboard(visit: PageVisit) -> Response:
    ctx = visit.ctx
    drift = findings.list_findings(ctx, limit=COUNTED)
    glasses = reviews.list_grants(ctx, unreviewed="only")
    unauthorised = findings.list_findings(ctx, verdict="unauthorised", limit=COUNTED)
    return page(
        "dashboard.html", visit, drift=drift[:10], drift_count=_counted(drift),
        unauthorised=_counted(unauthorised),
        devices=_counted(devices.list_devices(ctx, state="active", limit=COUNTED)),
        unreached=devices.list_devices(ctx, state="active", outcomes=UNREACHED, limit=LIMIT),
        waiting=requests.list_changes(ctx, state=State.PROPOSED, limit=10),
        running=requests.list_changes(ctx, state=State.RUNNING, limit=10),
        events=events.list_events(ctx, state="open", limit=10),
        votes=list(islice(waiting.votes(ctx), SHOWN)), glasses=glasses,
        late=sum(debt.is_overdue(ctx, one) for one in glasses),
        last_scan=scan_reports.latest(ctx),
    )  # fmt: skip


@router.get("/devices")
def list_devices(
    request: Request, visit: PageVisit, *, site: str = "", platform: str = "", state: str = "",
    after: str = "", as_format: Format = "",
) -> Response:  # fmt: skip
    filters = {"site": site, "platform": platform, "state": state}
    if as_format:
        return export(request, visit, _devices(**filters), filters)
    found = devices.list_devices(
        visit.ctx, site=site or None, platform=platform or None, state=state or None,
        after=after or None, limit=LIMIT,
    )  # fmt: skip
    shown = [one.id for one in found]
    more = found[-1].hostname if len(found) == LIMIT else ""
    return page(
        "devices.html", visit, devices=found, drifted=findings.standing(visit.ctx, shown),
        approved=baselines.approved_among(visit.ctx, shown), more=more, site=site,
        platform=platform, state=state,
    )  # fmt: skip


def _devices(*, site: str, platform: str, state: str) -> Listed[Device]:
    return Listed(
        name="devices", columns=DEVICES, place=lambda row: row.hostname,
        read=lambda ctx, after, limit: devices.list_devices(
            ctx, site=site or None, platform=platform or None, state=state or None,
            after=None if after is None else str(after), limit=limit,
        ),
    )  # fmt: skip


@router.get("/devices/{device_id}")
def show_device(
    visit: PageVisit, device_id: Key, queued: int = 0, learning: int = 0
) -> Response:  # fmt: skip
    ctx = visit.ctx
    device = devices.get_device(ctx, device_id)
    approved = baselines.versions(ctx, device_id)
    return page(
        "device.html", visit, device=device, queued=bool(queued), learning=bool(learning),
        unmaskable=refusal_of(device.platform), upgradable=has_images(device.platform),
        seconds=(SHORTEST, USUAL, LONGEST),
        snapshots=snapshots.list_snapshots(ctx, device_id=device_id, limit=LIMIT),
        baselines=approved,
        standing={one.id: versions.standing_at(one, ctx.now()) for one in approved},
        relations=relations.list_relations(ctx, device_id),
        report=reports.of_device(ctx, device_id), through=jumps.name_of(device),
        findings=findings.list_findings(ctx, state=None, device_id=device_id, limit=LIMIT),
        rules=sorted(compliance.verdicts(ctx, device_id=device_id), key=lambda one: one.passed),
    )  # fmt: skip


@router.post("/devices/{device_id}/scan")
def scan(visit: PageVisit, device_id: Key) -> Response:
    queue_devices(visit.ctx, "drift.scan", device_ids=[device_id])
    return RedirectResponse(f"/devices/{device_id}?queued=1", status_code=303)


@router.get("/comparison")
def compare(visit: PageVisit, left: Number, right: Number) -> Response:
    """Any two snapshots side by side."""
    pair = [snapshots.get_snapshot(visit.ctx, key) for key in (left, right)]
    before, after = (device_text(snapshots.text_of(visit.ctx, one.digest)) for one in pair)
    return page("comparison.html", visit, left=pair[0], right=pair[1], rows=rows(after, before))


@router.get("/snapshots/{snapshot_id}")
def show_snapshot(visit: PageVisit, snapshot_id: Key) -> Response:
    snapshot = snapshots.get_snapshot(visit.ctx, snapshot_id)
    text = snapshots.text_of(visit.ctx, snapshot.digest)
    return page(
        "snapshot.html", visit, snapshot=snapshot, text=text, revealed=False,
        kept=originals.is_kept(visit.ctx, snapshot),
    )  # fmt: skip


@router.post("/snapshots/{snapshot_id}/revelation")
def reveal_snapshot(
    visit: PageVisit, snapshot_id: Key, reason: Annotated[str, Form()] = ""
) -> Response:
    """The configuration with its secrets, in this one answer."""
    text = originals.reveal(visit.ctx, snapshot_id, reason=reason)
    snapshot = snapshots.get_snapshot(visit.ctx, snapshot_id)
    return page("snapshot.html", visit, snapshot=snapshot, text=text, revealed=True, kept=True)


def _counted(found: Sized) -> str:
    """How many there are, as far as they were counted."""
    return f"{COUNTED}+" if len(found) >= COUNTED else str(len(found))
