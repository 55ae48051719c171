"""Every page with what its route hands to it."""

from collections import Counter
from types import SimpleNamespace as Of

from api.web.imports import KINDS, Done
from changes.checks import KINDS as CHECKS
from drift.engine.sidebyside import rows
from drift.noise.models import STATES
from drift.rollouts import STANDINGS
from drift.rule_standing import Sought
from tests.api.samples import evidence, images, questions, risk, waiting
from tests.api.samples.basics import APPROVER, ENGINEER, GONE, HOSTILE, NOW, configuration, drifted
from tests.api.samples.discovery import ALIKE, CANDIDATES, RANGES, SEARCHES
from tests.api.samples.govern import (
    ARTICLES,
    BROKEN,
    CLAUSES,
    EVENTS,
    HELD,
    POLICIES,
    PROBLEMS,
    RULE,
    RULES,
    SCHEDULES,
    UNITS,
)
from tests.api.samples.inventory import (
    CAUSE,
    CHOICES,
    DONE,
    FIGURES,
    NOTHING_FOUND,
    OUTCOMES,
    RESULTS,
    RUNS,
    SAID,
    SITES,
    SOUGHT,
)
from tests.api.samples.network import (
    APPROVERS,
    BASELINES,
    COMPARED,
    DEVICES,
    DIFFERENT,
    EXPECTED,
    FINDINGS,
    HISTORY,
    INTENDED,
    MEMBERS,
    RELATIONS,
    ROLLOUT,
    SNAPSHOTS,
    STANDING,
    finding,
)
from tests.api.samples.noise import EVIDENCE, MASKS, VOTES
from tests.api.samples.scans import OVER, REPORTS, SCANS
from tests.api.samples.upkeep import FOUND, GLASSES, PLANS, REMAINS
from tests.api.samples.work import (
    CHANGES,
    GATES,
    LOG,
    PLAN,
    PREVIEWS,
    PROGRESS,
    SIGHT,
    VERIFICATIONS,
)

_CHANGE = {
    "sight": SIGHT, "own": False, "verifications": VERIFICATIONS, "log": LOG, "more_log": 6,
}  # fmt: skip
_EXECUTION = {
    "plan": PLAN, "progress": PROGRESS, "gates": GATES, "log": LOG, "more_log": 6,
}  # fmt: skip
_FINDING = {"rows": rows(drifted("core-02"), configuration("core-02")), "masks": MASKS[:1]}
_DEVICE = {"learning": True, "upgradable": True, "unmaskable": "", "seconds": (1.0, 10.0, 300.0)}
_MASK = {"votes": VOTES, "required": 2, "kept": (70, 71), "evidence": EVIDENCE}
_FACTS = {
    "finding": FINDINGS[2], "rows": DIFFERENT, "kinds": ["serial", "neighbours"],
}  # fmt: skip
_BLAME = {
    "snapshot": SNAPSHOTS[0], "section": "<x>", "line": "", "origin": "", "lines": 160,
    "wanted": 5, "shown": 5,
}  # fmt: skip
_IMPORTS = {
    "said": SAID, "kinds": KINDS, "source": f"list {HOSTILE}", "units": ["ops"], "pasted": 1000,
    "columns": ("hostname",), "required": ("hostname",), "optional": ("port",),
}  # fmt: skip

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
        "windows": [], "last_scan": OVER, "glasses": GLASSES, "late": 1, "votes": [1],
    }),
    "dashboard_quiet": ("dashboard.html", {
        "devices": "24", "drift_count": "0", "unauthorised": "0", "drift": [], "events": [],
        "waiting": [], "running": [], "last_scan": None,
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
    "discovery": ("discovery.html", {
        "candidates": CANDIDATES, "alike": ALIKE, "state": "found", "runs": SEARCHES,
        "deepest": 32, "more": 3}),
    "discovery_none": ("discovery.html", {
        "candidates": [], "alike": {}, "state": "merged", "runs": [], "deepest": 32, "more": 0}),
    "candidate": ("candidate.html", {"candidate": CANDIDATES[0], "alike": ALIKE[3]}),
    "candidate_unprobed": ("candidate.html", {"candidate": CANDIDATES[1], "alike": ()}),
    "candidate_merged": ("candidate.html", {"candidate": CANDIDATES[2], "alike": ()}),
    "discovery_ranges": ("discovery_ranges.html", {"ranges": RANGES}),
    "discovery_ranges_none": ("discovery_ranges.html", {"ranges": []}),
    "device": ("device.html", {
        "device": DEVICES[1], "queued": True, "snapshots": SNAPSHOTS, "baselines": BASELINES,
        "standing": STANDING,
        "report": None, "through": "",
        "relations": RELATIONS, "findings": FINDINGS[:2], "changes": CHANGES[3:5],
        "events": EVENTS[:1], "rules": [
            Of(rule_id="ntp.own", passed=False, severity="major", detail="No ntp server of ours."),
        ],
    } | _DEVICE),
    "device_unreached": ("device.html", {
        "device": DEVICES[20], "queued": False, "snapshots": [],
        "baselines": [], "standing": {}, "report": None, "through": "", "relations": [],
        "findings": [], "learning": False, "unmaskable": "masks are not made", "seconds": (1, 2, 3),
        "upgradable": False,
    }),
    "comparison": ("comparison.html", {
        "left": SNAPSHOTS[0], "right": SNAPSHOTS[2], "rows": _FINDING["rows"],
    }),
    "snapshot": ("snapshot.html", {
        "snapshot": SNAPSHOTS[1], "text": drifted("core-02"), "kept": False, "revealed": False}),
    "snapshot_to_reveal": ("snapshot.html", {
        "snapshot": SNAPSHOTS[0], "text": drifted("core-02"), "kept": True, "revealed": False}),
    "versions": ("versions.html", {
        "device": DEVICES[1], "versions": SNAPSHOTS, "causes": {SNAPSHOTS[0].id: CAUSE},
        "left": SNAPSHOTS[1], "more": 70, "paging": 80,
        "before": {one.id: SNAPSHOTS[-1].id for one in SNAPSHOTS}}),
    "versions_none": ("versions.html", {
        "device": DEVICES[1], "versions": [], "causes": {}, "left": None, "before": {},
        "more": 0, "paging": 0}),
    "blame": ("blame.html", _BLAME | {"runs": RUNS, "refused": "", "more": 5, "paging": 0}),
    "blame_refused": ("blame.html", _BLAME | {
        "runs": [], "refused": HOSTILE, "more": 0, "paging": 0, "origin": "unexplained"}),
    "blame_none": ("blame.html", _BLAME | {"runs": [], "refused": "", "more": 0, "paging": 5}),
    "configurations": ("configurations.html", CHOICES | {
        "sought": SOUGHT, "results": RESULTS, "refused": "", "after": 0, "paging": 0}),
    "configurations_refused": ("configurations.html", CHOICES | {
        "sought": SOUGHT, "results": None, "refused": HOSTILE, "after": 0, "paging": 0}),
    "configurations_none": ("configurations.html", CHOICES | {
        "sought": SOUGHT, "results": NOTHING_FOUND, "refused": "", "after": 0, "paging": 0}),
    "sites": ("sites.html", {
        "sites": SITES, "figures": FIGURES, "usual": 20, "units": ["ops", "lab"], "more": "LYS",
        "paging": ""}),
    "site": ("site.html", {
        "site": SITES[1], "figures": FIGURES[2], "usual": 20, "most": 1000, "may_write": True,
        "devices": DEVICES[:3], "limit": 3}),
    "site_empty": ("site.html", {
        "site": SITES[0], "figures": FIGURES[1], "usual": 20, "most": 1000, "may_write": False,
        "devices": [], "limit": 50}),
    "imports": ("imports.html", _IMPORTS | {
        "found": None, "shown": [], "counts": Counter(), "refused": HOSTILE, "done": DONE}),
    "imports_tried": ("imports.html", _IMPORTS | {
        "found": OUTCOMES, "shown": OUTCOMES, "refused": "", "done": Done(),
        "counts": Counter(one.becomes for one in OUTCOMES)}),
    "findings": ("findings.html", {
        "findings": FINDINGS, "state": "open", "verdict": "", "kind": "", "more": 0,
    }),
    "findings_none": ("findings.html", {
        "findings": [], "state": "resolved", "verdict": "noise", "kind": "facts", "more": 0,
    }),
    "finding": ("finding.html", {"finding": FINDINGS[0]} | _FINDING),
    "finding_suppressed": ("finding.html", {
        "finding": finding(9, "noise", "info", state="suppressed")} | _FINDING),
    "facts_finding": ("facts_finding.html", _FACTS | {"put_right": False}),
    "facts_finding_put_right": ("facts_finding.html", _FACTS | {"put_right": True}),
    "baselines": ("baselines.html", {
        "device": DEVICES[1], "versions": BASELINES, "standing": STANDING, "valid": BASELINES[1],
        "upcoming": BASELINES[:1], "approvers": APPROVERS, "now": NOW, "more": 2}),
    "baselines_none": ("baselines.html", {
        "device": DEVICES[1], "versions": [], "standing": {}, "valid": None, "upcoming": [],
        "approvers": {}, "now": NOW, "more": 0}),
    "baseline": ("baseline.html", {
        "baseline": BASELINES[0], "standing": "upcoming", "approver": "tomas",
        "text": drifted("core-02")}),
    "baseline_comparison": ("baseline_comparison.html", {
        "device": DEVICES[1], "left": BASELINES[1], "right": BASELINES[0],
        "rows": _FINDING["rows"]}),
    "intended": ("intended.html", {
        "device": DEVICES[1], "intended": INTENDED, "rows": _FINDING["rows"], "told": "",
        "before": ("logging",)}),
    "intended_not": ("intended.html", {
        "device": DEVICES[1], "intended": None, "rows": (), "told": HOSTILE}),
    "device_facts": ("device_facts.html", {
        "device": DEVICES[1], "expected": EXPECTED[0], "snapshot": SNAPSHOTS[0],
        "compared": COMPARED, "differ": DIFFERENT, "versions": EXPECTED, "approvers": APPROVERS,
        "told": {9: (f"serial {HOSTILE}", "model x"), 8: ("serial FDO1234",)},
        "has_baseline": True, "more": 8}),
    "device_facts_none": ("device_facts.html", {
        "device": DEVICES[1], "expected": None, "snapshot": None, "compared": (), "differ": (),
        "versions": [], "approvers": {}, "told": {}, "has_baseline": False, "more": 0}),
    "noise": ("noise.html", {
        "masks": MASKS, "evidence": {7: EVIDENCE, 6: None, 5: EVIDENCE}, "state": "",
        "states": STATES, "platform": "<x>", "required": 2, "more": 5}),
    "noise_none": ("noise.html", {
        "masks": [], "evidence": {}, "state": "", "states": STATES, "platform": "",
        "required": 2, "more": 0}),
    "mask": ("noise_mask.html", _MASK | {"mask": MASKS[0]}),
    "mask_active": ("noise_mask.html", _MASK | {"mask": MASKS[1], "evidence": None, "kept": ()}),
    "mask_rejected": ("noise_mask.html", _MASK | {"mask": MASKS[2]}),
    "rollouts": ("rollouts.html", {"rollouts": [ROLLOUT], "state": "under_way"}),
    "rollouts_none": ("rollouts.html", {"rollouts": [], "state": "under_way"}),
    "rollout": ("rollout.html", {
        "rollout": ROLLOUT, "members": MEMBERS, "cohort": 2, "standing": "drifted",
        "standings": STANDINGS, "more": "core-06"}),
    "emergencies": ("emergencies.html", {"found": GLASSES}),
    "emergencies_none": ("emergencies.html", {"found": []}),
    "emergency": ("emergency.html", {"one": GLASSES[1], "own": False}),
    "emergency_own": ("emergency.html", {"one": GLASSES[0], "own": True}),
    "emergency_reviewed": ("emergency.html", {"one": GLASSES[2], "own": False}),
    "maintenance": ("maintenance.html", {
        "plans": PLANS, "results": FOUND, "kinds": ("unsaved", "backup")}),
    "maintenance_none": ("maintenance.html", {"plans": [], "results": {}, "kinds": ("unsaved",)}),
    "maintenance_plan": ("maintenance_plan.html", {"plan": PLANS[0], "results": FOUND[1]}),
    "maintenance_plan_ended": ("maintenance_plan.html", {"plan": PLANS[2], "results": []}),
    "remains": ("remains.html", {"device": DEVICES[1], "remains": REMAINS}),
    "remains_none": ("remains.html", {"device": DEVICES[1], "remains": ()}),
    "compliance": ("compliance.html", {"rules": RULES, "sought": Sought(), "clauses": CLAUSES}),
    "compliance_none": ("compliance.html", {
        "rules": [], "sought": Sought(rule="<x>", site="<x>"), "clauses": {}}),
    "compliance_devices": ("compliance_devices.html", {
        "devices": BROKEN, "sought": Sought(severity="major"), "more": "leaf-01"}),
    "compliance_rule": ("compliance_rule.html", {
        "rule_id": RULE.id, "rule": RULE, "asked": 200, "broken": 2, "devices": BROKEN,
        "clauses": CLAUSES[RULE.id], "site": "LYS", "more": "leaf-01"}),
    "compliance_rule_gone": ("compliance_rule.html", {
        "rule_id": "OLD-1", "rule": None, "asked": 3, "broken": 0, "devices": [], "clauses": (),
        "site": "", "more": ""}),
    "changes": ("changes.html", {"masks": 2, "changes": CHANGES, "state": "", "more": 9}),
    "change": ("change.html", {"change": CHANGES[0]} | _CHANGE | {"log": []}),
    "change_own": ("change.html", {"change": CHANGES[0]} | _CHANGE | {"own": True}),
    "change_running": ("change.html", {"change": CHANGES[2]} | _CHANGE),
    "change_succeeded": ("change.html", {"change": CHANGES[3]} | _CHANGE),
    "change_preview": ("change_preview.html", {"change": CHANGES[0], "previews": PREVIEWS}),
    "change_new": (
        "change_new.html",
        {"devices": "core-02", "kinds": ["normal", "emergency"], "checks": CHECKS},
    ),
    "changes_alike": ("changes_alike.html", {"changes": CHANGES[:3], "decided": {
        CHANGES[1].id: Of(problem=HOSTILE, state="proposed"),
        CHANGES[2].id: Of(problem="", state="approved"),
    }}),
    "execution": ("execution.html", {"change": CHANGES[2], "observed": []} | _EXECUTION),
    "execution_in_doubt": ("execution.html", {"change": CHANGES[5], "observed": [
        Of(hostname=HOSTILE, standing="in_between", words="is in between")
    ]} | _EXECUTION),
    "events": ("events.html", {"events": EVENTS, "state": "", "more": 0}),
    "event": ("event.html", {"event": EVENTS[2], "offered": ARTICLES, "linked": []}),
    "event_closed": ("event.html", {"event": EVENTS[3], "offered": [], "linked": ARTICLES}),
    "problems": ("problems.html", {"problems": PROBLEMS}),
    "problem": ("problem.html", {"problem": PROBLEMS[0], "events": EVENTS}),
    "knowledge": ("knowledge.html", {"articles": ARTICLES}),
    "article": ("article.html", {"article": ARTICLES[0]}),
    "policies": ("policies.html", {"versions": POLICIES}),
    "organization": ("organization.html", {
        "units": UNITS, "people": [ENGINEER, APPROVER, GONE], "held": HELD}),
    "scans": ("scans.html", {"scans": SCANS, "after": 0, "more": 11}),
    "scans_none": ("scans.html", {"scans": [], "after": 0, "more": 0}),
    "scan_running": ("scan.html", {"report": REPORTS["running"]}),
    "scan_over": ("scan.html", {"report": REPORTS["over"]}),
    "scan_dead": ("scan.html", {"report": REPORTS["dead"]}),
    "scan_quiet": ("scan.html", {"report": REPORTS["quiet"]}),
    **risk.PAGES,
    **questions.PAGES,
    **evidence.PAGES,
    **waiting.PAGES,
    **images.PAGES,
    "schedules": ("schedules.html", {"schedules": SCHEDULES, "more": "nightly"}),
}  # fmt: skip
