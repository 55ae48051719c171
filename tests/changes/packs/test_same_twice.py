"""The same pack made twice is the same bytes, whatever was written meanwhile."""

from datetime import timedelta

import pytest

from changes.packs.model import OfChange, OfClause, OfDevice, OfUnit, Period
from core.evidence.models import Anchor
from core.evidence.sealing import seal_all
from inventory.models import Device
from organization import policies
from organization.models import Unit
from organization.policies import ClauseText
from tests.changes.packs.opened import collected, pack, ran


@pytest.fixture
def busy(office):
    """An office in which something of every kind happened, and then an hour passed."""
    collected(office, "r1")
    change = ran(office, "r1", "r2")
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        policies.publish(
            ctx, code=f"P-{unit.code}", title="Policy", unit=unit, body="All of it",
            clauses=[ClauseText(number="1.1", text="Keep it", rules=("TT-1",))],
        )  # fmt: skip
    office.clock.forward(hours=1)
    period = Period(until=office.clock.at)
    return {
        "change": OfChange(change_id=change.id),
        "device": OfDevice(hostname=office.name("r1"), period=period),
        "unit": OfUnit(code=unit.code, period=period),
        "clause": OfClause(policy=f"P-{unit.code}", number="1.1", period=period),
    }


@pytest.mark.parametrize("kind", ["change", "device", "unit", "clause"])
def test_a_pack_made_later_is_the_same(office, busy, kind):
    first = pack(office, busy[kind])
    for other in busy.values():
        pack(office, other)
    office.clock.at += timedelta(days=3)
    collected(office, "r1", description="later")
    ran(office, "r2", "r3", title="Later")
    with office.acting() as ctx:
        seal_all(ctx)
    again = pack(office, busy[kind])
    assert again.content == first.content
    assert again.made == first.made


def test_only_the_first_anchor_of_each_target_is_in_it(office, busy):
    """An anchor that is laid down later covers the same records, and tells nothing more."""
    size = pack(office, busy["change"]).made.size
    with office.acting() as ctx:
        for later in (0, 1):
            name = f"test:{office.ids['r1']}"
            ctx.add(Anchor(size=size + later, target=name, anchored_at=ctx.now(), receipt="byte 1"))
    found = pack(office, busy["change"]).json("evidence.json")["anchors"]
    assert [one["size"] for one in found if one["target"] == f"test:{office.ids['r1']}"] == [size]
