"""`trimtab serve` as a process: what is killed comes back, and nothing stays when it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from core.actor import Actor, Origin
from core.queue import enqueue
from core.runtime import open_runtime
from core.settings import Settings
from organization.permissions import PostAuthority

PROGRAM = Path(sys.executable).with_name("trimtab")
PLATFORM = Actor(name="tests", granted=frozenset({"schedule.write"}))


@dataclass
class Installation:
    """A home of its own with an embedded server, set up by `trimtab init`."""

    home: Path
    environment: dict[str, str]

    def start(self, *words):
        with (self.home / "log").open("a") as log:
            return subprocess.Popen(
                [PROGRAM, *words], env=self.environment, cwd=self.home, text=True,
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def postmaster(self):
        lock = self.home / "postgres/data/postmaster.pid"
        return int(lock.read_text().split()[0]) if lock.exists() else None

    def runtime(self):
        return open_runtime(Settings(home=self.home, database_url=None), PostAuthority())


@pytest.fixture(scope="module")
def installation():
    home = Path(tempfile.mkdtemp(prefix="trimtab-served-"))
    home.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TRIMTAB_")},
        "TRIMTAB_HOME": str(home), "TRIMTAB_API_PORT": "0", "XDG_CONFIG_HOME": str(home / "config"),
        "TRIMTAB_INIT_PASSWORD": "correct horse battery",
    }  # fmt: skip
    made = Installation(home, environment)
    with made.start("init") as process:
        assert process.wait(timeout=60) == 0, (home / "log").read_text()
    yield made
    shutil.rmtree(home)


@pytest.fixture
def served(installation):
    """A running `trimtab serve --json` and the address that it told."""
    with installation.start("serve", "--json") as process:
        yield process, json.loads(process.stdout.readline())["address"]
        process.terminate()


def wait_for(condition, *, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)


def lives(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def state(runtime, job):
    with runtime.engine.connect() as connection:
        query = text("SELECT status::text FROM procrastinate_jobs WHERE id = :id")
        return connection.scalar(query, {"id": job})


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_its_database_and_nothing_stays(installation, served, number):
    process, address = served
    postmaster = psutil.Process(installation.postmaster())
    family = [*psutil.Process(process.pid).children(recursive=True), postmaster]
    assert urllib.request.urlopen(f"{address}/sign-in").status == 200  # noqa: S310 - our own
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    assert [one for one in family if lives(one)] == []
    assert json.loads(process.stdout.readline()) == {"ended": True}


@pytest.mark.slow
def test_a_killed_database_comes_back_and_jobs_and_pages_go_on(installation, served):
    process, address = served
    killed = installation.postmaster()
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: installation.postmaster() not in {killed, None})
    with installation.runtime() as runtime:
        with runtime.context(PLATFORM, Origin(door="cli")) as ctx:
            job = enqueue(ctx, "operations.maintenance", queue="default")
        wait_for(lambda: state(runtime, job) not in {"todo", "doing"})
        assert state(runtime, job) == "succeeded"
    assert urllib.request.urlopen(f"{address}/sign-in").status == 200  # noqa: S310 - our own
    assert process.poll() is None


@pytest.mark.slow
def test_a_signal_during_the_start_leaves_no_database_behind(installation):
    assert installation.postmaster() is None
    with installation.start("scheduler", "--json") as process:
        wait_for(lambda: installation.postmaster() is not None)
        process.terminate()
    assert process.returncode == 128 + signal.SIGTERM
    assert installation.postmaster() is None
