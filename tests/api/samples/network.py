"""Devices, what they showed, and how it drifted."""

from datetime import timedelta
from types import SimpleNamespace as Of

from drift.fact_rows import KindRow, PairRow
from drift.rollouts import STANDINGS, CohortStanding, Member, Rollout
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
        failures=3 if outcome == "unreachable" else 0,
        rests_until=ago(minutes=-20) if outcome == "unreachable" else None,
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
        kind="drift",
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
        baseline=Of(version=3, digest=b"\x01", sections=["ntp", HOSTILE]),
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
        score=100,
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
        score=0,
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
        score=100,
        doubts=[],
        lines=142,
        digest=bytes.fromhex(digest("64")),
        first_seen_at=ago(days=9),
        last_seen_at=ago(hours=6),
    ),
]


def baseline(version: int, *, sections: list[str], **values: object) -> Of:
    return Of(
        id=version + 4, device=DEVICES[1], device_id=2, version=version, source="folder",
        digest=bytes.fromhex(digest(str(version))), snapshot_id=None, approved_by_id=2,
        sections=sections, provenance=f"folder: {HOSTILE} at 3f2a91c", **values,
    )  # fmt: skip


BASELINES = [
    baseline(4, sections=["ntp", HOSTILE], reason="NTP by site", valid_from=NOW + timedelta(days=3),
             valid_until=None, grace_until=NOW + timedelta(days=5), cohort=2),
    baseline(3, sections=[], reason="Effect of C12", valid_from=ago(days=1),
             valid_until=NOW + timedelta(days=3), grace_until=NOW + timedelta(hours=2),
             cohort=None),
    baseline(2, sections=[], reason=HOSTILE, valid_from=ago(days=30), valid_until=ago(days=1),
             grace_until=None, cohort=None),
    baseline(1, sections=[], reason="as built", valid_from=ago(days=31), valid_until=ago(days=31),
             grace_until=None, cohort=None),
]  # fmt: skip
STANDING = {8: "upcoming", 7: "valid", 6: "ended", 5: "withdrawn"}
APPROVERS = {2: "tomas"}

INTENDED = Of(
    source="folder", provenance=f"folder: {HOSTILE}", sections=["ntp"], digest=digest("intended"),
    text="ntp server 10.9.0.1\n", version=3, news=True,
)  # fmt: skip

DIFFERENT = (
    PairRow(kind="serial", expected="FDO1234", seen=HOSTILE),
    PairRow(kind="neighbours", expected=f"Gi0/1 {HOSTILE}", seen=""),
)
COMPARED = (
    KindRow(kind="serial", expected=("FDO1234",), seen=(HOSTILE,), standing="differs"),
    KindRow(kind="interfaces", expected=None, seen=("Gi0/1", "Gi0/2"), standing="not_expected"),
    KindRow(kind="packages", expected=(HOSTILE,), seen=None, standing="not_told"),
)
EXPECTED = [
    Of(id=9, version=2, source="snapshot", snapshot_id=71, reason=HOSTILE, approved_by_id=2,
       valid_from=ago(days=1), valid_until=None),
    Of(id=8, version=1, source="given", snapshot_id=None, reason="as ordered", approved_by_id=None,
       valid_from=ago(days=9), valid_until=ago(days=1)),
]  # fmt: skip

ROLLOUT = Rollout(
    id=8, reason=HOSTILE, approved_by="tomas", source="folder", under_way=True,
    cohorts=tuple(
        CohortStanding(
            number=number, valid_from=ago(days=2 - number), grace_until=NOW, devices=number * 7,
            counts={name: number + place for place, name in enumerate(STANDINGS)},
        )
        for number in (1, 2)
    ),
)  # fmt: skip
MEMBERS = [
    Member(device_id=one.id, hostname=one.hostname, version=4, cohort=1, valid_from=ago(days=1),
           grace_until=NOW, standing=standing, judged_at=ago(minutes=9))
    for one, standing in zip(DEVICES, STANDINGS, strict=False)
]  # fmt: skip

RELATIONS = [
    Of(interface="Gi0/1", peer_name="leaf-05", peer_interface="Ethernet1", peer_id=5, seen_at=NOW),
    Of(interface="Gi0/2", peer_name=HOSTILE, peer_interface="eth0", peer_id=None, seen_at=NOW),
]

HISTORY = [
    Of(day=f"{ago(days=30 - n):%Y-%m-%d}", drift=(n * 7) % 11, unauthorised=(n * 5) % 3)
    for n in range(31)
]
