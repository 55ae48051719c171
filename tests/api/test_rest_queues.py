"""Queues near the devices over REST."""

import pytest


@pytest.fixture
def client(rest):
    return rest("admin")


@pytest.fixture
def unit(client):
    """A unit of its own: a queue of everybody's would take their jobs."""
    client.post("/units", json={"code": "far", "name": "Far", "parent_code": "ops"})
    return "far"


def test_a_queue_is_made_shown_given_a_role_and_removed(client, unit):
    body = {"name": "far", "unit_code": unit, "if_away": "move:15m"}
    made = client.post("/queues", json=body)
    assert (made.status_code, made.json()["away_seconds"]) == (201, 900)
    path = f"/queues/{made.json()['id']}"
    shown = client.get(path).json()
    assert (shown["workers"], shown["waiting"], shown["running"]) == ([], 0, 0)
    given = client.post(f"{path}/role").json()
    assert given["role"].endswith("_far")
    listed = client.get("/queues").json()["items"]
    assert [one["role_name"] for one in listed if one["name"] == "far"] == [given["role"]]
    assert client.post(f"{path}/handover").json() == {"moved": 0}
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_an_engineer_makes_no_queue(rest, unit):
    answer = rest("engineer").post("/queues", json={"name": "mine", "unit_code": unit})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
