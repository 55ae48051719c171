"""Maintenance plans over REST: made, run at once, ended, and what they found."""

from tests.changes.maintenance.test_looks import report


def made(upkeep, rest, **more):
    with upkeep.office.acting("arranger") as ctx:
        unit = upkeep.unit(ctx).code
    body = {"unit_code": unit, "name": f"saved {unit}", "kind": "unsaved", "trigger": "every 1d"}
    return rest("engineer", "post", "/maintenance", json=body | more)


def test_a_plan_is_made_read_and_listed(upkeep, rest):
    answer = made(upkeep, rest)
    plan = answer.json()
    assert (answer.status_code, plan["trigger"]) == (201, "every 1d")
    assert rest("auditor", "get", f"/maintenance/{plan['id']}").json() == plan
    assert rest("auditor", "get", "/maintenance").json() == [plan]


def test_wrong_options_are_told(upkeep, rest):
    answer = made(upkeep, rest, kind="certificates")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_what_a_run_found_is_read_with_trouble_first(office, upkeep, rest):
    report(office, "r1", saved=True)
    report(office, "r2", saved=False)
    plan = upkeep.planned("unsaved", "r1", "r2")
    upkeep.run(plan)
    found = rest("auditor", "get", f"/maintenance/{plan.id}/results").json()
    assert [one["outcome"] for one in found] == ["attention", "passed"]


def test_a_plan_is_hastened_and_ended(upkeep, rest):
    plan = made(upkeep, rest).json()
    assert rest("operator", "post", f"/maintenance/{plan['id']}/run").status_code == 202
    ended = rest("operator", "post", f"/maintenance/{plan['id']}/end", json={"reason": "no use"})
    assert (ended.status_code, ended.json()["ended_at"] is not None) == (201, True)
