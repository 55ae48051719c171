"""`trimtab emergency`, `maintenance` and `device decommission`, each by whom it belongs to."""

import json

import pytest
from sqlalchemy import select

from changes.models import ChangeRequest
from inventory.models import Device
from organization.models import Unit
from organization.permissions import POST_TEMPLATES
from organization.tokens import issue
from tests.factories import make_person, make_post
from tests.trimtab.conftest import acting, requested


@pytest.fixture
def crew(staff, beside):
    """The staff with somebody on duty and a second approver."""
    with acting(beside) as ctx:
        unit = ctx.session.scalars(select(Unit)).one()
        for name, template in (("dora", "duty engineer"), ("bo", "approver")):
            person = make_person(ctx, username=name)
            make_post(ctx, unit=unit, permissions=POST_TEMPLATES[template], holder=person)
            staff.tokens[name] = issue(ctx, person=person, name="test")[1]
        staff.unit = unit.code
    return staff


def planned(crew, *more, kind="unsaved", options=None):
    return crew.as_("oona").json(
        ["maintenance", "add", "nightly", kind, "--unit", crew.unit, "--trigger", "every 1d",
         "--options", json.dumps(options or {}), *more]
    )  # fmt: skip


def test_an_emergency_from_the_glass_to_its_last_review(crew):
    change = requested(crew, "--kind", "emergency")
    crew.as_("dora")
    glass = crew.json(
        ["emergency", "break-glass", str(change["id"]), "--digest", change["digest"],
         "--reason", "the ring is down", "--minutes", "5"]
    )  # fmt: skip
    assert (glass["state"], glass["by"], glass["overdue"]) == ("approved", "dora", False)
    early = crew.as_("ada")(f"emergency review {glass['id']} justified")
    assert (early.exit_code, "may still run" in early.stderr) == (5, True)
    crew.as_("erin").json(["change", "cancel", str(change["id"]), "--note", "it came back"])
    crew.as_("ada").json(f"emergency review {glass['id']} justified")
    told = crew.as_("bo").json(f"emergency review {glass['id']} not_justified --note early")
    assert told["reviews"] == ["ada: justified", "bo: not_justified"]
    assert crew.json("emergency list --unreviewed") == []
    assert [one["id"] for one in crew.json("emergency list")] == [glass["id"]]


def test_a_plan_is_made_run_read_and_ended(crew):
    assert planned(crew, "--device", "r1")["devices"] == 1
    done = crew("maintenance run nightly")
    assert (done.exit_code, "never collected completely" in done.stdout) == (1, True)
    [found] = crew.json("maintenance results nightly")
    assert (found["subject"], found["outcome"]) == ("r1", "failed")
    crew.json("maintenance end nightly --reason over")
    assert crew.json("maintenance list") == []


def test_a_backup_is_restored_into_the_lab(crew):
    planned(crew, kind="backup")
    [found] = crew.json("maintenance run nightly --into-lab")
    assert (found["outcome"], "restored (lab)" in found["detail"]) == ("passed", True)


@pytest.mark.parametrize(("options", "told"), [("{", "no JSON"), ("[]", "no JSON object")])
def test_options_that_are_no_object_are_told(crew, options, told):
    done = crew.as_("oona")(
        ["maintenance", "add", "x", "unsaved", "--unit", crew.unit, "--trigger", "every 1d",
         "--options", options]
    )  # fmt: skip
    assert (done.exit_code, told in done.stderr) == (2, True)


def variables(crew, made):
    """What the playbook of a change is told of its only device."""
    return crew.json(f"change show {made['id']}")["plan"]["targets"][0]["variables"]


def test_a_planned_device_is_commissioned(crew, beside):
    with acting(beside) as ctx:
        device = ctx.session.scalars(select(Device)).one()
        device.state = "planned"
        ctx.record("test.arranged", device)
    made = crew.as_("erin").json(
        "device commission r1 --reason new --lines lines --clock-seconds 30"
    )
    assert (made["kind"], made["state"]) == ("commission", "proposed")
    assert variables(crew, made) == {
        "trimtab_identity": {"hostname": "r1"}, "trimtab_clock_seconds": 30,
    }  # fmt: skip


def test_a_device_goes_from_its_last_change_to_its_retirement(crew, beside):
    crew.as_("erin")
    made = crew.json(
        "device decommission r1 --reason old --lines lines --shut --keep Lo0 --neighbour r2"
    )
    assert variables(crew, made)["trimtab_neighbours"] == ["r2"]
    with acting(beside) as ctx:
        ctx.get(ChangeRequest, made["id"]).state = "succeeded"
        ctx.record("test.arranged", ctx.get(ChangeRequest, made["id"]))
    left = crew("device remains r1")
    assert (left.exit_code, "trimtab device end-login r1" in left.stdout) == (1, True)
    refused = crew("device finish r1")
    assert (refused.exit_code, "these refer to it still" in refused.stderr) == (5, True)
    crew.json("device let-go r1")
    with acting(beside) as ctx:
        unit = ctx.session.scalars(select(Unit)).one()
        person = make_person(ctx, username="root2")
        post = POST_TEMPLATES["administrator"]
        make_post(ctx, unit=unit, permissions=post, holder=person)
        crew.tokens["root2"] = issue(ctx, person=person, name="test")[1]
    crew.as_("root2").json("device end-login r1")
    assert crew.as_("erin").json("device finish r1") == {"hostname": "r1"}


def test_a_device_that_is_gone_is_retired_at_once_and_what_remains_is_told(crew):
    crew.as_("erin").json("device decommission r1 --reason old --lines lines")
    refused = crew("device retire r1 --reason burnt")
    assert (refused.exit_code, "--force" in refused.stderr) == (5, True)
    gone = crew.json("device retire r1 --reason burnt --force")
    assert (gone["state"], "trimtab change cancel" in gone["remains"][0]) == ("retired", True)
