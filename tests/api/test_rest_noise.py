"""Masks over REST: a worker learns, two persons approve."""

import pytest
from sqlalchemy import text

from inventory.models import Device
from organization.models import Unit
from organization.people import create_person
from organization.permissions import POST_TEMPLATES
from organization.tokens import issue
from tests.api.conftest import PASSWORD
from tests.drift.noise_rows import make_mask
from tests.factories import make_post


@pytest.fixture
def mask(world, drifted):
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        return make_mask(ctx, device, pattern=rf"epoch\ of\ {drifted.hostname[5:]}\ \d+").id


@pytest.fixture
def second(world, rest, mask):
    """The client of a second approver."""
    name = f"second-{mask}"
    with world.context() as ctx:
        person = create_person(ctx, username=name, name=name, password=PASSWORD)
        unit = ctx.get(Unit, world.unit_id)
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES["approver"], holder=person)
        world.tokens[name] = issue(ctx, person=person, name="test")[1]
    return rest(name)


def approve(client, mask):
    return client.post(f"/noise/{mask}/approvals", json={"note": "a counter"})


def test_learning_is_a_workers_job(rest, drifted, world):
    answer = rest("engineer").post(f"/devices/{drifted.device_id}/noise", json={"apart": 5})
    assert (answer.status_code, answer.json()["devices"]) == (202, 1)
    again = rest("engineer").post(f"/devices/{drifted.device_id}/noise", json={})
    assert again.json() == {"job": None, "devices": 1}
    with world.context() as ctx:
        args = ctx.session.scalar(
            text("SELECT args FROM procrastinate_jobs WHERE id = :id"), {"id": answer.json()["job"]}
        )
    assert args == {"device_id": drifted.device_id, "apart": 5.0}


@pytest.mark.parametrize("apart", [0, 301, "soon"])
def test_a_time_that_makes_no_sense_is_refused(rest, drifted, apart):
    answer = rest("engineer").post(f"/devices/{drifted.device_id}/noise", json={"apart": apart})
    assert answer.status_code == 422


def test_a_mask_holds_when_two_persons_approved(rest, mask, second):
    assert approve(rest("approver"), mask).json()["state"] == "proposed"
    twice = approve(rest("approver"), mask)
    assert (twice.status_code, twice.json()["code"]) == (409, "approved_already")
    held = approve(second, mask)
    assert held.status_code == 201, held.text
    assert (held.json()["state"], len(held.json()["approvals"])) == ("active", 2)
    ended = second.post(f"/noise/{mask}/withdrawal", json={"reason": "fixed"})
    assert (ended.status_code, ended.json()["state"]) == (201, "withdrawn")


def test_masks_are_listed_and_shown(rest, mask):
    page = rest("auditor").get("/noise", params={"state": "proposed", "limit": 1}).json()
    assert (page["items"][0]["id"], page["next"]) == (mask, mask)
    elsewhere = rest("auditor").get("/noise", params={"platform": "frr"}).json()
    assert elsewhere == {"items": [], "next": None}
    shown = rest("auditor").get(f"/noise/{mask}").json()
    assert (shown["state"], shown["path"], shown["approvals"]) == ("proposed", [], [])


def test_a_rejected_mask_is_decided(rest, mask):
    gone = rest("approver").post(f"/noise/{mask}/rejection", json={"reason": "a real change"})
    assert (gone.status_code, gone.json()["reason"]) == (201, "a real change")
    again = approve(rest("approver"), mask)
    assert (again.status_code, again.json()["code"]) == (409, "mask_settled")


def test_an_engineer_approves_no_mask(rest, mask):
    assert approve(rest("engineer"), mask).status_code == 403
