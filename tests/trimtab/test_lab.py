"""`trimtab lab up`: what it tells, how it ends, and what it leaves: nothing."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab import real
from lab.real import Tried
from trimtab.cli import app as program

TRIMTAB = Path(sys.executable).parent / "trimtab"
UP = ["lab", "up", "--devices", "2", "--port", "0", "--json"]


@pytest.fixture
def possible():
    reason = real.available()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture
def up():
    """Starts the command; returns it with what it told."""
    started = []

    def up(*options):
        running = subprocess.Popen([TRIMTAB, *UP, *options], stdout=subprocess.PIPE, text=True)
        started.append(running)
        return running, json.loads(running.stdout.readline())

    yield up
    for running in started:
        running.kill()
        running.communicate()


def test_the_simulated_devices_are_told_with_their_passwords_until_a_signal(up):
    running, told = up()
    assert [(one["hostname"], one["username"], one["key_file"]) for one in told] == [
        ("site1-core01", "admin", None), ("site1-core02", "admin", None),
    ]  # fmt: skip
    running.send_signal(signal.SIGINT)
    assert running.wait(20) == 0


def test_more_platforms_are_there_when_asked_for(up):
    _, told = up("--platforms", "juniper_junos", "--platforms", "cisco_xr")
    assert [(one["hostname"], one["platform"]) for one in told[2:]] == [
        ("site1-junos01", "juniper_junos"), ("site1-xr02", "cisco_xr"),
    ]  # fmt: skip


def test_an_unknown_platform_of_the_lab_is_refused():
    done = CliRunner().invoke(program, [*UP, "--platforms", "telex"])
    assert "'telex' is no platform of the lab" in done.stderr


@pytest.mark.real
@pytest.mark.usefixtures("possible")
def test_real_devices_are_reached_with_the_key_file_that_is_told_and_end_with_it(up):
    running, told = up("--real")
    key = Path(told[-1]["key_file"])
    assert [(one["hostname"], one["username"]) for one in told[2:]] == [
        ("real-router1", "netops"), ("real-router2", "netops"), ("real-server1", "root"),
    ]  # fmt: skip
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    address = told[-1]["address"].removesuffix(":22")
    said = subprocess.run(
        ["/usr/bin/ssh", "-F", "/dev/null", "-i", key, "-o", "StrictHostKeyChecking=no",
         "-o", "UserKnownHostsFile=/dev/null", f"root@{address}", "hostname"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "real-server1\n"
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    assert not key.exists()


def test_where_real_devices_are_not_possible_the_command_says_why(monkeypatch):
    monkeypatch.setattr(real.fleet, "available", lambda: "Real devices need root: do this.")
    done = CliRunner().invoke(program, [*UP, "--real"])
    assert done.exit_code != 0
    assert "Real devices need root: do this." in done.stderr


def test_the_reason_names_what_to_install(monkeypatch):
    monkeypatch.setattr(real.fleet, "available", lambda: "Real devices need vtysh (frr).")
    with real.try_up() as tried:
        assert tried == Tried(why_not="Real devices need vtysh (frr).")
