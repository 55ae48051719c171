"""Search and blame over REST."""

import pytest


@pytest.fixture
def hostname(world):
    return world.device_name


def test_the_current_configurations_are_searched(rest, world, hostname):
    told = rest("auditor").get(
        "/snapshots/search", params={"pattern": f"^hostname {hostname}$", "how": "regex"}
    ).json()  # fmt: skip
    assert told["ended"] == "all"
    [hit] = told["hits"]
    assert (hit["device_id"], hit["hostname"], hit["number"]) == (world.device_id, hostname, 1)
    assert (hit["line"], hit["section"]) == (f"hostname {hostname}", [])


@pytest.mark.parametrize(
    "params", [{"pattern": "("}, {"pattern": ""}, {}, {"pattern": "a\nb"}, {"pattern": "a" * 2000}]
)
def test_what_cannot_be_searched_for_is_refused(rest, params):
    answer = rest("auditor").get("/snapshots/search", params={"how": "regex", **params})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_each_line_of_a_device_is_told_since_when_it_stands_there(rest, world, hostname):
    lines = rest("auditor").get(f"/devices/{world.device_id}/blame").json()
    assert [one["number"] for one in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["text"] == f"hostname {hostname}"
    assert (lines[0]["at_latest"], lines[0]["cause"]) == (False, None)


def test_one_section_is_told(rest, world):
    path = f"/devices/{world.device_id}/blame"
    lines = rest("auditor").get(path, params={"section": "interface Gi0/1"}).json()
    assert {tuple(one["section"]) for one in lines} == {(), ("interface Gi0/1",)}


def test_an_older_snapshot_is_told_as_it_was(rest, world):
    old = world.drifted.snapshot_ids[0]
    path = f"/devices/{world.device_id}/blame"
    lines = rest("auditor").get(path, params={"snapshot_id": old}).json()
    assert {one["snapshot_id"] for one in lines} == {old}
    assert "ntp server 10.0.0.1" in {one["text"] for one in lines}


def test_a_snapshot_of_another_device_is_refused(rest, world, drifted):
    path = f"/devices/{world.device_id}/blame"
    answer = rest("auditor").get(path, params={"snapshot_id": drifted.snapshot_ids[1]})
    assert (answer.status_code, answer.json()["facts"]) == (422, {"field": "snapshot_id"})


def test_who_may_not_read_snapshots_searches_nothing(rest, world):
    client = rest("stranger")
    for path in ("/snapshots/search?pattern=x", f"/devices/{world.device_id}/blame"):
        assert client.get(path).status_code == 403
