"""The adversary: kills programs and databases, cuts sessions, fills the disk. Only our own.

Each fault returns what it did, or nothing where there was nothing to do it to.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import psutil
from sqlalchemy import text

from tests.chaos.children import kill, within
from tests.chaos.installation import Installation
from tests.chaos.lab_process import LabProcess
from tests.chaos.staff import Staff

MEET_SECONDS = 30.0  # that a fault waits for what it breaks
CLAIMED = text("SELECT coalesce(max(id), 0) FROM change_run")


@dataclass
class Adversary:
    """Does one fault after another; `done` are those that had something to break."""

    place: Installation
    lab: LabProcess
    staff: Staff
    draw: random.Random
    begun: float = field(default_factory=time.monotonic)
    done: Counter = field(default_factory=Counter)
    told: list[tuple[float, str, str]] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, Callable[[], str]]:
        every = {
            "worker": self.kill_worker, "ansible": self.kill_ansible,
            "scheduler": self.kill_scheduler, "postgres": partial(self.end_postgres, "SIGKILL"),
            "postgres restart": partial(self.end_postgres, "SIGINT"), "session": self.cut_session,
            "reaper": self.kill_reaper, "disk": self.fill_disk,
        }  # fmt: skip
        return {
            name: act for name, act in every.items()
            if name != "disk" or not self.place.small_disk
        }  # fmt: skip

    def shuffled(self) -> list[str]:
        return self.draw.sample(sorted(self.faults), len(self.faults))

    def act(self, name: str) -> bool:
        """Do the fault; whether there was something to break."""
        what = self.faults[name]()
        if what:
            self.done[name] += 1
            self.told.append((time.monotonic() - self.begun, name, what))
        return bool(what)

    def kill_worker(self) -> str:
        one = self.draw.choice(self.place.workers)
        return f"worker {one.log.stem}" if one.kill() else ""

    def kill_scheduler(self) -> str:
        return "scheduler" if self.place.scheduler.kill() else ""

    def kill_ansible(self) -> str:
        """Ansible itself, one of its forks at a device, or the server that it was forked from."""
        found = within(MEET_SECONDS, self._ansible)
        if not found:
            return ""
        one = self.draw.choice(found)
        return f"ansible {one.pid}" if kill(one.pid) else ""

    def _ansible(self) -> list[psutil.Process]:
        return [one for program in self.place.workers for one in _ansible(program.children())]

    def end_postgres(self, name: str) -> str:
        """kill -9, or the fast shutdown; somebody's supervisor has to start it again."""
        pid = self.place.postmaster()
        if pid is None or not _is_ours(pid, self.place) or not kill(pid, getattr(signal, name)):
            return ""
        back = within(60, lambda: self.place.postmaster() not in {None, pid} and self._answers())
        return f"{name}, back" if back else f"{name}, and it did not come back in 60 s"

    def cut_session(self) -> str:
        """The device closes its session in the midst of the next change that is typed there."""
        running = sorted({name for one in self.staff.live.copy().values() for name in one.devices})
        if not running:
            return ""
        before = self.lab.cuts()
        for name in running:
            self.lab.cut(name)
        within(MEET_SECONDS, lambda: self.lab.cuts() > before)
        for name in running:
            self.lab.spare(name)
        cut = self.lab.cuts() - before
        return f"{cut} sessions" if cut else ""

    def kill_reaper(self) -> str:
        """The worker that settles what dead workers left, while it does."""
        name = within(MEET_SECONDS + 10, self._reaping, pause=0.005)
        pid = str(name).rpartition(":")[2]
        one = next((one for one in self.place.workers if str(one.pid) == pid), None)
        return f"{one.log.stem} while it reaped" if one is not None and one.kill() else ""

    def _reaping(self) -> str:
        query = text("SELECT worker.name FROM procrastinate_jobs job JOIN queue_worker worker"
                     " ON worker.id = job.worker_id"
                     " WHERE job.task_name = 'changes.reap' AND job.status = 'doing'")  # fmt: skip
        return self._asked(query) or ""

    def fill_disk(self) -> str:
        """Nothing is left of the disk that runs work on, while at least one change begins there."""
        ballast, before = self.place.runs / "ballast", self._asked(CLAIMED)
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 20)) == 1 << 20:
                pass
        within(MEET_SECONDS, lambda: (self._asked(CLAIMED) or 0) > (before or 0))
        time.sleep(2)  # so that it meets a run in its midst too
        ballast.unlink(missing_ok=True)
        return f"{(self._asked(CLAIMED) or 0) - (before or 0)} runs began meanwhile"

    def _answers(self) -> bool:
        return self._asked(text("SELECT 1")) == 1

    def _asked(self, query):
        """The one value that a query has; None while the database is away."""
        with suppress(Exception), self.place.runtime.engine.connect() as connection:
            return connection.scalar(query)
        return None


def _ansible(processes: list[psutil.Process]) -> list[psutil.Process]:
    found = []
    for one in processes:
        with suppress(psutil.Error):
            if any(name in word for word in one.cmdline() for name in ("ansible", "prefork")):
                found.append(one)
    return found


def _is_ours(pid: int, place: Installation) -> bool:
    """Whether this is the postmaster of our own folder."""
    try:
        return psutil.Process(pid).cwd() == os.path.realpath(place.home / "postgres/data")
    except psutil.Error:
        return False
