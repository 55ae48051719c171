"""`make bench-change`: CPU a host and seconds of correcting drift, beside plain ansible-runner.

Both work on the same IOS devices of the lab, which is a process of its own, in turns; the best run
of each counts. Python's compiled modules are there for both. Then the time from an approval to the
first typed line. `python -m benchmarks.change short` leaves out the hundred devices. The last line
is JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmarks.change.first_touch import first_touch
from benchmarks.collect.fleet import Host, fleet

PLATFORM = "cisco_ios"
FORKS = 20
ROUNDS = {20: 3, 100: 2}
GOALS = {
    "cpu_ratio_20": 8.0, "cpu_ratio_100": 8.0, "wall_ratio_20": 6.0, "first_touch_worst_s": 3.0,
}  # fmt: skip
AT_MOST = ("first_touch_worst_s",)


def main() -> None:
    sizes = (20,) if sys.argv[1:] == ["short"] else tuple(ROUNDS)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="trimtab-bytecode-") as compiled:
        for size in sizes:
            figures |= compared(size, compiled)
    figures |= first_touch()
    out("")
    for name, goal in GOALS.items():
        if name in figures:
            met = "met" if _met(figures, name) else "MISSED"
            sign = "at most" if name in AT_MOST else "at least"
            out(f"{name:20}{figures[name]:8.2f}   {sign:8} {goal:g}   {met}")
    met = all(_met(figures, name) for name in GOALS)
    out(json.dumps({"name": "change", "figures": figures, "goals": GOALS, "met": met}))


def _met(figures: Mapping[str, float], name: str) -> bool:
    if name not in figures:
        return False
    return figures[name] <= GOALS[name] if name in AT_MOST else figures[name] >= GOALS[name]


def compared(size: int, compiled: str) -> dict[str, float]:
    """Both on so many devices, one after the other, round after round."""
    runs: dict[str, list[Mapping[str, float]]] = {"naive": [], "ours": []}
    with fleet(devices=2 * size) as every:
        hosts = [host for host in every if host.platform == PLATFORM]
        for _ in range(ROUNDS[size]):
            for name, found in runs.items():
                found.append(_told(name, hosts, compiled))
    figures = {}
    for what, key in (("cpu", "cpu_ms_a_host"), ("seconds", "wall_s")):
        best = {name: min(one[what] for one in found) for name, found in runs.items()}
        shown = {
            name: round(value * 1e3 / size if what == "cpu" else value, 2)
            for name, value in best.items()
        }
        figures |= {f"{name}_{key}_{size}": value for name, value in shown.items()}
        ratio = "cpu_ratio" if what == "cpu" else "wall_ratio"
        figures[f"{ratio}_{size}"] = round(best["naive"] / best["ours"], 2)
    return figures


def _told(name: str, hosts: Sequence[Host], compiled: str) -> Mapping[str, float]:
    """One run of a program that is told the hosts; raises where not every device was changed."""
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.change.{name}", str(FORKS)],
        input=json.dumps([asdict(host) for host in hosts]), text=True, capture_output=True,
        check=False, env={**environment, "PYTHONPYCACHEPREFIX": compiled},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    run: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if not run["succeeded"]:
        raise RuntimeError(f"{name}: not every one of {len(hosts)} devices was changed")
    out(f"{name:8}{len(hosts):5} devices{run['seconds']:8.2f} s{run['cpu']:8.2f} CPU s"
        f"{run['cpu'] / len(hosts) * 1e3:8.0f} ms CPU a host")  # fmt: skip
    return run


def out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
