"""The first and the last change of a device over REST."""

from tests.changes.lifecycle.conftest import SHUT
from tests.changes.office import LINES


def test_a_device_is_commissioned(life, rest):
    life.put("r1", state="planned")
    path = f"/devices/{life.office.ids['r1']}/commission"
    answer = rest("engineer", "post", path, json={"reason": "new", "commands": LINES})
    assert (answer.status_code, answer.json()["kind"]) == (201, "commission")


def test_an_active_device_is_not_commissioned(life, rest):
    path = f"/devices/{life.office.ids['r1']}/commission"
    answer = rest("engineer", "post", path, json={"reason": "new", "commands": LINES})
    assert (answer.status_code, answer.json()["code"]) == (409, "device_not_active")


def test_a_device_goes_from_its_last_change_to_its_retirement(life, rest):
    path = f"/devices/{life.office.ids['r1']}"
    told = {"reason": "old", "commands": SHUT}
    asked = rest("engineer", "post", f"{path}/decommission", json=told).json()
    life.succeed(type("Change", (), {"id": asked["id"]}))
    kinds = [one["kind"] for one in rest("auditor", "get", f"{path}/remains").json()]
    refused = rest("engineer", "post", f"{path}/finish").json()["code"]
    life.end_login()
    steps = [rest("engineer", "post", f"{path}/{one}").json()["state"]
             for one in ("letting-go", "finish")]  # fmt: skip
    assert (kinds, refused, steps) == (
        ["credential"], "device_referred_to", ["active", "retired"],
    )  # fmt: skip


def test_a_device_is_retired_in_spite_of_an_open_change_only_when_that_is_said(life, rest):
    life.office.requested("r1")
    path, told = f"/devices/{life.office.ids['r1']}/retirement", {"reason": "burnt"}
    refused = rest("engineer", "post", path, json=told)
    assert (refused.status_code, refused.json()["code"]) == (409, "device_referred_to")
    done = rest("engineer", "post", path, json=told | {"open_changes": "leave"}).json()
    assert (done["state"], [one["kind"] for one in done["remains"]]) == (
        "retired", ["change", "credential"],
    )  # fmt: skip
