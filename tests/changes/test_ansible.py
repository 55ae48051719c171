"""Ansible itself, on this machine: what it gets, what it tells, how it ends."""

import json
from contextlib import suppress

import psutil
import pytest

from changes import ansible
from changes.ansible import Diffed, Told
from changes.errors import AnsibleUnavailable, InvalidVariables
from changes.playbooks import playbook
from changes.run_folder import Host
from inventory.drivers.login import Login

META = """
title: Ours
risk: none
platforms: [cisco_ios]
check_mode: true
rollback: {how: [none], words: It changes nothing.}
verification: none_expected
inputs:
  type: object
  additionalProperties: false
  properties: {waiting: {type: boolean}, failing: {type: boolean}}
"""
OURS = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Show
      ansible.builtin.command: env
      changed_when: false
    - name: Wait
      ansible.builtin.pause: {seconds: 30}
      when: waiting | default(false)
    - name: Fail
      ansible.builtin.fail: {msg: as asked}
      when: failing | default(false)
"""


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "books" / "ours"
    folder.mkdir(parents=True)
    (folder / "playbook.yml").write_text(OURS)
    (folder / "meta.yml").write_text(META)
    return playbook("ours", tmp_path / "books")


def host(name="r1", **variables):
    login = Login(
        hostname=name, address="127.0.0.2", platform="cisco_ios", username="admin",
        password="hunter2",
    )  # fmt: skip
    return Host(login=login, variables=variables)


def run(book, tmp_path, *hosts, go_on=lambda: True, seconds=60, heard=None, mode="run"):
    told = [] if heard is None else heard
    return ansible.run(
        book, hosts, runs=tmp_path / "runs", forks=2, seconds=seconds, tell=told.append,
        go_on=go_on, mode=mode,
    )  # fmt: skip


def test_a_run_sees_neither_this_process_secrets_nor_leaves_its_own(book, tmp_path, monkeypatch):
    monkeypatch.setenv("NETOPS_PASSWORD", "hunter3")
    heard = []
    result = run(book, tmp_path, host(), heard=heard)
    assert (result.status, result.failed) == ("successful", frozenset())
    shown = next(one.text for one in heard if one.task == "Show" and one.status == "ok")
    assert "TRIMTAB_LOGINS=" in shown
    assert "hunter" not in shown
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_host_that_fails_is_named_and_the_other_is_not(book, tmp_path):
    heard = []
    result = run(book, tmp_path, host("r1", failing=True), host("r2"), heard=heard)
    assert (result.status, result.failed) == ("failed", frozenset({"r1"}))
    assert [one.text for one in heard if one.status == "failed"] == ["as asked"]


def processes_at_home_in(folder):
    """What was started with a home below the folder, and still lives."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("HOME", "").startswith(f"{folder}/"):
                found.append(process)
    return found


@pytest.mark.slow
def test_a_run_that_may_not_go_on_is_killed(book, tmp_path):
    heard = []

    def until_shown():
        return not any(one.task == "Show" and one.status == "ok" for one in heard)

    result = run(book, tmp_path, host(waiting=True), go_on=until_shown, heard=heard)
    assert (result.status, list((tmp_path / "runs").iterdir())) == ("canceled", [])
    assert processes_at_home_in(tmp_path) == []


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_ended(book, tmp_path):
    assert run(book, tmp_path, host(waiting=True), seconds=3).status == "timeout"
    assert processes_at_home_in(tmp_path) == []


def test_variables_that_do_not_fit_start_nothing(tmp_path):
    with pytest.raises(InvalidVariables, match="correct_drift cannot take"):
        run(playbook("correct_drift"), tmp_path, host(trimtab_lines="ntp server 10.0.0.1"))
    assert not (tmp_path / "runs").exists()


def test_a_disk_that_takes_no_folder_is_an_error_of_ours(book, tmp_path):
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(AnsibleUnavailable, match="could not do its work"):
        run(book, tmp_path, host())


def told(result, kind="runner_on_ok", **more):
    facts = {"host": "r1", "task": "Type", "res": result}
    return ansible._told({"event": kind, "event_data": facts, **more})


def test_what_a_device_said_is_told_as_text_that_a_database_takes():
    assert told({"msg": "typed", "stdout": "a\x00b \ud800"}) == Told(
        kind="runner_on_ok", host="r1", task="Type", status="ok", text="typed\nab ?"
    )


def test_what_ansible_says_of_no_interest_is_not_told():
    assert told({}, kind="runner_on_start") is None


def test_an_event_without_facts_is_told_with_what_ansible_printed():
    event = {"event": "playbook_on_stats", "event_data": None, "stdout": "PLAY RECAP"}
    assert ansible._told(event) == Told(
        kind="playbook_on_stats", host="", task="", status="recap", text="PLAY RECAP"
    )


def test_a_very_long_answer_is_cut():
    assert len(told({"stdout": "x" * 50_000}).text) == ansible.LONGEST


def test_differences_are_told_aside_and_in_no_text():
    one = {"before": "old\n", "after": "new\n", "before_header": "/etc/motd"}
    loop = {"results": [{"diff": [one]}, {"diff": {"prepared": "+ line"}}, "skipped"]}
    assert told(loop).diffs == (
        Diffed(place="/etc/motd", before="old\n", after="new\n"), Diffed(prepared="+ line"),
    )  # fmt: skip
    assert told({"diff": one}).text == ""


def test_refused_lines_and_who_refused_them_are_told():
    answer = told({"refused": ["frobnicate"], "how": "config session"}, kind="runner_on_failed")
    assert (answer.status, answer.refused, answer.how) == (
        "failed", ("frobnicate",), "config session",
    )  # fmt: skip


SESSION = {
    "hostname": "r1", "platform": "cisco_ios", "driver": "netmiko", "purpose": "push",
    "begun_at": "2026-11-26T06:30:00+00:00", "ended_at": "2026-11-26T06:30:01+00:00",
    "commands": ["show clock"],
}  # fmt: skip


@pytest.mark.parametrize(("action", "count"), [("trimtab_lines", 1), ("copy", 0), (None, 0)])
def test_sessions_are_told_by_actions_of_ours_only(action, count):
    facts = {
        "host": "r1",
        "task": "Type",
        "task_action": action,
        "res": {"sessions": json.dumps([SESSION])},
    }
    found = ansible._told({"event": "runner_on_ok", "event_data": facts})
    assert [one.held.commands for one in found.sessions] == [("show clock",)] * count
