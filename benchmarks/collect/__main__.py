"""`make bench-collect`: a fleet collected beside plain netmiko and nornir-netmiko.

All ask the same devices the same, each at its best of 20, 50 and 100 sessions at a time. The lab is
a process of its own. `python -m benchmarks.collect short` is a version of a minute, whose figures
are not those of the goals. The last line is JSON.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks import schedules, store
from benchmarks.collect import rancid
from benchmarks.collect.fleet import Host, fleet

SESSIONS = (20, 50, 100)
RIGHT: Mapping[str, frozenset[str]] = {
    "": frozenset({"no_baseline"}),
    "slow": frozenset({"no_baseline"}),
    "cut_off": frozenset({"untrusted"}),
    "drop": frozenset({"error", "unreachable"}),
    "wrong_prompt": frozenset({"untrusted"}),
    "new_host_key": frozenset({"host_key_changed"}),
    "flash_full": frozenset({"no_baseline"}),
    "refused_save": frozenset({"no_baseline"}),
    "refused_login": frozenset({"refused"}),
    "endless": frozenset({"error", "timeout", "untrusted"}),
    "huge": frozenset({"no_baseline"}),
    "pager": frozenset({"timeout", "untrusted"}),
    "fake_prompt": frozenset({"no_baseline"}),
    "escapes": frozenset({"no_baseline"}),
    "binary": frozenset({"untrusted"}),
    "restless": frozenset({"no_baseline"}),
    "hasty_echo": frozenset({"no_baseline"}),
    "forgetful": frozenset({"no_baseline"}),
    "errors": frozenset({"no_baseline"}),
}
"""How the scan of a device ends, by what is wrong with it; no device has a baseline here."""

GOALS = {
    "rate_far_ratio": 1.5, "rate_near_ratio": 1.2, "cpu_ratio": 1.5, "faulty_wrong": 0,
    "faulty_seconds": 90.0, "memory_growth": 1.2, "hourly_seconds": 360.0,
    "bytes_a_snapshot": 300, "rows_when_unchanged": 0, "read_p99_ms": 10, "search_ms": 1000,
    "tick_s": 1.0,
}  # fmt: skip
AT_LEAST = ("rate_far_ratio", "rate_near_ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many devices each part asks."""

    raced: int = 200
    faulty: int = 2_000
    hourly: int = 10_000
    stored: int = 200
    schedules: bool = True


SHORT = Size(raced=20, faulty=60, hourly=60, stored=0, schedules=False)


def main() -> None:
    size = SHORT if sys.argv[1:] == ["short"] else Size()
    figures = {
        **raced(size.raced), **faulty(size.faulty), **hourly(size.hourly), **_stored(size),
        **_ticked(size),
    }  # fmt: skip
    goals = {name: goal for name, goal in GOALS.items() if name in figures}
    met = {
        name: figures[name] >= goal if name in AT_LEAST else figures[name] <= goal
        for name, goal in goals.items()
    }
    out("")
    for name, goal in goals.items():
        sign = "at least" if name in AT_LEAST else "at most"
        out(f"{name:20}{figures[name]:10.2f}   {sign} {goal:g}   "
            f"{'met' if met[name] else 'MISSED'}")  # fmt: skip
    whole = size == Size() and all(met.values())
    out(json.dumps({"name": "collect", "figures": figures, "goals": GOALS, "met": whole}))


def raced(devices: int) -> dict[str, float]:
    """Devices a second near and far, and client CPU a device, beside the better rival.

    Ours are those of a second scan, as a fleet is scanned again and again; the first one, in which
    every text is new, is told beside it.
    """
    figures: dict[str, float] = {}
    for name, round_trip in (("near", 0.0), ("far", 0.1)):
        with fleet(devices=devices, round_trip=round_trip) as hosts:
            best = {
                rival: max((_rival(rival, hosts, count) for count in SESSIONS), key=_rate)
                for rival in ("netmiko", "nornir")
            }
            runs = [_ours(hosts, count, rounds=2) for count in SESSIONS]
            ours = max((again for _, again in runs), key=_rate)
            first = max((first for first, _ in runs), key=_rate)
            figures |= _reference(name, hosts)
        rates = {rival: _rate(run) for rival, run in best.items()}
        figures[f"rate_{name}"] = round(_rate(ours), 1)
        figures[f"rate_{name}_ratio"] = round(_rate(ours) / max(rates.values()), 2)
        for rival, run in best.items():
            figures[f"{rival}_rate_{name}"] = round(rates[rival], 1)
            figures[f"{rival}_cpu_ms_{name}"] = round(run["cpu"] / len(hosts) * 1e3, 1)
        figures[f"first_rate_{name}"] = round(_rate(first), 1)
        figures[f"first_cpu_ms_{name}"] = round(first["cpu"] / len(hosts) * 1e3, 1)
        figures[f"cpu_ms_{name}"] = round(ours["cpu"] / len(hosts) * 1e3, 1)
        figures[f"database_cpu_ms_{name}"] = round(ours["database_cpu"] / len(hosts) * 1e3, 1)
    figures["cpu_ratio"] = round(
        max(figures[f"cpu_ms_{name}"] / figures[f"netmiko_cpu_ms_{name}"]
            for name in ("near", "far")), 2,
    )  # fmt: skip
    return figures


def _reference(name: str, hosts: Sequence[Host]) -> dict[str, float]:
    """RANCID's login script on 60 of them, where Debian's package is there."""
    some = [host for host in hosts if host.platform == rancid.PLATFORM][:60]
    if not rancid.is_there():
        out("rancid     is not installed")
        return {}
    run = rancid.rancid(some)
    out(f"{'rancid':10}{rancid.AT_A_TIME:5} at a time{_rate(run):8.1f} devices/s"
        f"{run['cpu'] / len(some) * 1e3:8.1f} ms CPU{run['answered']:6} answered")  # fmt: skip
    return {f"rancid_rate_{name}": round(_rate(run), 1)}


def faulty(devices: int) -> dict[str, float]:
    """Far devices of which one in twenty is faulty, scanned twice: host keys change in between."""
    with fleet(devices=devices, round_trip=0.1, faulty=0.05) as hosts:
        *_, last = _ours(hosts, SESSIONS[-1], rounds=2)
    seen: Mapping[str, str] = last["devices"]
    wrong = [host for host in hosts if seen[host.hostname] not in RIGHT[host.fault]]
    for host in wrong:
        out(f"wrong: {host.hostname} ({host.fault or 'sound'}) was {seen[host.hostname]}")
    return {
        "faulty_wrong": len(wrong), "faulty_seconds": round(last["seconds"], 1),
        "memory_growth": round(last["memory"], 2),
    }  # fmt: skip


def hourly(devices: int) -> dict[str, float]:
    """As many devices as are due within an hour, at ten times the speed: one scan of all."""
    with fleet(devices=devices) as hosts:
        [run] = _ours(hosts, SESSIONS[-1])
    seconds = run["seconds"] * Size().hourly / devices
    out(f"{devices} devices: {_rate(run):.1f} a second")
    return {"hourly_seconds": round(seconds, 1), "hourly_rate": round(_rate(run), 1)}


def _stored(size: Size) -> dict[str, float]:
    """The snapshot store's part; see benchmarks/store.py."""
    if not size.stored:
        return {}
    found = store.measured(devices=size.stored)
    return {
        "bytes_a_snapshot": found.bytes_of_rows, "rows_when_unchanged": found.rows_when_unchanged,
        "read_p99_ms": found.read_p99_ms, "search_ms": found.search_ms,
    }  # fmt: skip


def _ticked(size: Size) -> dict[str, float]:
    """The clock's part; see benchmarks/schedules.py."""
    if not size.schedules:
        return {}
    found = schedules.measured()
    return {"tick_s": max(found["share_worst_s"], found["at_once_worst_s"])}


def _rate(run: Mapping[str, float]) -> float:
    return run["answered"] / run["seconds"]


def _rival(name: str, hosts: Sequence[Host], sessions: int) -> dict[str, float]:
    told = _told("benchmarks.collect.rivals", hosts, name, str(sessions))
    [run] = told
    out(f"{name:10}{sessions:5} at a time{_rate(run):8.1f} devices/s"
        f"{run['cpu'] / len(hosts) * 1e3:8.1f} ms CPU{run['answered']:6} answered")  # fmt: skip
    return run


def _ours(hosts: Sequence[Host], sessions: int, *, rounds: int = 1) -> list[dict]:  # type: ignore[type-arg]
    runs = _told("benchmarks.collect.ours", hosts, str(sessions), str(rounds))
    for run in runs:
        out(f"{'trimtab':10}{sessions:5} at a time{_rate(run):8.1f} devices/s"
            f"{run['cpu'] / len(hosts) * 1e3:8.1f} ms CPU{run['answered']:6} answered"
            f"{run['database_cpu'] / len(hosts) * 1e3:8.1f} ms in the database")  # fmt: skip
    return runs


def _told(module: str, hosts: Sequence[Host], *arguments: str) -> list[dict]:  # type: ignore[type-arg]
    """The JSON lines of a program that is told the hosts."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], text=True, capture_output=True, check=False,
        input=json.dumps([asdict(host) for host in hosts]),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
