"""A pack of a unit over a period: its devices, posts, policies and what happened to them."""

import pytest

from changes.packs.model import OfUnit
from core.errors import InvalidInput, NotPermitted
from inventory.models import Device
from organization import policies, posts
from organization.models import Person, Unit
from organization.policies import ClauseText
from tests.changes.packs.opened import collected, pack, ran


@pytest.fixture
def unit(office):
    with office.acting("arranger") as ctx:
        return ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)


def test_changes_devices_posts_and_policies_of_the_unit_are_there(office, unit):
    digests = {collected(office, one) for one in ("r1", "r2")}
    change = ran(office, "r1", "r2")
    with office.acting("arranger") as ctx:
        policies.publish(
            ctx, code=f"P-{unit.code}", title="Policy", unit=ctx.get(Unit, unit.id), body="B",
            clauses=[ClauseText(number="1", text="T")],
        )  # fmt: skip
        post = posts.create_post(
            ctx, unit=ctx.get(Unit, unit.id), title="Watch", permissions=["device.read"]
        )
        person = ctx.get(Person, office.people["second"].person_id)
        posts.assign(ctx, post=post, person=person)
    found = pack(office, OfUnit(code=unit.code))
    wanted = {"policy.published", "post.created", "post.assigned", "device.collected"}
    assert wanted | set(office.recorded(change)) <= set(found.actions)
    assert found.folder("plans") == [f"{change.digest}.json"]
    assert {one.removesuffix(".txt") for one in found.folder("configurations")} == digests


def test_nothing_of_another_unit_is_in_it(office, unit):
    collected(office, "r1")
    found = pack(office, OfUnit(code=unit.code))
    devices = {one["subject"]["id"] for one in found.records if one["subject"]["type"] == "device"}
    assert devices <= {str(one) for one in office.ids.values()}


def test_who_does_not_audit_the_unit_gets_no_pack(office, unit):
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        pack(office, OfUnit(code=unit.code), by="engineer")


def test_there_is_no_pack_of_a_unit_that_is_not(office):
    with pytest.raises(InvalidInput, match="There is no unit"):
        pack(office, OfUnit(code="no-such-unit"))
