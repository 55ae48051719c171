"""The demonstration as a program: what it comes to, whom it shows, and that nothing of it stays."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from lab import real
from lab.real import RealDevice, Tried
from trimtab.demo.fleet import told

TRIMTAB = Path(sys.executable).parent / "trimtab"
BEGUN = "Discover: who answers"

pytestmark = pytest.mark.slow


@pytest.fixture
def demo():
    """Starts a demonstration in a home that PostgreSQL's unprivileged user can enter."""
    home = Path(tempfile.mkdtemp(prefix="trimtab-demo-"))
    home.chmod(0o755)
    running = subprocess.Popen(
        [TRIMTAB, "demo", "--exit", "--json"], env=os.environ | {"TRIMTAB_HOME": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield running
    running.kill()
    running.communicate()
    shutil.rmtree(home)


def machines():
    return 3 if real.available() is None else 0


def family(running):
    """The program's processes, machines of real devices and PostgreSQL among them."""
    parent = psutil.Process(running.pid)
    home = parent.environ()["TRIMTAB_HOME"]
    return [*parent.children(recursive=True),
            *(one for one in psutil.process_iter(["cmdline"]) if home in " ".join(
                one.info["cmdline"] or ()))]  # fmt: skip


def spaces(processes):
    """The network namespaces that these live in, but for this one."""
    found = set()
    for process in processes:
        try:
            found.add(Path(f"/proc/{process.pid}/ns/net").readlink())
        except OSError:
            continue
    return found - {Path("/proc/self/ns/net").readlink()}


def gone(processes):
    return psutil.wait_procs(processes, timeout=15)[1] == []


def test_the_whole_story_comes_out_and_tells_of_the_real_devices(demo):
    output, error = demo.communicate(timeout=180)
    assert demo.returncode == 0, error
    ending = json.loads(output)
    counted = {name: ending.pop(name) for name in ("seconds", "audit_records", "snapshots")}
    assert ending == {
        "devices": 20 + machines(), "findings": 3, "unauthorised": 2, "authorised": 1,
        "changes_executed": 1, "verified": True, "audit_ok": True, "pack_proven": True,
    }  # fmt: skip
    assert all(counted.values())
    assert ("3 real devices added" if machines() else "No real devices in this story") in error


def test_a_story_ended_in_the_middle_leaves_no_process_and_no_namespace(demo):
    while BEGUN not in demo.stderr.readline():
        assert demo.poll() is None
    alive = family(demo)
    begun = spaces(alive)
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=90)
    assert demo.returncode == 128 + signal.SIGTERM
    assert (len(begun), bool(alive)) == (machines(), True)
    assert gone(alive)
    assert not begun & spaces(psutil.process_iter())


def test_the_story_names_each_real_device():
    one = RealDevice(
        hostname="real-router1", platform="frr", address="198.18.0.2", port=22, key="k",
        username="netops", host_key="h", site="real",
    )  # fmt: skip
    assert told(Tried(devices=(one,))) == "1 real devices added: real-router1 (frr, 198.18.0.2)"


def test_without_real_devices_the_story_says_why():
    reason = "Real devices need root for network namespaces."
    assert told(Tried(why_not=reason)) == f"No real devices in this story. {reason}"
