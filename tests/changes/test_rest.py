"""Changes over REST: the real application, every endpoint, by who may and who may not."""

from datetime import timedelta

import pytest

from changes import claims
from changes.ansible import Told
from changes.journal import Journal
from changes.models import VerificationResult
from changes.states import State
from tests.changes.office import LINES


def asked(office, **more):
    return {"title": "Describe", "reason": "asked", "lines": {office.ids["r1"]: LINES}, **more}


def test_a_change_is_requested_read_and_listed(office, rest):
    made = rest("engineer", "post", "/changes", json=asked(office))
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    change = made.json()
    assert rest("auditor", "get", f"/changes/{change['id']}").json() == change
    listed = rest("auditor", "get", "/changes", params={"state": "proposed"}).json()
    assert listed["items"] == [change]


@pytest.mark.parametrize("more", [{"lines": {}}, {"finding_ids": [1]}])
def test_a_request_has_either_findings_or_lines(office, rest, more):
    answer = rest("engineer", "post", "/changes", json=asked(office, **more))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_request_with_a_window_keeps_it(office, rest):
    start = office.clock.at + timedelta(hours=1)
    window = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    made = rest("engineer", "post", "/changes", json=asked(office, window=window)).json()
    assert made["window_start"] == start.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(("checks", "names"), [
    (None, ["interface_errors"]), ([], []), (["reachability"], ["reachability"]),
])  # fmt: skip
def test_a_request_names_its_checks_or_has_the_usual_ones(office, rest, checks, names):
    lines = {office.ids[one]: LINES for one in ("r1", "r2")}
    made = rest("engineer", "post", "/changes", json=asked(office, lines=lines, checks=checks))
    assert [one["name"] for one in made.json()["plan"].get("checks", [])] == names


def test_a_check_that_there_is_not_is_told_with_those_that_there_are(office, rest):
    answer = rest("engineer", "post", "/changes", json=asked(office, checks=["health"]))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert "no check 'health'; there are: neighbours_up" in answer.json()["detail"]


def test_a_correction_of_a_finding_that_is_not_there_is_not_found(rest):
    body = {"title": "t", "reason": "r", "finding_ids": [999_999]}
    assert rest("engineer", "post", "/changes", json=body).status_code == 404


def test_a_change_is_approved_by_its_digest(office, rest):
    change = office.requested("r1")
    body = {"digest": change.digest, "note": "right"}
    answer = rest("approver", "post", f"/changes/{change.id}/approvals", json=body)
    assert (answer.status_code, answer.json()["state"]) == (201, "approved")
    assert answer.json()["approvals"][0]["note"] == "right"


@pytest.mark.parametrize(("who", "digest", "status", "code"), [
    ("engineer", None, 403, "not_permitted"), ("auditor", None, 403, "not_permitted"),
    ("approver", "0" * 64, 409, "stale_digest"),
])  # fmt: skip
def test_a_refused_approval_says_why(office, rest, who, digest, status, code):
    change = office.requested("r1")
    body = {"digest": digest or change.digest}
    answer = rest(who, "post", f"/changes/{change.id}/approvals", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_change_is_rejected(office, rest):
    change = office.requested("r1")
    body = {"digest": change.digest, "note": "no"}
    answer = rest("approver", "post", f"/changes/{change.id}/rejections", json=body)
    assert (answer.status_code, answer.json()["state"]) == (201, "rejected")


def test_an_approval_is_taken_back(office, rest):
    change = office.approved("r1")
    answer = rest("approver", "post", f"/changes/{change.id}/withdrawal", json={"note": "wait"})
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed")


def test_a_change_is_cancelled(office, rest):
    change = office.approved("r1")
    answer = rest("engineer", "post", f"/changes/{change.id}/cancellation", json={"note": "no"})
    assert (answer.status_code, answer.json()["state"]) == (201, "cancelled")


def test_a_plan_is_renewed(office, rest):
    change = office.approved("r1")
    answer = rest("engineer", "post", f"/changes/{change.id}/renewal")
    assert (answer.status_code, answer.json()["plan"]["revision"]) == (201, 2)


def test_a_change_gets_another_window(office, rest):
    change = office.approved("r1")
    start = office.clock.at + timedelta(hours=1)
    body = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    answer = rest("engineer", "put", f"/changes/{change.id}/window", json=body)
    assert (answer.status_code, answer.json()["state"]) == (200, "proposed")


def test_an_approved_change_is_put_into_the_queue(office, rest):
    change = office.approved("r1")
    office.emptied_queue()
    assert rest("engineer", "post", f"/changes/{change.id}/run").status_code == 202
    assert office.queued() == [change.id]


def test_what_is_not_approved_is_not_run(office, rest):
    answer = rest("engineer", "post", f"/changes/{office.requested('r1').id}/run")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_running_change_is_stopped(office, rest):
    change = office.approved("r1")
    office.claimed(change)
    answer = rest("operator", "post", f"/changes/{change.id}/stop", json={"note": "alarm"})
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert office.runs(change)[0].stop_requested_at is not None


def succeeded(office):
    change = office.approved("r1")
    held = office.begun(change)
    with office.acting() as ctx:
        claims.finish(ctx, held, State.SUCCEEDED, outcome="done")
    office.shows("r1", description="by request")
    return change, held


def test_undoing_is_requested(office, rest):
    change, _ = succeeded(office)
    answer = rest("engineer", "post", f"/changes/{change.id}/rollback", json={"note": "worse"})
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed")


def test_an_interrupted_change_is_decided(office, rest):
    change = office.approved("r1")
    office.begun(change)
    office.clock.forward(seconds=61)
    office.reaped()
    body = {"state": "failed", "note": "looked at it"}
    answer = rest("operator", "post", f"/changes/{change.id}/resolution", json=body)
    assert (answer.status_code, answer.json()["state"]) == (201, "failed")
    wrong = {"state": "approved", "note": "run it again"}
    assert rest(
        "operator", "post", f"/changes/{change.id}/resolution", json=wrong
    ).status_code == 422  # fmt: skip


def test_the_log_and_the_verifications_are_read(office, rest):
    change, held = succeeded(office)
    told = Told(kind="runner_on_ok", host="r1", task="Type", status="ok", text="typed")
    Journal(runtime=office.runtime, run_id=held.fence).tell(told)
    with office.acting() as ctx:
        row = ctx.add(VerificationResult(
            run_id=held.fence, device_id=office.ids["r1"], as_declared=True, surplus=[],
            missing=[], detail="exactly as declared", verified_at=ctx.now(),
        ))  # fmt: skip
        ctx.record("test.verified", row)
    log = rest("auditor", "get", f"/changes/{change.id}/log").json()
    assert [(one["host"], one["text"]) for one in log["items"]] == [("r1", "typed")]
    seen = rest("auditor", "get", f"/changes/{change.id}/verifications").json()
    assert [(one["device_id"], one["as_declared"]) for one in seen] == [(office.ids["r1"], True)]


def test_a_preview_needs_the_permission_to_collect(office, rest):
    answer = rest("auditor", "post", f"/changes/{office.requested('r1').id}/preview")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


@pytest.mark.slow
def test_a_preview_answers_for_each_device(office, rest, floor):
    office.runtime.engine = floor.house.runtime.engine
    office.people = {"engineer": floor.house.engineer, "arranger": office.people["arranger"]}
    device = floor.devices[3]
    change = floor.requested(device)
    (told,) = rest("engineer", "post", f"/changes/{change.id}/preview").json()
    assert (told["hostname"], told["how"], told["refused"], told["problem"]) == (
        device.hostname, "config session", [], "",
    )  # fmt: skip
    assert "description number" in told["diff"]


@pytest.mark.parametrize("path", ["/changes/0", "/changes/99999999999", "/changes/x"])
def test_a_key_that_is_none_is_a_wrong_input(rest, path):
    assert rest("auditor", "get", path).status_code == 422


def test_a_request_says_how_it_goes_through_its_devices(office, rest):
    lines = {office.ids[name]: LINES for name in ("r1", "r2", "r3")}
    rollout = {"canary": 1, "size": 1, "may_fail": 1, "undo": "all"}
    answer = rest("engineer", "post", "/changes", json=asked(office, lines=lines, rollout=rollout))
    plan = answer.json()["plan"]
    assert [one["devices"] for one in plan["waves"]] == [[one] for one in office.ids.values()]
    assert ([one.get("may_fail", 0) for one in plan["waves"]], plan["undo"]) == ([0, 1, 1], "all")
