"""Executions over REST: steering them, and how far they are."""

import pytest

from changes.states import State, Target


def test_a_running_change_is_paused(office, rest):
    change = office.approved("r1", "r2")
    office.claimed(change)
    answer = rest("operator", "post", f"/changes/{change.id}/pause", json={"note": "wait"})
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    assert rest("auditor", "get", f"/changes/{change.id}/progress").json()["asked"] == "pause"


def test_a_paused_change_is_resumed(office, rest):
    change = office.paused("r1", "r2")
    answer = rest("engineer", "post", f"/changes/{change.id}/resumption", json={"note": "on"})
    assert (answer.status_code, answer.json()["state"]) == (202, "paused")
    assert rest("auditor", "get", f"/changes/{change.id}/progress").json()["asked"] == "resume"


@pytest.mark.parametrize(("roll_back", "state"), [(False, "failed"), (True, "paused")])
def test_a_paused_change_is_stopped_or_rolled_back(office, rest, roll_back, state):
    change = office.paused("r1", "r2")
    body = {"note": "alarm", "roll_back": roll_back}
    answer = rest("engineer", "post", f"/changes/{change.id}/stop", json=body)
    assert (answer.status_code, answer.json()["state"]) == (202, state)


def test_how_far_a_change_is_tells_each_device_of_each_wave(office, rest):
    change = office.paused("r1", "r2")
    found = rest("auditor", "get", f"/changes/{change.id}/progress").json()
    assert (found["state"], found["undo"], found["asked"]) == ("paused", "wave", "")
    assert [
        (wave["number"], one["device_id"], one["state"], one["result"])
        for wave in found["waves"] for one in wave["devices"]
    ] == [
        (0, office.ids["r1"], "done", "seen done"), (1, office.ids["r2"], "waiting", ""),
    ]  # fmt: skip
    assert rest("auditor", "get", f"/changes/{change.id}/gates").json() == []


def broken_off(office):
    change = office.approved("r1", "r2")
    held = office.claimed(change)
    office.touching(held, "r1")
    office.clock.forward(seconds=61)
    office.reaped()
    return change


def test_an_interrupted_device_is_decided(office, rest):
    change = broken_off(office)
    path = f"/changes/{change.id}/devices/{office.ids['r1']}/resolution"
    answer = rest("operator", "post", path, json={"state": "rolled_back", "note": "looked"})
    assert (answer.status_code, answer.json()["state"]) == (201, "rolled_back")


def test_only_an_interrupted_change_is_observed(office, rest):
    change = office.paused("r1", "r2")
    answer = rest("engineer", "post", f"/changes/{change.id}/observation")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_what_is_left_of_a_change_is_rerun(office, rest):
    change = office.approved("r1", "r2")
    held = office.claimed(change)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    office.finished(held, State.FAILED)
    answer = rest("engineer", "post", f"/changes/{change.id}/rerun", json={"reason": "once more"})
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed")
    assert [one["device_id"] for one in answer.json()["plan"]["targets"]] == [office.ids["r2"]]


def test_a_rerun_with_half_a_window_is_refused(office, rest):
    change = office.paused("r1")
    body = {"reason": "again", "window_start": office.clock.at.isoformat()}
    answer = rest("engineer", "post", f"/changes/{change.id}/rerun", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
