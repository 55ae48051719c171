"""However a lab of real devices ends, nothing of it stays."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import real
from lab.real import plans
from lab.real.slots import RUN
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("real_lab")]

HOLD = """
import time
from lab import real
with real.up(routers=1, servers=0) as devices:
    print(devices[0].address, flush=True)
    time.sleep(600)
"""


class Mishap(Exception):
    pass


@dataclass(frozen=True)
class Traces:
    """What the host sees of a lab: processes, interfaces by their number, its folder."""

    processes: frozenset[Path]
    interfaces: frozenset[str]
    folder: Path

    @property
    def are_of_one_machine(self):
        """At least its maker and its first process; a fork of that may just be seen too."""
        return len(self.processes) >= 2 and len(self.interfaces) == 1

    def are_gone(self):
        """The kernel takes namespaces away a moment after their last process."""
        until = time.monotonic() + 10
        while any(one.exists() for one in self.processes) or self.interfaces & set(numbers()):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


def traces_of(address):
    slot = address.split(".")[2]
    folder = RUN / slot
    return Traces(
        processes=frozenset(
            one.parent for one in Path("/proc").glob("[0-9]*/cmdline") if f"{folder}/" in said(one)
        ),
        interfaces=frozenset(numbers(f"tt{slot}m*")),
        folder=folder,
    )


def said(file):
    try:
        return file.read_text()
    except OSError:
        return ""


def numbers(name="*"):
    return [said(one) for one in Path("/sys/class/net").glob(f"{name}/ifindex")]


def fail_in_a_lab(seen):
    with real.up(routers=0, servers=1) as (server,):
        seen.append(traces_of(server.address))
        raise Mishap


def test_two_labs_run_side_by_side(real_lab):
    with real.up(routers=1, servers=0) as (router,):
        assert router.address != real_lab[0].address
        assert router.run("show version").startswith("FRRouting")
        assert real_lab[0].run("show version").startswith("FRRouting")


def test_a_lab_ends_when_its_block_fails():
    seen = []
    with pytest.raises(Mishap):
        fail_in_a_lab(seen)
    assert seen[0].are_of_one_machine
    assert seen[0].are_gone()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_lab_ends_with_its_killed_maker_and_the_next_sweeps_its_folder(how):
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as maker:
        traces = traces_of(maker.stdout.readline().strip())
        mark = traces.folder / "of-the-killed"
        mark.touch()
        maker.send_signal(how)
    assert traces.are_of_one_machine
    assert traces.are_gone()
    with real.up(routers=0, servers=0):
        assert not mark.exists()


def test_a_machine_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setitem(plans.ROLES, "linux", "nothing")
    with pytest.raises(RuntimeError, match=r"real-server1 did not start: .*nothing\.sh"):
        real.up(routers=0, servers=1).__enter__()


def test_devices_that_do_not_start_are_no_devices_but_a_reason(monkeypatch):
    monkeypatch.setitem(plans.ROLES, "linux", "nothing")
    with real.try_up(routers=0, servers=1) as tried:
        assert tried.devices == ()
        assert tried.why_not.startswith("real-server1 did not start: ")
