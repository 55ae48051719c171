"""Ranges, searches and candidates, hostile ones among them."""

from types import SimpleNamespace as Of

from tests.api.samples.basics import APPROVER, HOSTILE, NOW, ago
from tests.api.samples.network import DEVICES

UNIT = Of(code="ops")
RANGES = [
    Of(id=2, cidr="10.1.0.0/16", unit=UNIT, ports=[22, 830], credential=Of(name="lab <x>"),
       site=Of(code="LYS"), allowed_by=APPROVER, allowed_at=ago(days=9)),
    Of(id=1, cidr="10.1.7.0/24", unit=UNIT, ports=[22], credential=None, site=None,
       allowed_by=APPROVER, allowed_at=ago(days=3)),
]  # fmt: skip


def _candidate(**values):
    usual = {
        "address": "10.1.2.3", "port": 22, "hostname": "leaf-99", "platform": "cisco_ios",
        "evidence": "answer", "model": "C9300", "serial": "FDO1234", "os_version": "17.9",
        "banner": "SSH-2.0-Cisco-1.25", "source": "lldp:core-01", "depth": 2, "range": RANGES[0],
        "unit": UNIT, "proposal": {}, "state": "found", "problem": "", "first_seen_at": ago(days=1),
        "last_seen_at": NOW, "device_id": None, "device": None, "decided_at": None, "reason": "",
    }  # fmt: skip
    return Of(**usual | values)


CANDIDATES = [
    _candidate(id=3, port=2222, hostname=HOSTILE, banner=HOSTILE, source=f"lldp:{HOSTILE}"),
    _candidate(id=2, hostname="", platform=None, evidence="", banner="", range=None,
               address="192.0.2.7", problem="192.0.2.7 lies in no range that was allowed.",
               proposal={"site": "LYS"}),
    _candidate(id=1, address=None, state="merged", device_id=2, device=DEVICES[1],
               decided_at=ago(hours=1), reason="its loopback", evidence="banner"),
]  # fmt: skip
ALIKE = {3: (Of(device_id=2, hostname="core-02", by="serial"),), 2: (), 1: ()}

SEARCHES = [
    Of(id=7, state="running", cidrs=["10.1.0.0/16"], seeds=[HOSTILE], depth=5, looked=120,
       total=65000, found=12, identified=9, requested_at=ago(minutes=2), problem=""),
    Of(id=6, state="failed", cidrs=[], seeds=["core-01"], depth=3, looked=3, total=3, found=3,
       identified=0, requested_at=ago(days=1), problem=f"It was ended {HOSTILE}"),
]  # fmt: skip
