"""The same pack made twice is the same bytes, whatever was written meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from changes.packs.model import Period
from core.evidence.models import Anchor
from core.evidence.sealing import seal_all
from tests.changes.packs.opened import collected, pack, ran


@pytest.fixture
def over(office, busy):
    """The packs of a busy time, once an hour has passed."""
    office.clock.forward(hours=1)
    period = Period(until=office.clock.at)
    return {
        kind: one if kind == "change" else replace(one, period=period)
        for kind, one in busy.items()
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["change", "device", "unit", "clause"])
def test_a_pack_made_later_is_the_same(office, over, kind):
    first = pack(office, over[kind])
    for other in over.values():
        pack(office, other)
    office.clock.at += timedelta(days=3)
    collected(office, "r1", description="later")
    ran(office, "r2", "r3", title="Later")
    with office.acting() as ctx:
        seal_all(ctx)
    again = pack(office, over[kind])
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
