"""The inventory's commands, as a person types them."""

import json

import pytest
from typer.testing import CliRunner

from tests.inventory.conftest import add
from trimtab.cli import app


def test_sites_and_credentials_are_added_and_listed(ready):
    assert json.loads(ready("site", "list", "--json")) == [
        {"code": "north", "name": "North", "unit": "ops", "max_sessions": None, "jump": None}
    ]
    assert json.loads(ready("credential", "list", "--json")) == [
        {"name": "lab", "username": "admin", "password": "env:LAB_PASSWORD", "enable": None,
         "key": None}
    ]  # fmt: skip


def test_a_secret_is_kept_and_only_its_reference_shown(ready):
    shown = ready("credential", "secret", "router", input="hunter2\nhunter2\n")
    assert "db:router" in shown
    assert "hunter2" not in shown


def test_a_device_is_added_collected_shown_and_retired(ready, lab):
    device = lab.devices[1]
    assert json.loads(add(ready, device))["driver"] == "netmiko"
    (ended,) = json.loads(ready("collect", "--json"))
    assert (ended["hostname"], ended["outcome"]) == (device.hostname, "collected")
    shown = json.loads(ready("device", "show", device.hostname, "--json"))
    assert (shown["outcome"], shown["model"], shown["state"]) == ("changed", "LAB-EOS-48", "active")
    assert {one["peer"] for one in json.loads(
        ready("device", "neighbours", device.hostname, "--json"))
    } == {one.peer for one in device.neighbours}  # fmt: skip
    ready("device", "state", device.hostname, "maintenance")
    gone = json.loads(ready("device", "retire", device.hostname, "--reason", "sold", "--json"))
    assert (gone["state"], "its lldp neighbour" in " ".join(gone["remains"])) == ("retired", True)
    assert json.loads(ready("device", "list", "--state", "active", "--json")) == []


def test_a_collection_that_failed_exits_with_1(ready, lab, monkeypatch):
    add(ready, lab.devices[1])
    monkeypatch.setenv("LAB_PASSWORD", "wrong")
    shown = ready("collect", lab.devices[1].hostname, "--json", code=1)
    assert json.loads(shown)[0]["outcome"] == "refused"


def test_snapshots_are_listed_shown_and_compared(ready, lab):
    device = lab.devices[1]
    add(ready, device)
    ready("collect")
    lab.apply(device, ["ntp server 10.9.9.9"])
    ready("collect")
    listed = json.loads(ready("snapshot", "list", device.hostname, "--json"))
    newer, older = [one for one in listed if one["source"] == "running"]
    assert "hostname" in ready("snapshot", "show", str(newer["id"]))
    told = json.loads(
        ready("snapshot", "diff", str(older["id"]), str(newer["id"]), "--json", code=1)
    )
    assert "+ntp server 10.9.9.9" in told["lines"]
    assert "+ntp server" in ready("snapshot", "diff", str(older["id"]), str(newer["id"]), code=1)
    assert "the same" in ready("snapshot", "diff", str(older["id"]), str(older["id"]))


def test_a_csv_file_is_imported_or_refused_whole(ready, tmp_path):
    file = tmp_path / "devices.csv"
    file.write_text("hostname,site,platform,address,credential\nr1,north,frr,10.1.1.1,lab\n")
    assert [
        one["driver"] for one in json.loads(ready("device", "import", str(file), "--json"))
    ] == ["frr"]
    ready("device", "import", str(file), code=2)
    ready("device", "import", str(tmp_path / "absent.csv"), code=2)
    ready("device", "import", "-", code=2, input="nonsense\n")
    assert len(json.loads(ready("device", "list", "--json"))) == 1


def test_a_host_key_is_forgotten_by_a_person(ready, lab):
    device = lab.devices[1]
    add(ready, device)
    ready("device", "forget-key", device.hostname, "--reason", "none yet", code=4)
    ready("collect")
    said = ready("device", "forget-key", device.hostname, "--reason", "reinstalled")
    assert "is forgotten" in said


@pytest.mark.parametrize("options", ["{", "[]"])
def test_options_that_are_no_object_are_refused(ready, options):
    ready("device", "add", "r1", "--site", "north", "--platform", "frr", "--address", "10.1.1.1",
          "--credential", "lab", "--options", options, code=2)  # fmt: skip


def test_the_platforms_are_listed_without_a_database():
    result = CliRunner().invoke(app, ["device", "platforms", "--json"])
    names = {one["platform"] for one in json.loads(result.output)}
    assert {"cisco_ios", "arista_eos", "frr", "linux", "juniper_junos"} <= names
