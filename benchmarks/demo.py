"""`make bench-demo`: the demonstration from a fresh clone, again, and `trimtab serve` at rest."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

GOALS = {
    "fresh_seconds": 180.0,
    "story_seconds": 60.0,
    "second_seconds": 75.0,
    "serve_pss_mb": 350.0,
}
REST_SECONDS = 20


def main() -> None:
    place = Path(tempfile.mkdtemp(prefix="trimtab-bench-"))
    place.chmod(0o755)
    try:
        figures = measure(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    met = all(figures[name] <= goal for name, goal in GOALS.items())
    for name, value in figures.items():
        sys.stdout.write(f"{name:16} {value:8.1f}   goal {GOALS[name]:8.1f}\n")
    report = {"name": "demo", "figures": figures, "goals": GOALS, "met": met}
    sys.stdout.write(json.dumps(report) + "\n")


def measure(place: Path) -> dict[str, float]:
    clone, home = place / "clone", place / "home"
    home.mkdir(mode=0o755)
    source = Path(__file__).parents[1]
    subprocess.run(["git", "clone", "-q", source, clone], check=True)  # noqa: S607
    environment = os.environ | {"HOME": str(home), "TRIMTAB_HOME": str(home / "state")}
    for name in ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # ours are not its
        environment.pop(name, None)
    fresh, story = _demo(clone, environment)
    second, again = _demo(clone, environment)
    return {
        "fresh_seconds": fresh,
        "story_seconds": max(story, again),
        "second_seconds": second,
        "serve_pss_mb": _resting(clone, environment),
    }


def _demo(clone: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of `make demo` as a whole, and of the story in it."""
    begun = time.monotonic()
    done = subprocess.run(
        ["make", "demo", "ARGS=--exit --json"], cwd=clone, env=environment, check=True,  # noqa: S607
        capture_output=True, text=True,
    )  # fmt: skip
    ending = json.loads(done.stdout.splitlines()[-1])
    if not (ending["verified"] and ending["audit_ok"]):
        raise SystemExit(f"the story did not come out right: {ending}")
    return round(time.monotonic() - begun, 1), float(ending["seconds"])


def _resting(clone: Path, environment: dict[str, str]) -> float:
    """Megabytes of PSS of `trimtab serve` with all its children, after some seconds of rest."""
    program = clone / ".venv" / "bin" / "trimtab"
    environment = environment | {
        "TRIMTAB_INIT_PASSWORD": "bench-password-1", "TRIMTAB_API_PORT": "0",
        "XDG_CONFIG_HOME": str(Path(environment["HOME"]) / "config"),
    }  # fmt: skip
    subprocess.run([program, "init"], env=environment, check=True, capture_output=True)
    served = subprocess.Popen([program, "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        time.sleep(REST_SECONDS)
        state = Path(environment["TRIMTAB_HOME"])
        postmaster = int((state / "postgres/data/postmaster.pid").read_text().splitlines()[0])
        roots = [psutil.Process(served.pid), psutil.Process(postmaster)]
        family = {p.pid: p for root in roots for p in (root, *root.children(recursive=True))}
        total = sum(p.memory_full_info().pss for p in family.values())
    finally:
        served.terminate()
        served.wait(timeout=30)
    return round(total / 1e6, 1)


if __name__ == "__main__":
    main()
