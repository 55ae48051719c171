"""The risk formula, a version of it, and changes that one was tried on."""

from types import SimpleNamespace as Of

from api.web.risk import Said
from changes.risk.formula import parse, shipped
from changes.risk.model import Reason, Risk
from changes.risk.policies import Altered
from changes.risk.telling import rows
from tests.api.samples.basics import APPROVER, HOSTILE, ago, digest

FORMULA = parse(shipped())
LOW = Risk(
    level="low", score=8, approvals=1, canary=1, window_required=False, policy=digest("a"),
    reasons=(Reason(code="revert", words=f"sw1: {HOSTILE}", points=8),),
)  # fmt: skip
HIGH = Risk(
    level="high", score=90, approvals=2, canary=1, window_required=True, policy=digest("b"),
    stages=("peer", "lead"),
    reasons=(Reason(code="lockout.ssh", words=f"sw1: it touches {HOSTILE}", points=90),),
)  # fmt: skip
VERSIONS = [
    Of(
        id=number, version=number, unit=unit, reason=f"Two persons {HOSTILE}", body=shipped(),
        digest=FORMULA.digest, published_by=APPROVER, published_at=ago(days=3 - number),
    )
    for number, unit in ((2, Of(code="ops")), (1, None))
]  # fmt: skip
ALTERED = [
    Altered(place="levels.medium.from", before=35, after=20),
    Altered(place="levels.high.stages.3", before=None, after=HOSTILE),
]
_TRIED = [
    Of(
        change=Of(id=12, title=f"Correct {HOSTILE}", state="succeeded"), devices=3, approved=LOW,
        now=LOW, then=HIGH, differs=True,
    ),
    Of(
        change=Of(id=11, title="Describe", state="proposed"), devices=1, approved=None, now=LOW,
        then=LOW, differs=False,
    ),
]  # fmt: skip
_SAID = Said(text=shipped(), unit="ops", reason=HOSTILE)
_FORM = {"formula": FORMULA, "rows": rows(FORMULA), "most": 200}
PAGES = {
    "risk": ("risk.html", _FORM | {"said": Said(text=shipped()), "versions": VERSIONS}),
    "risk_refused": ("risk.html", _FORM | {
        "said": Said(text=HOSTILE, refused=f"name: {HOSTILE}"), "versions": []}),
    "risk_version": ("risk_version.html", {
        "policy": VERSIONS[0], "before": VERSIONS[1], "altered": ALTERED}),
    "risk_version_first": ("risk_version.html", {
        "policy": VERSIONS[1], "before": None, "altered": []}),
    "risk_trial": ("risk_trial.html", {
        "tried": _TRIED, "differing": 1, "said": _SAID, "most": 200}),
    "risk_trial_none": ("risk_trial.html", {
        "tried": [], "differing": 0, "said": _SAID, "most": 200}),
}  # fmt: skip
