"""Facts for the pure tests: an ordinary change of one access switch, and what a test alters."""

from dataclasses import replace

from hypothesis import strategies as st

from changes.risk.formula import parse, shipped
from changes.risk.model import Alike, DeviceFacts, Facts, GroupLeft, Touch

FORMULA = parse(shipped())
ORDINARY = DeviceFacts(
    hostname="sw1", role="access", revert="computed_inverse", gravity="minor", recorded=True
)
CHANGE = Facts(
    kind="normal", method="playbook", playbook_risk="low", like="playbook correct_drift",
    devices=(ORDINARY,), history=(Alike(role="access", succeeded=3),),
)  # fmt: skip


def changed(**values) -> Facts:
    return replace(CHANGE, **values)


def touching(*codes: str) -> Facts:
    touched = tuple(Touch(code=code, place="+ line") for code in codes)
    return changed(devices=(replace(ORDINARY, touches=touched),))


def points(risk) -> dict[str, int]:
    return {one.code: one.points for one in risk.reasons if one.points}


TOUCHES = st.lists(st.sampled_from(sorted(FORMULA.factors.lockout)), max_size=3).map(
    lambda codes: tuple(Touch(code=one, place=f"+ {one}") for one in codes)
)
LINKS = st.lists(st.sampled_from(["uplink", "last_link", "parallel"]), max_size=2).map(
    lambda codes: tuple(Touch(code=one, place="Gi0/1") for one in codes)
)
DEVICES = st.builds(
    DeviceFacts,
    hostname=st.sampled_from(["a", "b", "c"]),
    role=st.sampled_from(["", "core", "access", "dist aggregation", "odd"]),
    revert=st.sampled_from(sorted(FORMULA.factors.revert)),
    gravity=st.sampled_from(["info", "minor", "major", "critical"]),
    touches=TOUCHES,
    links=LINKS,
    drifts_now=st.booleans(),
    last_drift_days=st.none() | st.integers(0, 60),
    recorded=st.booleans(),
    reloads=st.booleans(),
)
NUMBERS = st.integers(0, 40)
HISTORY = st.builds(
    Alike, role=st.sampled_from(["core", "access"]), succeeded=NUMBERS, rolled_back=NUMBERS,
    failed=NUMBERS, interrupted=NUMBERS,
)  # fmt: skip
GROUPS = st.builds(
    lambda name, left, touched: GroupLeft(name=name, members=left + touched, left=left),
    st.sampled_from(["g1", "g2"]), st.integers(0, 3), st.integers(1, 3),
)  # fmt: skip
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(["standard", "normal", "emergency", "commission", "decommission"]),
    method=st.sampled_from(["playbook", "by_hand"]),
    playbook_risk=st.sampled_from(["none", "low", "medium", "high"]),
    like=st.just("playbook restore"),
    devices=st.lists(DEVICES, min_size=1, max_size=30).map(tuple),
    cut=st.integers(0, 200),
    cut_names=st.lists(st.sampled_from(["x", "y"]), max_size=3).map(tuple),
    groups=st.lists(GROUPS, max_size=3).map(tuple),
    history=st.lists(HISTORY, max_size=3).map(tuple),
)
