"""Maintenance plans: who makes them, what they are told, when they run, how they end."""

import pytest

from changes.errors import UnknownPlaybook, WrongState
from changes.maintenance import plans
from changes.maintenance.plans import Planned
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from operations.job_kinds import checked, kind_of
from operations.schedule_models import Schedule
from operations.triggers import InvalidTrigger
from tests.changes.office import open_office


def test_a_plan_is_fired_by_a_schedule_of_its_unit(office, upkeep):
    plan = upkeep.planned("unsaved", trigger="30 2 * * *")
    with office.acting("arranger") as ctx:
        row = ctx.get(Schedule, plan.schedule_id)
        assert (row.name, row.job, row.trigger, row.unit_id, row.args) == (
            f"maintenance {plan.name}", "maintenance.run", "30 2 * * *", plan.unit_id,
            {"plan_id": plan.id},
        )  # fmt: skip
        assert checked(kind_of(row.job), row.args) == row.args


def test_an_operator_makes_plans(upkeep):
    assert upkeep.planned("unsaved", by="operator").kind == "unsaved"


@pytest.mark.parametrize("who", ["approver", "auditor"])
def test_who_may_not_write_maintenance_makes_no_plan(upkeep, who):
    with pytest.raises(NotPermitted, match=r"maintenance\.write"):
        upkeep.planned("unsaved", by=who)


def test_the_platform_makes_no_plan(upkeep):
    with pytest.raises(InvalidInput, match="made by a person"):
        upkeep.planned("unsaved", by="arranger")


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("repaint", {}, "There is no maintenance 'repaint'"),
        ("unsaved", {"days": 3}, "days: Extra inputs"),
        ("certificates", {}, "name endpoints as host:port"),
        ("certificates", {"endpoints": ["nowhere"]}, "endpoints.0"),
        ("certificates", {"device_port": 443, "alarm_days": 60}, "alarm_days come after"),
        ("health", {"checks": []}, "checks"),
        ("health", {"checks": [{"playbook": "reachability"}] * 2}, "called the same"),
        ("health", {"checks": [{"playbook": "correct_drift"}]}, "may change devices"),
        ("passwords", {"days": 0}, "days"),
        ("backup", {"days": "soon"}, "days"),
    ],
)
def test_wrong_options_are_refused_with_their_name(upkeep, kind, options, words):
    with pytest.raises(InvalidInput, match=words):
        upkeep.planned(kind, **options)


def test_a_check_that_does_not_exist_is_refused(upkeep):
    with pytest.raises(UnknownPlaybook):
        upkeep.planned("health", checks=[{"playbook": "horoscope"}])


def test_a_standard_change_that_is_not_offered_is_refused(upkeep):
    with pytest.raises(NotFound):
        upkeep.planned("standard", entry="nothing_of_the_kind")


def test_a_wrong_trigger_keeps_nothing(office, upkeep):
    with pytest.raises(InvalidTrigger):
        upkeep.planned("unsaved", trigger="now and then", name="never made")
    with office.acting("engineer") as ctx, pytest.raises(NotFound):
        plans.by_name(ctx, "never made")


def test_a_name_is_taken_once(upkeep):
    plan = upkeep.planned("unsaved")
    with pytest.raises(Conflict, match="already"):
        upkeep.planned("backup", name=plan.name)


def test_devices_of_another_unit_are_refused(office, upkeep):
    other = open_office(office.runtime, office.clock)
    told = Planned(name="others", kind="unsaved", trigger="every 1d", device_ids=(other.ids["r1"],))
    with office.acting("engineer") as ctx:
        unit = upkeep.unit(ctx)
        with pytest.raises(InvalidInput, match="is not of"):
            plans.create(ctx, unit, told)


def test_an_ended_plan_is_not_fired_listed_or_run(office, upkeep):
    plan = upkeep.planned("unsaved")
    with office.acting("engineer") as ctx:
        plans.end(ctx, plan.id, reason="no use")
        listed = [one.id for one in plans.list_plans(ctx)]
    with office.acting("arranger") as ctx:
        enabled = ctx.get(Schedule, plan.schedule_id).enabled
    assert (listed, enabled) == ([], False)
    with pytest.raises(WrongState, match="was ended"):
        upkeep.run(plan)


def test_a_plan_is_made_due_at_once(office, upkeep):
    plan = upkeep.planned("unsaved")
    with office.acting("operator") as ctx:
        plans.run_now(ctx, plan.id)
    with office.acting("arranger") as ctx:
        assert ctx.get(Schedule, plan.schedule_id).next_fire_at == office.clock()


def test_plans_of_other_units_are_not_listed(office, upkeep):
    upkeep.planned("unsaved")
    other = open_office(office.runtime, office.clock)
    with other.acting("engineer") as ctx:
        assert plans.list_plans(ctx) == []
