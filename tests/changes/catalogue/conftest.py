"""A catalogue in an office: one entry that describes a loopback, and who may do what with it."""

from dataclasses import dataclass, replace

import pytest

from changes import plans, requests
from changes.catalogue import entries, requesting
from changes.catalogue.content import Content
from changes.catalogue.rows import Row
from changes.risk.model import Risk
from inventory.models import Device
from organization.models import Unit

LOW = Risk(
    level="low", score=1, reasons=(), approvals=1, canary=1, window_required=False, policy="00"
)
INPUTS = {
    "type": "object", "additionalProperties": False, "required": ["text"],
    "properties": {
        "text": {"type": "string", "maxLength": 20},
        "number": {"type": "integer", "default": 0},
    },
}  # fmt: skip
CONTENT = Content(
    title="Describe the loopback", description="Sets the description of Loopback0.",
    platforms=("cisco_ios",), inputs=INPUTS,
    template="interface Loopback{{ number }}\n description {{ text }} of {{ device.role }}\n",
)  # fmt: skip


@dataclass
class Catalogue:
    """The office, and what its tests do again and again."""

    office: object

    def unit(self, ctx):
        return ctx.get(Unit, ctx.get(Device, self.office.ids["r1"]).governing_unit_id)

    def name(self, ctx):
        return f"describe_{self.unit(ctx).id}"

    def drafted(self, *, by="engineer", **content):
        with self.office.acting(by) as ctx:
            made = replace(CONTENT, **content)
            return entries.draft(ctx, self.name(ctx), made, unit=self.unit(ctx))

    def voted(self, entry, *, by):
        with self.office.acting(by) as ctx:
            return entries.approve(ctx, entry.id, digest=entry.digest, note="right")

    def approved(self, **content):
        entry = self.drafted(**content)
        for name in ("approver", "second"):
            self.voted(entry, by=name)
        return entry

    def rows(self, *hostnames, **variables):
        given = variables or {"text": "by the book"}
        with self.office.acting("arranger") as ctx:
            names = [ctx.get(Device, self.office.ids[one]).hostname for one in hostnames]
        return [Row(hostname=one, variables=given) for one in names]

    def requested(self, entry, rows, *, by="engineer"):
        with self.office.acting(by) as ctx:
            change = requesting.request_standard(ctx, entry.name, rows, reason="asked")
        self.office.changes.append(change.id)
        return change


@pytest.fixture
def shelf(office):
    return Catalogue(office)


@pytest.fixture
def judged(monkeypatch):
    """How risky every change of a test is; set `level` to have it otherwise."""

    def judge(level):
        made = plans.make_plan
        monkeypatch.setattr(
            requests, "make_plan",
            lambda targets, terms, **more: made(
                targets, terms, **{**more, "risk": replace(LOW, level=level)}
            ),
        )  # fmt: skip

    judge("low")
    return judge
