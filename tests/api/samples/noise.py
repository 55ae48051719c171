"""Masks of noise: proposed, active, rejected; hostile lines too."""

from types import SimpleNamespace as Of

from api.web.noise import Votes
from drift.noise.evidence import Evidence, Shown
from drift.noise.history import Figures
from tests.api.samples.basics import APPROVER, ENGINEER, GONE, HOSTILE, NOW, ago, digest
from tests.api.samples.network import DEVICES


def mask(number: int, state: str, *, approvals: list[Of], **values: object) -> Of:
    usual: dict[str, object] = {
        "id": number, "state": state, "platform": "arista_eos", "unit": Of(code=HOSTILE),
        "path": [], "pattern": r"ntp\ clock\-period\ \d+", "device_id": 2, "device": DEVICES[1],
        "example_before": "ntp clock-period 17179862",
        "example_after": "ntp clock-period 17179871", "learned_by": ENGINEER,
        "learned_at": ago(hours=2), "active_at": None, "ended_by": None, "ended_at": None,
        "reason": "", "approvals": approvals,
    }  # fmt: skip
    return Of(**usual | values)


def vote(person: Of) -> Of:
    return Of(person=person, note=f"a counter {HOSTILE}", approved_at=ago(minutes=9))


MASKS = [
    mask(7, "proposed", approvals=[vote(APPROVER), vote(GONE)], pattern=HOSTILE,
         path=["router bgp 1", HOSTILE], example_before=HOSTILE, example_after=f"{HOSTILE} 2"),
    mask(6, "active", approvals=[vote(APPROVER)], active_at=NOW, learned_by=None),
    mask(5, "rejected", approvals=[], ended_at=NOW, ended_by=APPROVER, reason=HOSTILE),
]  # fmt: skip
EVIDENCE = Evidence(
    device="leaf-02", seconds=10.4,
    first=Shown(snapshot=digest("70"), at=ago(hours=2)),
    second=Shown(snapshot=digest("71"), at=ago(hours=2)),
    history=Figures(devices=3, versions=40, hidden=38, settled=31, findings=12,
                    findings_with_it=7, acted_upon=(8,)),
)  # fmt: skip
VOTES = Votes(counting=("tomas",), lapsed=("ruth",), own=False, may=True)
