"""Devices, what they showed, and how it drifted."""

from datetime import timedelta
from types import SimpleNamespace as Of

from tests.api.samples.basics import HOSTILE, NOW, ago, digest


def device(number: int, *, outcome: str | None = "unchanged", state: str = "active") -> Of:
    ios = number % 2 == 0
    return Of(
        id=number,
        hostname=f"{'core' if ios else 'leaf'}-{number:02}",
        site=Of(code="MAD" if ios else "LYS"),
        platform="cisco_ios" if ios else "arista_eos",
        driver="napalm",
        address=f"10.20.{number}.1",
        port=22 if ios else 2222,
        role="core" if ios else "",
        state=state,
        model="C9300-24T",
        serial=f"FCW21{number:05}",
        os_version="17.9.4a" if ios else HOSTILE,
        outcome=outcome,
        outcome_detail="Connection to 10.20.5.1 port 2222 timed out after 10 s.",
        attempted_at=ago(minutes=number),
    )


DEVICES = [
    *(device(n) for n in range(1, 21)),
    device(21, outcome="unreachable"),
    device(22, outcome="host_key_changed"),
    device(23, outcome=None, state="planned"),
    device(24, state="maintenance"),
]


def finding(number: int, verdict: str, severity: str, *, state: str = "open", why: str = "") -> Of:
    at = DEVICES[number % len(DEVICES)]
    return Of(
        id=number,
        device=at,
        device_id=at.id,
        state=state,
        verdict=verdict,
        severity=severity,
        verdict_reason=why,
        differences=[{}] * (number % 7 + 1),
        remediation=[
            "interface GigabitEthernet0/3",
            " description uplink 3",
            "exit",
            "ntp server 10.9.0.1",
            "ip access-list extended MGMT",
            " no permit ip any any",
        ],
        rollback=["no ntp server 10.9.0.1"],
        refusals=[],
        baseline=Of(version=3, digest=b"\x01"),
        snapshot=Of(digest=b"\x02"),
        snapshot_id=71,
        fingerprint=digest(verdict),
        event_id=41,
        opened_at=ago(hours=number * 3),
        last_seen_at=ago(minutes=4),
        resolved_at=ago(hours=1) if state == "resolved" else None,
        suppressed_until=NOW + timedelta(days=3),
        suppressed_reason="Vendor case 88123" if state == "suppressed" else "",
    )


UNKNOWN = "No change of this device was approved, and none of its lines came with one."
FINDINGS = [
    finding(8, "unauthorised", "critical", why=UNKNOWN),
    finding(7, "unauthorised", "critical", why=UNKNOWN),
    finding(6, "unexplained", "major", why="First seen after a gap in collection of 3 h."),
    finding(5, "reverted", "major", why="Change C11 was undone on the device."),
    finding(4, "not_applied", "major", why="Change C14 is approved but not on the device yet."),
    finding(3, "authorised", "minor", why="The effect of change C12."),
    finding(2, "noise", "info", why="Only lines that the collector adds differ."),
]

SNAPSHOTS = [
    Of(
        id=71,
        device=DEVICES[1],
        device_id=2,
        source="running",
        trusted=True,
        doubts=[],
        lines=142,
        digest=bytes.fromhex(digest("71")),
        first_seen_at=ago(hours=2),
        last_seen_at=ago(minutes=4),
    ),
    Of(
        id=70,
        device=DEVICES[1],
        device_id=2,
        source="running",
        trusted=False,
        doubts=["the terminator is missing", "12 % of the last size"],
        lines=17,
        digest=bytes.fromhex(digest("70")),
        first_seen_at=ago(hours=5),
        last_seen_at=ago(hours=5),
    ),
    Of(
        id=64,
        device=DEVICES[1],
        device_id=2,
        source="startup",
        trusted=True,
        doubts=[],
        lines=142,
        digest=bytes.fromhex(digest("64")),
        first_seen_at=ago(days=9),
        last_seen_at=ago(hours=6),
    ),
]

BASELINES = [
    Of(
        id=7,
        version=3,
        source="snapshot",
        reason="Effect of C12",
        valid_from=ago(days=1),
        valid_until=None,
    ),
    Of(
        id=4,
        version=2,
        source="intended",
        reason=HOSTILE,
        valid_from=ago(days=30),
        valid_until=ago(days=1),
    ),
]

RELATIONS = [
    Of(interface="Gi0/1", peer_name="leaf-05", peer_interface="Ethernet1", peer_id=5, seen_at=NOW),
    Of(interface="Gi0/2", peer_name=HOSTILE, peer_interface="eth0", peer_id=None, seen_at=NOW),
]

HISTORY = [
    Of(day=f"{ago(days=30 - n):%Y-%m-%d}", drift=(n * 7) % 11, unauthorised=(n * 5) % 3)
    for n in range(31)
]
