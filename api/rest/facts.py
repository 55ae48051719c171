"""What devices are expected to be, over REST: facts expected, seen, and how they differ."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api.access import Ctx
from api.pages import After, Limit, Page, page_before
from api.shapes import Body, Key, Number, OfRow, Text
from drift import facts
from drift.device_facts import KINDS, DeviceFacts, Kind
from drift.models import ExpectedFacts

router = APIRouter(tags=["baselines"])


class FactsShape(Body):
    """A kind that is null may be anything, or was not told."""

    os_version: Text | None = None
    serial: Text | None = None
    model: Text | None = None
    interfaces: list[Text] | None = None
    modules: list[Text] | None = Field(None, description="NAME PART SERIAL")
    neighbours: list[Text] | None = Field(None, description="INTERFACE NAME INTERFACE-OF-NAME")
    packages: list[Text] | None = Field(None, description="NAME VERSION")

    def facts(self) -> DeviceFacts:
        return facts.FACTS.validate_python(self.model_dump())


class DifferenceOut(OfRow):
    path: list[str]
    line: str
    side: str


class ExpectedOut(OfRow):
    id: int
    device_id: int
    version: int
    facts: FactsShape
    source: str
    snapshot_id: int | None
    reason: str
    approved_by_id: int | None
    valid_from: datetime
    valid_until: datetime | None


class FactsOut(OfRow):
    """What is expected of a device beside what it last said; null where there is none."""

    expected: FactsShape | None
    seen: FactsShape | None
    in_sync: bool
    differences: list[DifferenceOut]


class SnapshotFactsIn(Body):
    snapshot_id: Number
    kinds: tuple[Kind, ...] = KINDS
    reason: Text


class ExpectedIn(Body):
    facts: FactsShape
    forget: tuple[Kind, ...] = ()
    reason: Text


@router.get("/devices/{device_id}/facts")
def compare_facts(device_id: Key, ctx: Ctx) -> FactsOut:
    """What is expected of the device, what it last said, and how that differs."""
    found, seen = facts.check(ctx, device_id), facts.seen_now(ctx, device_id)
    expected = facts.expected_for(ctx, device_id)
    return FactsOut(
        expected=_shape(facts.facts_of(expected)) if expected else None,
        seen=_shape(seen) if seen else None,
        in_sync=found is None or found.in_sync,
        differences=[DifferenceOut.of(one) for one in (found.differences if found else ())],
    )


@router.get("/devices/{device_id}/facts/expected")
def list_expected(
    device_id: Key, ctx: Ctx, limit: Limit = 50, after: After = None
) -> Page[ExpectedOut]:
    """All that was ever expected of the device, the newest first."""
    rows = facts.versions(ctx, device_id)
    return page_before(rows, _out, lambda row: row.version, after=after, limit=limit)


@router.post("/devices/{device_id}/facts/expected", status_code=201)
def expect_facts(device_id: Key, body: ExpectedIn, ctx: Ctx) -> ExpectedOut:
    """Expect given facts; kinds that are not given stay as they were."""
    made = facts.expect(ctx, device_id, body.facts.facts(), reason=body.reason, forget=body.forget)
    return _out(made)


@router.post("/facts/approvals", status_code=201)
def approve_facts(body: SnapshotFactsIn, ctx: Ctx) -> ExpectedOut:
    """Expect what a device's last snapshot and its relations say."""
    made = facts.approve_snapshot(ctx, body.snapshot_id, reason=body.reason, kinds=body.kinds)
    return _out(made)


def _out(row: ExpectedFacts) -> ExpectedOut:
    told = {name: getattr(row, name) for name in ExpectedOut.model_fields if name != "facts"}
    return ExpectedOut(**told, facts=_shape(facts.facts_of(row)))


def _shape(value: DeviceFacts) -> FactsShape:
    return FactsShape.model_validate(facts.FACTS.dump_python(value, mode="json"))
