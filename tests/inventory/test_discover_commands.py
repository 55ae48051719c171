"""`trimtab discover` as a person types it, against the lab."""

import json

import pytest


@pytest.fixture
def allowed(ready, lab):
    ready("discover", "allow", "127.77.0.0/24", "--unit", "ops", "--credential", "lab",
          "--port", str(lab.devices[0].port), "--site", "north")  # fmt: skip
    return ready


def listed(run, *words):
    return json.loads(run("discover", "list", *words, "--json"))


def test_from_a_seed_to_devices(allowed, lab):
    ended = json.loads(allowed("discover", "crawl", lab.devices[3].address, "--json"))
    assert (ended["state"], ended["found"], ended["identified"]) == ("finished", 4, 4)
    found = listed(allowed)
    assert {one["hostname"] for one in found} == {one.hostname for one in lab.devices}
    adopted = json.loads(
        allowed("discover", "adopt", *(str(one["id"]) for one in found), "--json")
    )  # fmt: skip
    assert {one["site"] for one in adopted} == {"north"}
    assert listed(allowed) == []
    again = json.loads(allowed("discover", "range", "127.77.0.0/29", "--json"))
    assert (again["state"], again["looked"]) == ("finished", 2)


def test_a_range_is_shown_and_withdrawn(allowed, lab):
    (told,) = json.loads(allowed("discover", "ranges", "--json"))
    assert (told["range"], told["credential"], told["allowed_by"]) == (
        "127.77.0.0/24", "lab", "ann",
    )  # fmt: skip
    allowed("discover", "withdraw", "127.77.0.0/24", "--reason", "moved")
    said = allowed("discover", "crawl", lab.devices[0].address, code=3)
    assert "no range that an administrator allowed" in said
    allowed("discover", "range", code=3)


def test_a_candidate_is_ignored_merged_and_reconsidered(allowed, lab):
    allowed("discover", "range", f"{lab.devices[0].address}/32")
    (one,) = listed(allowed)
    key = str(one["id"])
    allowed("discover", "ignore", key, "--reason", "not ours")
    assert [row["state"] for row in listed(allowed, "--state", "all")] == ["ignored"]
    allowed("discover", "reconsider", key, "--reason", "ours")
    allowed("device", "add", "other", "--site", "north", "--platform", "frr", "--address",
            "10.0.0.1", "--credential", "lab")  # fmt: skip
    allowed("discover", "merge", key, "other", "--reason", "its loopback")
    told = json.loads(allowed("discover", "show", key, "--json"))
    assert (told["state"], told["device"]) == ("merged", "other")


def test_a_search_that_is_over_cannot_be_cancelled(allowed):
    allowed("discover", "range", "127.77.0.200/32")
    (run,) = json.loads(allowed("discover", "runs", "--json"))
    allowed("discover", "cancel", str(run["id"]), code=5)


def test_a_dry_run_tells_what_would_become_of_each_and_keeps_nothing(allowed, tmp_path):
    file = tmp_path / "devices.csv"
    file.write_text("hostname,address,platform\nr1,127.77.0.77,ios\nr2,192.0.2.1,ios\n")
    words = ("discover", "import", "csv", str(file), "--unit", "ops", "--adopt")
    told = json.loads(allowed(*words, "--dry-run", "--json"))
    assert [(one["hostname"], one["becomes"], one["changes"]) for one in told] == [
        ("r1", "device", []), ("r2", "waiting", []),
    ]  # fmt: skip
    assert listed(allowed, "--state", "all") == []


def test_other_inventories_are_imported(allowed, tmp_path):
    file = tmp_path / "devices.csv"
    file.write_text("hostname,address,platform\nr1,127.77.0.77,ios\nr2,192.0.2.1,ios\n")
    told = json.loads(
        allowed("discover", "import", "csv", str(file), "--unit", "ops", "--adopt", "--json")
    )
    assert [(one["hostname"], one["state"]) for one in told] == [("r1", "adopted"), ("r2", "found")]
    hosts = tmp_path / "hosts"
    hosts.write_text("r3 ansible_host=127.77.0.78\n")
    told = json.loads(
        allowed("discover", "import", "ansible", str(hosts), "--unit", "ops", "--json")
    )
    assert [(one["hostname"], one["source"]) for one in told] == [("r3", "ansible:hosts")]
    allowed("discover", "import", "netbox", "http://127.0.0.1:9", "--token-ref", "env:HOME",
            "--unit", "ops", code=2)  # fmt: skip
