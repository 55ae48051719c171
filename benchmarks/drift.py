"""`make bench-drift`: the engine beside hier_config, interleaved in one process, CPU time.

Each figure is the best of several rounds; what is compared is parsing both texts, differences,
remediation and rollback. The last line is JSON.
"""

import gc
import json
import math
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version

from hier_config import Platform, WorkflowRemediation, get_hconfig

from benchmarks import rules
from benchmarks.corpora import configuration, drifted
from benchmarks.fleet import measured
from drift import assess

PLATFORMS = {
    "cisco_ios": Platform.CISCO_IOS,
    "arista_eos": Platform.ARISTA_EOS,
    "cisco_nxos": Platform.CISCO_NXOS,
    "cisco_xr": Platform.CISCO_XR,
    "juniper_junos": Platform.JUNIPER_JUNOS,
}
ROUNDS = {60: 40, 900: 12, 5000: 8}
HEADERS = {
    "cisco_ios": ("! Last configuration change at 1\n", "! Last configuration change at 2\n"),
    "juniper_junos": ("## Last commit: 1\n", "## Last commit: 2\n"),
}
GOALS = {
    "ratio_60": 20.0, "ratio_900": 40.0, "ratio_5000": 40.0, "ratio_900_least": 25.0,
    "ratio_5000_least": 25.0, "ratio_headers": 100.0, "identical_us": 5.0,
    "line_100000_to_1000": 1.5, "bytes_a_line": 300.0,
    "rules_cold_ms": 1.0, "rules_memo_ms": 0.3, "fleet_cpu_s": 20.0,
}  # fmt: skip
AT_MOST = (
    "identical_us", "line_100000_to_1000", "bytes_a_line", "rules_cold_ms", "rules_memo_ms",
    "fleet_cpu_s",
)  # fmt: skip
SHARE = 0.01


def main() -> None:
    out(f"drift engine and hier_config {version('hier-config')}, Python {sys.version.split()[0]}")
    figures = {**_compared(), **_headers(), **_own(), **rules.figures(), **_fleet()}
    met = {
        name: figures[name] <= goal if name in AT_MOST else figures[name] >= goal
        for name, goal in GOALS.items()
    }
    out("")
    for name, goal in GOALS.items():
        sign = "at most" if name in AT_MOST else "at least"
        out(
            f"{name:22}{figures[name]:10.2f}   {sign} {goal:g}   {'met' if met[name] else 'MISSED'}"
        )
    report = {"name": "drift", "figures": figures, "goals": GOALS, "met": all(met.values())}
    out(json.dumps(report))


def _fleet() -> dict[str, float]:
    """10,000 devices of 900 lines, 5 % drifted, judged from and into a database, and once more."""
    first, again = measured(devices=10_000, lines=900, share=0.05)
    out(f"10,000 devices: {first.drifted} drifted, {first.wall} s on all cores")
    return {"fleet_cpu_s": first.cpu, "fleet_unchanged_cpu_s": again.cpu}


def out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _compared() -> dict[str, float]:
    """Ratios by size: geometric mean, and the least of the platforms."""
    figures: dict[str, float] = {}
    out(f"\n{'platform':14}{'lines':>7}{'hier_config ms':>16}{'trimtab ms':>12}{'ratio':>8}")
    for lines, rounds in ROUNDS.items():
        ratios = []
        for platform in PLATFORMS:
            text = configuration(platform, lines)
            other = drifted(platform, text, share=SHARE)
            theirs, ours = _raced(platform, text, other, rounds)
            ratios.append(theirs / ours)
            out(f"{platform:14}{lines:7}{theirs * 1e3:16.2f}{ours * 1e3:12.3f}{ratios[-1]:8.1f}")
        figures[f"ratio_{lines}"] = round(math.prod(ratios) ** (1 / len(ratios)), 1)
        figures[f"ratio_{lines}_least"] = round(min(ratios), 1)
    return figures


def _headers() -> dict[str, float]:
    ratios = []
    for platform, (one, two) in HEADERS.items():
        text = configuration(platform, 900)
        theirs, ours = _raced(platform, one + text, two + text, ROUNDS[900])
        ratios.append(theirs / ours)
        out(f"{platform:14} only headers differ: {theirs / ours:.0f} times")
    return {"ratio_headers": round(min(ratios), 1)}


def _raced(platform: str, running: str, intended: str, rounds: int) -> tuple[float, float]:
    """CPU seconds of both, the best of alternating rounds."""
    theirs = ours = math.inf
    gc.collect()  # what earlier rounds left behind costs nobody time here
    for _ in range(rounds):
        theirs = min(theirs, _timed(lambda: _hier(platform, running, intended)))
        for _ in range(4):
            ours = min(ours, _timed(lambda: assess(running, intended, platform=platform)))
    return theirs, ours


def _hier(platform: str, running: str, intended: str) -> tuple[str, str]:
    kind = PLATFORMS[platform]
    flow = WorkflowRemediation(get_hconfig(kind, running), get_hconfig(kind, intended))
    forward, back = flow.remediation_config, flow.rollback_config
    return (
        "\n".join(line.cisco_style_text() for line in forward.all_children_sorted()),
        "\n".join(line.cisco_style_text() for line in back.all_children_sorted()),
    )


def _own() -> dict[str, float]:
    """Identical texts, time per line as texts grow, transient memory."""
    text = configuration("cisco_ios", 900)
    twin = "".join(text)
    identical = min(
        _timed(lambda: [assess(text, twin, platform="cisco_ios") for _ in range(1000)])
        for _ in range(10)
    )
    cost = {}
    for lines in (1000, 100_000):
        large = configuration("cisco_ios", lines)
        other = drifted("cisco_ios", large, share=SHARE)
        runs = 40 if lines == 1000 else 4
        cost[lines] = (
            min(_timed(lambda a=large, b=other: assess(a, b, platform="cisco_ios"))
                for _ in range(runs)) / lines
        )  # fmt: skip
    return {
        "identical_us": round(identical * 1e3, 2),
        "line_100000_to_1000": round(cost[100_000] / cost[1000], 2),
        "bytes_a_line": round(_memory(), 1),
    }


def _memory() -> float:
    """Peak bytes a line that one judgement takes beside its two texts."""
    lines = 20_000
    large = configuration("cisco_ios", lines)
    other = drifted("cisco_ios", large, share=SHARE)
    gc.collect()
    tracemalloc.start()
    assess(large, other, platform="cisco_ios")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / lines


def _timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
