"""Scans: one under way, one over, one whose worker died; hostile texts too."""

from datetime import datetime

from drift.scan_reports import CutSite, FailedDevice, ScanFigures, ScanReport, SlowDevice
from tests.api.samples.basics import HOSTILE, ago


def _figures(number: int, *, started_at: datetime, **more: object) -> ScanFigures:
    usual: dict[str, object] = {
        "id": number, "kind": "scan", "state": "done", "started_by": "trimtab worker",
        "started_at": started_at, "ended_at": ago(minutes=number), "seconds": 95.4, "asked": 200,
        "done": 200, "resting": 0, "drifted": 0, "failed": 0, "skipped": 0, "cut_sites": 0,
        "outcomes": {"in_sync": 200},
    }  # fmt: skip
    return ScanFigures(**usual | more)


RUNNING = _figures(
    14, started_at=ago(seconds=40), state="running", ended_at=None, seconds=40.2, done=74,
    drifted=3, failed=2, outcomes={"drifted": 3, "in_sync": 69, "timeout": 2}, kind="collect",
    started_by=f"ines {HOSTILE}",
)  # fmt: skip
OVER = _figures(
    13, started_at=ago(minutes=15), drifted=7, failed=4, skipped=9, cut_sites=1, resting=2,
    outcomes={"drifted": 7, "in_sync": 180, "refused": 1, "skipped": 9, "unreachable": 3},
)  # fmt: skip
DEAD = _figures(
    12, started_at=ago(days=2), state="interrupted", ended_at=None, seconds=172_800.0, done=31,
    outcomes={"in_sync": 31},
)  # fmt: skip
SCANS = [RUNNING, OVER, DEAD, _figures(11, started_at=ago(days=3))]
SLOWEST = [
    SlowDevice(device_id=number, hostname=f"core-{number:02}", seconds=31.25 - number)
    for number in range(1, 11)
]
FAILED = [
    FailedDevice(device_id=4, hostname="core-04", outcome="refused",
                 detail=f"core-04 refused the login admin: {HOSTILE}"),
    FailedDevice(device_id=5, hostname="leaf-05", outcome="unreachable",
                 detail="leaf-05 at 10.20.5.1 port 2222 did not answer within 10 s."),
    FailedDevice(device_id=7, hostname="leaf-07", outcome="skipped",
                 detail="3 of 12 devices of LYS cannot be reached; the rest was left."),
]  # fmt: skip
CUT = [CutSite(code="LYS", failed=3, devices=12, left=9)]
REPORTS = {
    "running": ScanReport(figures=RUNNING, slowest=SLOWEST[:2], failed=FAILED[:1], cut=[]),
    "over": ScanReport(figures=OVER, slowest=SLOWEST, failed=FAILED, cut=CUT),
    "dead": ScanReport(figures=DEAD, slowest=[], failed=[], cut=[]),
    "quiet": ScanReport(figures=SCANS[3], slowest=[], failed=[], cut=[]),
}
