"""Previews: what a change would do, told by the devices or computed, and nothing changed."""

import pytest

from changes import playbooks, preview
from changes.ansible import Diffed, Told
from changes.errors import AnsibleUnavailable, StaleDigest, WrongState
from changes.plans import TargetPlan
from changes.preview import DevicePreview
from core.errors import NotPermitted
from lab import generate
from lab.network import Fault
from tests.changes.floor import typed_since

BIRD = "description of a {{ 7 * 7 }} bird"


def rehearse(floor, change, *, by="engineer"):
    with floor.house.acting(getattr(floor.house, by)) as ctx:
        return preview.preview(ctx, change.id)


@pytest.mark.slow
def test_ios_is_computed_eos_is_asked_and_neither_changes(floor):
    ios, eos = floor.devices[:2]
    change = floor.requested(ios, eos, lines=["interface Loopback0", f" {BIRD}"])
    before = [(one.running(), one.startup) for one in (ios, eos)]
    marks = len(ios.journal), len(eos.journal)
    computed, asked = rehearse(floor, change)
    assert computed == DevicePreview(
        device_id=floor.house.ids[ios.hostname], hostname=ios.hostname, how="computed",
        diff=f"+ interface Loopback0 / {BIRD}",
    )  # fmt: skip
    assert (asked.hostname, asked.how, asked.refused, asked.problem) == (
        eos.hostname, "config session", (), "",
    )  # fmt: skip
    assert f"\n+   {BIRD}\n" in asked.diff
    assert [(one.running(), one.startup) for one in (ios, eos)] == before
    assert typed_since(ios, marks[0]) == []
    session = [one.line for one in list(eos.journal)[marks[1] :] if "session" in one.line]
    assert session[0].startswith("configure session trimtab-")
    assert session[-1] == f"{session[0]} abort"
    assert (eos.sessions, floor.now(change).state) == ({}, "proposed")


@pytest.mark.slow
def test_lines_that_an_eos_device_refuses_are_named_and_the_session_is_aborted(floor):
    eos = floor.devices[1]
    change = floor.requested(eos, lines=["ntp server 10.9.9.9", "frobnicate the widget"])
    before = eos.running()
    (told,) = rehearse(floor, change)
    assert (told.refused, told.how) == (("frobnicate the widget",), "config session")
    assert (eos.running(), eos.sessions) == (before, {})


@pytest.mark.slow
def test_a_device_that_cannot_be_asked_is_named_beside_one_that_can(floor):
    silent, other = floor.devices[2], floor.devices[1]
    change = floor.requested(silent, other)
    silent.faults.add(Fault.REFUSED_LOGIN)
    refused, asked = rehearse(floor, change)
    assert (refused.how, refused.diff, asked.problem) == (None, "", "")
    assert silent.hostname in refused.problem


@pytest.mark.slow
def test_a_preview_is_recorded_and_shows_no_secret(floor):
    eos = floor.devices[1]
    change = floor.approved(eos, lines=["no spanning-tree mode mstp"])  # two lines above a secret
    (told,) = rehearse(floor, change)
    assert "username admin privilege 15 role network-admin secret sha512 <secret:" in told.diff
    assert "$6$" not in told.diff
    ((facts,),) = floor.sql(
        "SELECT facts FROM audit_record WHERE action = 'change.previewed' AND subject_id = :id",
        id=str(change.id),
    )
    assert facts == {
        "digest": change.digest,
        "devices": {eos.hostname: "config session"},
        "refused": [],
    }
    assert floor.now(change).state == "approved"
    assert generate.PASSWORD not in told.diff


SERVER = TargetPlan(
    device_id=1, hostname="s1", platform="linux", pre_state="", lines=(), rollback=(), files=(),
    rollback_files=(), declared=(),
)  # fmt: skip
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\nhunter3\n-----END OPENSSH PRIVATE KEY-----\n"


def test_a_servers_difference_shows_neither_passwords_nor_parts_of_a_key():
    before = f"listen 80\npassword = hunter2\n{KEY}"
    told = Told(
        kind="runner_on_ok", host="s1", task="Put files in place", status="ok", text="",
        diffs=(Diffed(place="/etc/app", before=before, after=f"listen 81\n{KEY}"),),
    )  # fmt: skip
    found = preview._device(SERVER, [told], b"key")
    assert (found.how, found.problem) == ("check mode", "")
    assert found.diff.splitlines()[:2] == ["--- /etc/app", "+++ /etc/app"]
    assert {"-listen 80", "+listen 81"} <= set(found.diff.splitlines())
    assert "hunter" not in found.diff


def test_a_device_that_ansible_did_not_speak_of_is_named():
    assert preview._device(SERVER, [], b"key").problem == "Ansible said nothing of it"


@pytest.mark.parametrize("who", ["approver", "auditor"])
def test_who_may_not_collect_a_device_previews_nothing_on_it(floor, who):
    with pytest.raises(NotPermitted, match=r"device\.collect"):
        rehearse(floor, floor.requested(floor.devices[0]), by=who)


def test_a_change_that_is_over_is_not_previewed(floor):
    change = floor.requested(floor.devices[0])
    floor.stop(change)
    with pytest.raises(WrongState, match="nothing to preview"):
        rehearse(floor, change)


def test_a_plan_whose_playbook_was_edited_is_not_previewed(floor, monkeypatch, tmp_path):
    change = floor.requested(floor.devices[0])
    copy = playbooks.shelve(tmp_path)
    (copy / "tasks" / "lines.yml").write_text("[]\n")
    monkeypatch.setattr("changes.preview.shelve", lambda place: playbooks.shelve(place, copy))
    mark = len(floor.devices[0].journal)
    with pytest.raises(StaleDigest, match="Renew the plan"):
        rehearse(floor, change)
    assert len(floor.devices[0].journal) == mark


@pytest.mark.slow
def test_a_preview_that_takes_too_long_is_given_up(floor, monkeypatch):
    change = floor.requested(floor.devices[0])
    floor.devices[0].faults.add(Fault.SLOW)
    monkeypatch.setattr(preview, "SECONDS", 1)
    with pytest.raises(AnsibleUnavailable, match="ended as timeout"):
        rehearse(floor, change)
