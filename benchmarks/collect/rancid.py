"""RANCID's login script on some of the same devices, as a reference. Debian's package `rancid`."""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.collect.fleet import Host

AT_A_TIME = 20
PLATFORM = "cisco_ios"  # `clogin` speaks to these


def is_there() -> bool:
    return shutil.which("clogin") is not None


def rancid(hosts: Sequence[Host]) -> dict[str, float]:
    """`clogin -c "show running-config"` for each: seconds, CPU seconds, devices that answered."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / ".cloginrc"
        file.write_text("".join(map(_entry, hosts)))
        file.chmod(0o600)
        before, begun = _cpu(), time.perf_counter()
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            answered = sum(pool.map(lambda host: _answers(host, home), hosts))
        return {
            "seconds": time.perf_counter() - begun, "cpu": _cpu() - before, "answered": answered,
        }  # fmt: skip


def _entry(host: Host) -> str:
    return (
        f"add method {host.address} {{ssh:{host.port}}}\nadd user {host.address} {{admin}}\n"
        f"add password {host.address} {{{host.password}}} {{{host.secret or host.password}}}\n"
        f"add autoenable {host.address} {{{0 if host.secret else 1}}}\n"
        f"add cyphertype {host.address} {{aes128-ctr}}\n"
    )


def _answers(host: Host, home: str) -> bool:
    done = subprocess.run(
        ["clogin", "-c", "show running-config", host.address],  # noqa: S607 - Debian's own place
        env={**os.environ, "HOME": home, "TERM": "vt100"}, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, errors="replace",
    )  # fmt: skip
    return f"hostname {host.hostname}" in done.stdout


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
