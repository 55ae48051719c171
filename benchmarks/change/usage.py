"""What a piece of work costs: seconds, and CPU seconds with every process that it started."""

import ctypes
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2): orphans come to us, and their usage with them
PATIENCE = 60.0  # seconds for what the work left running


def measured(work: Callable[[], bool]) -> dict[str, float]:
    """Seconds and CPU seconds of the work, and whether it succeeded (1 or 0)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    lasting = frozenset(psutil.Process().children())
    before, begun = _cpu(), time.perf_counter()
    succeeded = work()
    seconds = time.perf_counter() - begun
    _collect_orphans(lasting)
    return {"seconds": seconds, "cpu": _cpu() - before, "succeeded": float(succeeded)}


def _collect_orphans(lasting: frozenset[psutil.Process]) -> None:
    """Wait for the background processes that outlive Ansible: a connection a host is one.

    Those that were there before the work, as the server that runs are forked from, stay.
    """
    until = time.monotonic() + PATIENCE
    while set(psutil.Process().children()) - lasting and time.monotonic() < until:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.05)


def _cpu() -> float:
    """Of this process, of those that it waited for, and of those that live with all of theirs."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    living = 0.0
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            living += sum(one.cpu_times()[:4])  # its own, and of those that it waited for
    return sum(one.ru_utime + one.ru_stime for one in used) + living
