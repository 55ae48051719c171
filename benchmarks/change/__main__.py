"""`make bench-change`: CPU a host and seconds of correcting drift, beside plain ansible-runner.

Both work on the same IOS devices of the lab, which is a process of its own, in turns; the best run
of each counts. Python's compiled modules are there for both. `python -m benchmarks.change short`
leaves out the hundred devices. The last line is JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmarks.collect.fleet import Host, fleet

PLATFORM = "cisco_ios"
FORKS = 20
ROUNDS = {20: 3, 100: 2}
GOALS = {"cpu_ratio_20": 8.0, "cpu_ratio_100": 8.0, "wall_ratio_20": 6.0}


def main() -> None:
    sizes = (20,) if sys.argv[1:] == ["short"] else tuple(ROUNDS)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="trimtab-bytecode-") as compiled:
        for size in sizes:
            figures |= compared(size, compiled)
    out("")
    for name, goal in GOALS.items():
        if name in figures:
            met = "met" if figures[name] >= goal else "MISSED"
            out(f"{name:15}{figures[name]:8.2f}   at least {goal:g}   {met}")
    met = all(figures.get(name, 0.0) >= goal for name, goal in GOALS.items())
    out(json.dumps({"name": "change", "figures": figures, "goals": GOALS, "met": met}))


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
