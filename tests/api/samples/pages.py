"""Every page with what its route hands to it."""

from types import SimpleNamespace as Of

from drift.engine.sidebyside import rows
from tests.api.samples.basics import APPROVER, ENGINEER, GONE, HOSTILE, configuration, drifted
from tests.api.samples.govern import (
    ARTICLES,
    EVENTS,
    HELD,
    POLICIES,
    PROBLEMS,
    RECORDS,
    SCHEDULES,
    UNITS,
)
from tests.api.samples.network import (
    BASELINES,
    DEVICES,
    FINDINGS,
    HISTORY,
    RELATIONS,
    SNAPSHOTS,
    finding,
)
from tests.api.samples.work import CHANGES, LOG, PLAN, VERIFICATIONS

_CHANGE = {
    "plan": PLAN, "own": False, "standing": CHANGES[0].approvals[1:], "required": 1,
    "verifications": VERIFICATIONS, "log": LOG, "more_log": 6,
}  # fmt: skip
_FINDING = {"rows": rows(drifted("core-02"), configuration("core-02"))}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "sign_in": ("sign_in.html", {"to": "/", "failure": ""}),
    "sign_in_refused": ("sign_in.html", {"to": "/x", "failure": "Name or password is wrong."}),
    "error": ("error.html", {
        "heading": "Not found", "told": f"There is no device {HOSTILE}", "code": "not_found",
        "typed": {"note": HOSTILE}, "back": "/devices?site=<x>"}),
    "dashboard": ("dashboard.html", {
        "devices": "1000+", "drift_count": "7", "unauthorised": "2", "drift": FINDINGS,
        "events": EVENTS,
        "waiting": CHANGES[:1], "running": CHANGES[2:3], "history": HISTORY,
        "unreached": DEVICES[20:22], "compliance": Of(passed=180, judged=200, target=95),
        "windows": [],
    }),
    "dashboard_quiet": ("dashboard.html", {
        "devices": "24", "drift_count": "0", "unauthorised": "0", "drift": [], "events": [],
        "waiting": [], "running": [],
    }),
    "devices": ("devices.html", {
        "devices": DEVICES, "drifted": {one.device_id: one for one in FINDINGS}, "more": "core-24",
        "approved": {one.id for one in DEVICES[:20]},
        "site": "", "platform": "", "state": "active",
    }),
    "devices_none": ("devices.html", {
        "devices": [], "drifted": {}, "approved": set(), "more": "",
        "site": "<x>", "platform": "", "state": "",
    }),
    "device": ("device.html", {
        "device": DEVICES[1], "queued": True, "snapshots": SNAPSHOTS, "baselines": BASELINES,
        "valid_id": BASELINES[0].id,
        "relations": RELATIONS, "findings": FINDINGS[:2], "changes": CHANGES[3:5],
        "events": EVENTS[:1], "rules": [
            Of(rule_id="ntp.own", passed=False, severity="major", detail="No ntp server of ours."),
        ],
    }),
    "device_unreached": ("device.html", {
        "device": DEVICES[20], "queued": False, "snapshots": [],
        "baselines": [], "valid_id": None, "relations": [], "findings": [],
    }),
    "comparison": ("comparison.html", {
        "left": SNAPSHOTS[0], "right": SNAPSHOTS[2], "rows": _FINDING["rows"],
    }),
    "snapshot": ("snapshot.html", {"snapshot": SNAPSHOTS[1], "text": drifted("core-02")}),
    "findings": ("findings.html", {
        "findings": FINDINGS, "state": "open", "verdict": "", "more": 0,
    }),
    "finding": ("finding.html", {"finding": FINDINGS[0]} | _FINDING),
    "finding_suppressed": ("finding.html", {
        "finding": finding(9, "noise", "info", state="suppressed")} | _FINDING),
    "changes": ("changes.html", {"changes": CHANGES, "state": "", "more": 9}),
    "change": ("change.html", {"change": CHANGES[0]} | _CHANGE | {"log": []}),
    "change_own": ("change.html", {"change": CHANGES[0]} | _CHANGE | {"own": True}),
    "change_running": ("change.html", {"change": CHANGES[2]} | _CHANGE),
    "change_succeeded": ("change.html", {"change": CHANGES[3]} | _CHANGE),
    "execution": ("execution.html", {"change": CHANGES[2]} | _CHANGE),
    "events": ("events.html", {"events": EVENTS, "state": "", "more": 0}),
    "event": ("event.html", {"event": EVENTS[2], "offered": ARTICLES, "linked": []}),
    "event_closed": ("event.html", {"event": EVENTS[3], "offered": [], "linked": ARTICLES}),
    "problems": ("problems.html", {"problems": PROBLEMS}),
    "problem": ("problem.html", {"problem": PROBLEMS[0], "events": EVENTS}),
    "knowledge": ("knowledge.html", {"articles": ARTICLES}),
    "article": ("article.html", {"article": ARTICLES[0]}),
    "audit": ("audit.html", {"records": RECORDS, "actor": "", "action": "", "more": 896}),
    "verification": ("verification.html", {"told": Of(ok=True, records=900, broken=[])}),
    "verification_broken": ("verification.html", {
        "told": Of(ok=False, records=900, broken=[Of(id=7, what="digest does not match")])}),
    "policies": ("policies.html", {"versions": POLICIES}),
    "organization": ("organization.html", {
        "units": UNITS, "people": [ENGINEER, APPROVER, GONE], "held": HELD}),
    "schedules": ("schedules.html", {"schedules": SCHEDULES}),
}  # fmt: skip
