"""A change that really ran on devices of the lab, as a pack that a stranger checks."""

import subprocess
import sys
from io import BytesIO

import pytest

from changes.packs.making import make
from changes.packs.model import OfChange, OfDevice
from tests.changes.packs.opened import Pack

pytestmark = pytest.mark.slow


@pytest.fixture
def change(floor):
    """A change of all devices of the lab that ran to its end."""
    change = floor.approved(*floor.devices)
    floor.execute(change)
    return change


@pytest.fixture
def home(floor):
    """Make a pack as the house's auditor."""

    def taken(wanted) -> Pack:
        target = BytesIO()
        with floor.house.acting(floor.house.auditor) as ctx:
            made = make(ctx, wanted, target)
        return Pack(made=made, content=target.getvalue())

    return taken


@pytest.fixture
def checked(tmp_path):
    """What the program in a pack says of the pack, with nothing of ours beside it."""

    def run(told):
        (tmp_path / "pack.zip").write_bytes(told.content)
        (tmp_path / "verify_evidence.py").write_bytes(told.read("verify_evidence.py"))
        log = told.json("manifest.json")["log"]
        words = [sys.executable, "-I", "verify_evidence.py", "pack.zip", "--log", log]
        done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    return run


def test_a_pack_of_a_change_that_ran_is_whole(floor, change, home, checked):
    told = home(OfChange(change_id=change.id))
    assert checked(told).endswith("VERIFIED\n")
    texts = [one for one in told.folder("configurations") if one.endswith(".txt")]
    assert len(texts) == 2 * len(floor.devices)
    assert len(told.folder("executions")) == 1
    assert told.folder("plans") == [f"{change.digest}.json"]
    assert {"change.verified", "execution.event", "session.held"} <= set(told.actions)


def test_its_report_tells_what_was_sent_to_each_device_and_what_was_said(floor, change, home):
    page = home(OfChange(change_id=change.id)).read("report.html").decode()
    assert "What was sent, and what was said" in page
    for device in floor.devices:
        assert f"Sent to {device.hostname} on" in page


def test_its_configurations_differ_from_the_devices_in_secrets_only(change, home):
    told = home(OfChange(change_id=change.id))
    names = told.folder("configurations")
    texts = {one.removesuffix(".txt") for one in names if one.endswith(".txt")}
    leaves = {one.removesuffix(".redaction.json") for one in names if one.endswith(".json")}
    assert leaves == texts


def test_a_pack_of_one_of_its_devices_is_whole_too(floor, change, home, checked):
    device = floor.devices[0].hostname
    told = home(OfDevice(hostname=device))
    assert checked(told).endswith("VERIFIED\n")
    runs = {f"{one['execution']}.jsonl" for one in told.records if one["change"] == change.id}
    assert runs
    assert not runs & set(told.folder("executions"))
    subjects = {one["subject"]["label"] for one in told.records}
    assert device in subjects
    assert not subjects & {one.hostname for one in floor.devices[1:]}
