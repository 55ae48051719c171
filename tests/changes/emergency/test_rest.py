"""Emergencies over REST: the glass, its reviews, and what a debt answers."""

from tests.changes.emergency.conftest import REASON
from tests.changes.office import LINES


def broken(duty, rest):
    change = duty.requested()
    body = {"digest": change.digest, "reason": REASON, "minutes": 20}
    return change, rest("duty", "post", f"/changes/{change.id}/break-glass", json=body)


def test_a_glass_is_broken_read_and_listed(duty, rest):
    change, answer = broken(duty, rest)
    made = answer.json()
    assert (answer.status_code, made["change_id"], made["overdue"]) == (201, change.id, False)
    assert rest("auditor", "get", f"/emergencies/{made['id']}").json() == made
    assert rest("auditor", "get", "/emergencies", params={"unreviewed": "only"}).json() == [made]


def test_an_engineer_who_is_not_on_duty_is_refused(duty, rest):
    change = duty.requested()
    body = {"digest": change.digest, "reason": REASON}
    answer = rest("engineer", "post", f"/changes/{change.id}/break-glass", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_a_normal_change_has_no_glass(office, duty, rest):  # noqa: ARG001 - who is on duty
    change = office.requested("r1", by="duty")
    body = {"digest": change.digest, "reason": REASON}
    answer = rest("duty", "post", f"/changes/{change.id}/break-glass", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_an_emergency")


def test_reviews_are_given_and_seen(duty, rest):
    grant = duty.over()
    rest("approver", "post", f"/emergencies/{grant}/reviews", json={"verdict": "justified"})
    told = {"verdict": "not_justified", "note": "A window was near."}
    answer = rest("second", "post", f"/emergencies/{grant}/reviews", json=told)
    assert (answer.status_code, answer.json()["reviewed_at"] is not None) == (201, True)
    assert [one["verdict"] for one in answer.json()["reviews"]] == ["justified", "not_justified"]


def test_a_change_of_a_unit_in_debt_is_a_conflict(office, duty, rest):
    grant = duty.over()
    office.clock.forward(hours=72)
    asked = {"title": "Describe", "reason": "asked", "lines": {office.ids["r2"]: LINES}}
    answer = rest("engineer", "post", "/changes", json=asked)
    assert (answer.status_code, answer.json()["code"], answer.json()["facts"]) == (
        409, "emergency_debt", {"reviews": str(grant)},
    )  # fmt: skip
