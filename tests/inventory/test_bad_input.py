"""Bad input at the command line: one line that says what to do, and nothing lost."""

import json

import pytest

from core.actor import Actor, Origin
from core.context import utc_now
from drift import baselines
from inventory.devices import by_hostname
from inventory.snapshots import latest
from lab.network import Fault
from tests.inventory.conftest import add

HEADER = "hostname,site,platform,address,credential,port\n"


@pytest.fixture
def device(ready, lab):
    """A device that was collected once, as recorded in the CMDB; its name is `hostname`."""
    there = lab.devices[1]
    add(ready, there)
    ready("collect", there.hostname)
    return there


def told(run, *words, code):
    return json.loads(run(*words, "--json", code=code))


def events(run):
    return [(one["kind"], one["severity"]) for one in told(run, "event", "list", code=0)]


def snapshots(run):
    return told(run, "snapshot", "list", "--source", "running", code=0)


def refused(run, *words, code=2, **values):
    """The one line on standard error; nothing stands on standard output."""
    shown = run(*words, code=code, **values)
    assert shown.startswith("trimtab: ")
    assert shown.count("\n") == 1
    return shown


def test_wrong_credentials_are_an_outcome_with_an_event_and_the_snapshot_stays(
    ready, device, monkeypatch
):
    monkeypatch.setenv("LAB_PASSWORD", "wrong")
    (ended,) = told(ready, "collect", device.hostname, code=1)
    assert ended["outcome"] == "refused"
    assert "refused the login of admin. Check the credential" in ended["detail"]
    assert events(ready) == [("login_refused", "major")]
    assert [one["trusted"] for one in snapshots(ready)] == [True]


def test_an_unreachable_host_is_an_outcome_with_an_event_and_the_others_are_collected(
    ready, lab, device
):
    ready("device", "add", "gone", "--site", "north", "--platform", "arista_eos", "--address",
          lab.devices[2].address, "--port", "1", "--credential", "lab")  # fmt: skip
    ended = {one["hostname"]: one for one in told(ready, "collect", code=1)}
    assert {name: one["outcome"] for name, one in ended.items()} == {
        "gone": "unreachable",
        device.hostname: "collected",
    }
    assert "Check the address, the port and the route" in ended["gone"]["detail"]
    assert events(ready) == [("unreachable", "minor")]


def test_a_changed_host_key_is_an_event_and_no_password_is_sent(ready, lab, device):
    logins = device.logins
    lab.set_fault(device, Fault.NEW_HOST_KEY)
    (ended,) = told(ready, "collect", device.hostname, code=1)
    assert ended["outcome"] == "host_key_changed"
    assert "trimtab device forget-key" in ended["detail"]
    assert events(ready) == [("host_key_changed", "critical")]
    assert device.logins == logins  # the device counts every password that it is offered


def test_a_device_with_another_hostname_is_kept_aside(ready, lab, device):
    lab.set_fault(device, Fault.WRONG_PROMPT)
    (ended,) = told(ready, "collect", device.hostname, code=1)
    assert ended["outcome"] == "untrusted"
    assert f"calls itself somebody-else, recorded is {device.hostname}" in ended["detail"]
    assert [one["trusted"] for one in snapshots(ready)] == [False, True]


def test_an_incomplete_capture_gives_no_drift_and_no_baseline(ready, lab, device, runtime):
    ready("baseline", "approve", device.hostname, "--reason", "first")
    lab.set_fault(device, Fault.CUT_OFF)
    seen = told(ready, "scan", device.hostname, code=1)
    aside, whole = snapshots(ready)
    assert (seen["outcomes"], events(ready)) == (
        {"untrusted": 1}, [("untrusted_capture", "minor")],
    )  # fmt: skip
    assert (aside["trusted"], whole["trusted"]) == (False, True)
    assert told(ready, "drift", "list", "--state", "all", code=0) == []
    said = refused(ready, "baseline", "approve", device.hostname, "--reason", "r", "--snapshot",
                   str(aside["id"]), code=5)  # fmt: skip
    assert "kept aside as untrusted" in said
    reader = Actor(name="reader", granted=frozenset({"device.read", "snapshot.read"}))
    runtime.now = utc_now  # the command line's clock
    with runtime.context(reader, Origin(door="cli")) as ctx:
        row = by_hostname(ctx, device.hostname)
        assert baselines.baseline_for(ctx, row.id).snapshot_id == whole["id"]
        assert latest(ctx, row.id).id == whole["id"]


def test_a_configuration_that_is_not_text_is_kept_aside(ready, device):
    device.replace(device.running() + "alias bell \x0e\n", username="console")
    (ended,) = told(ready, "collect", device.hostname, code=1)
    assert ended["outcome"] == "untrusted"
    assert "not_text: " in ended["detail"]
    assert [one["trusted"] for one in snapshots(ready)] == [False, True]


def test_a_baseline_file_that_is_not_text_is_refused(ready, device, tmp_path):
    file = tmp_path / "intended.txt"
    file.write_bytes(b"hostname a\n\xff\n")
    said = refused(ready, "baseline", "set", device.hostname, str(file), "--reason", "r")
    assert "is no UTF-8 text (byte 11)" in said
    file.write_bytes(b"hostname a\n\x00\n")
    refused(ready, "baseline", "set", device.hostname, str(file), "--reason", "r")
    assert told(ready, "baseline", "list", code=0) == []


def test_an_unknown_platform_is_refused_with_those_known(ready):
    said = refused(ready, "device", "add", "r1", "--site", "north", "--platform", "cisco_iso",
                   "--address", "10.0.0.1", "--credential", "lab")  # fmt: skip
    assert "'cisco_iso' is no platform" in said
    assert "cisco_ios" in said
    assert told(ready, "device", "list", code=0) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEADER + "r1,north,frr,10.1.1.1,lab,22\nr2,north,frr,10.1.1.2,lab,ssh\n",
         "line 3, column port: 'ssh' is no number"),
        (HEADER + "r1,north,frr,10.1.1.1,lab,22\nr2,north,frr\n", "line 3, column platform: 3 "),
        (HEADER + 'r1,north,frr,10.1.1.1,lab,22\nr2,"north', "line 3, column -: "),
    ],
)  # fmt: skip
def test_a_malformed_csv_names_line_and_column_and_imports_nothing(ready, tmp_path, text, place):
    file = tmp_path / "devices.csv"
    file.write_text(text)
    assert place in refused(ready, "device", "import", str(file))
    assert told(ready, "device", "list", code=0) == []


def test_a_csv_that_is_not_text_is_refused(ready, tmp_path):
    file = tmp_path / "devices.csv"
    file.write_bytes(HEADER.encode() + b"r\xff")
    assert "is no UTF-8 text (byte 48)" in refused(ready, "device", "import", str(file))


def test_a_folder_is_no_csv_file(ready, tmp_path):
    assert "Is a directory" in refused(ready, "device", "import", str(tmp_path))
