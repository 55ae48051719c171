"""Emergencies, maintenance plans and what remains of a device, as their pages show them."""

from types import SimpleNamespace as Of

from tests.api.samples.basics import APPROVER, ENGINEER, HOSTILE, ago, digest

_OVER = Of(
    id=12, label=f"C12 {HOSTILE}", state="succeeded", requested_by=ENGINEER,
    outcome=f"All devices are exactly as declared. {HOSTILE}", targets=[Of(hostname="core-01")],
)  # fmt: skip


def _glass(number, **values):
    return Of(**{
        "id": number, "change": _OVER, "change_id": 12, "person": ENGINEER,
        "reason": f"The ring is down {HOSTILE}", "digest": digest("plan"), "broken_at": ago(days=5),
        "valid_until": ago(days=5), "ended_at": None, "end_reason": "",
        "review_due_at": ago(days=2), "reviewed_at": None, **values,
    })  # fmt: skip


REVIEWS = (
    Of(person=APPROVER, verdict="justified", note=f"Seen {HOSTILE}", problem_id=None,
       reviewed_at=ago(days=1)),
    Of(person=ENGINEER, verdict="not_justified", note="", problem_id=3, reviewed_at=ago(hours=1)),
)  # fmt: skip
GLASSES = [
    Of(id=4, grant=_glass(4), standing="overdue", reviews=()),
    Of(id=3, grant=_glass(3, ended_at=ago(days=5), end_reason=f"Moved {HOSTILE}"),
       standing="in_time", reviews=REVIEWS[:1]),
    Of(id=2, grant=_glass(2, reviewed_at=ago(hours=1)), standing="reviewed", reviews=REVIEWS),
]  # fmt: skip


def _plan(number, kind, **values):
    return Of(**{
        "id": number, "name": f"{kind} {HOSTILE}", "kind": kind, "purpose": f"To sleep {HOSTILE}",
        "unit": Of(code="ops"), "device_ids": [], "site": None, "options": {"device_port": 443},
        "schedule": Of(trigger="every 1d", timezone="UTC", next_fire_at=ago(hours=-3)),
        "created_by": ENGINEER, "created_at": ago(days=9), "ended_at": None, **values,
    })  # fmt: skip


def _result(subject, outcome, detail, device_id=None):
    return Of(subject=subject, outcome=outcome, detail=detail, device_id=device_id,
              began_at=ago(hours=2), looked_at=ago(hours=2))  # fmt: skip


PLANS = [
    _plan(1, "certificates"), _plan(2, "unsaved", device_ids=[1, 2], site="hq"),
    _plan(3, "backup", schedule=None, ended_at=ago(days=1), options={}),
]  # fmt: skip
FOUND = {
    1: [_result("core-01 port 443", "failed", f"3 days are left: CN={HOSTILE}.", 1),
        _result("[::1]:8443", "attention", "20 days are left: CN=x."),
        _result("core-02 port 443", "passed", "300 days are left: CN=y.", 2)],
    2: [], 3: [],
}  # fmt: skip
REMAINS = (
    Of(kind="configuration", what=f"core-02 line 4: interface Gi0/1 / description {HOSTILE}",
       how="a change of core-02"),
    Of(kind="baseline", what="baseline 2", how="`trimtab device let-go core-01`"),
)  # fmt: skip
