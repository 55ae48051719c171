"""Events, problems, knowledge, audit, organization."""

from types import SimpleNamespace as Of

from api.web.compliance import Watched
from drift.rule_standing import BrokenDevice, BrokenRule, RuleStanding
from drift.rules import built_in
from tests.api.samples.basics import APPROVER, ENGINEER, HOSTILE, NOW, ago, digest
from tests.api.samples.network import DEVICES

EVENTS = [
    Of(
        id=number,
        title=title,
        detail=f"Seen by collection.\n{HOSTILE}",
        kind=kind,
        severity=severity,
        state=state,
        count=count,
        device_id=number,
        device=DEVICES[number],
        problem_id=2 if number == 3 else None,
        problem=Of(title="SNMP template <old>") if number == 3 else None,
        first_at=ago(days=2),
        last_at=ago(minutes=number),
        closing_note="Corrected by C12." if state == "closed" else "",
        closed_at=ago(minutes=1) if state == "closed" else None,
    )
    for number, title, kind, severity, state, count in [
        (5, "Unauthorised drift on leaf-05", "drift", "critical", "open", 3),
        (4, "core-04 cannot be reached", "unreachable", "major", "open", 12),
        (3, f"Host key changed {HOSTILE}", "host_key_changed", "critical", "acknowledged", 1),
        (2, "Drift on core-02", "drift", "minor", "closed", 1),
    ]
]

PROBLEMS = [
    Of(
        id=2,
        title="SNMP template <old> reverts",
        description="Seen on 4 leaves.",
        state="known_error",
        root_cause="Zero-touch template is stale",
        workaround="Reapply C11",
        opened_at=ago(days=4),
        resolved_at=None,
    ),
    Of(
        id=1,
        title="Flapping uplink",
        description="",
        state="resolved",
        root_cause="",
        workaround="",
        opened_at=ago(days=40),
        resolved_at=ago(days=3),
    ),
]

ARTICLES = [
    Of(
        id=4,
        title="What to do about unauthorised drift",
        event_kind="drift",
        platform="",
        problem_id=2,
        versions=[
            Of(
                version=2,
                written_at=ago(days=3),
                body=(
                    "## First\n\nAsk who was on the device:\n\n```\nshow users\n```\n\n"
                    "| sign | meaning |\n|---|---|\n| lines of C12 | late |\n\n<b>no HTML</b>"
                ),
            )
        ],
    ),
]

RECORDS = [
    Of(
        id=900 - n,
        recorded_at=ago(minutes=n),
        actor_name=actor,
        action=action,
        subject_type=kind,
        subject_id=str(n + 1),
        subject_label=label,
        facts=facts,
        digest=bytes.fromhex(digest(action)),
    )
    for n, (actor, action, kind, label, facts) in enumerate(
        [
            (
                "scheduler",
                "device.collected",
                "device",
                "core-02",
                {"outcome": "changed", "seconds": 1.4},
            ),
            (
                "tomas",
                "change.approved",
                "change_request",
                "C12 Correct drift",
                {"digest": digest("x"), "note": "ok"},
            ),
            (
                "worker",
                "change.executed",
                "change_request",
                "C12 Correct drift",
                {"devices": ["core-02", "leaf-05"]},
            ),
            ("nobody", "person.sign_in_failed", "person", HOSTILE, {"username": HOSTILE}),
        ]
    )
]

UNITS = [
    Of(id=1, parent_id=None, code="OPS", name="Operations"),
    Of(id=2, parent_id=1, code="NET", name="Networks"),
    Of(id=3, parent_id=2, code="MAD", name="Madrid <centre>"),
    Of(id=4, parent_id=1, code="SRV", name="Servers"),
]

HELD = [
    (
        Of(
            title="Network engineer",
            unit=UNITS[1],
            duties="Corrects drift.",
            permissions=["device.read", "change.request"],
        ),
        [ENGINEER],
    ),
    (Of(title="Approver", unit=UNITS[0], duties="", permissions=["change.approve"]), [APPROVER]),
    (Of(title="Auditor", unit=UNITS[0], duties="", permissions=["audit.read"]), []),
]

POLICIES = [
    Of(
        version=2,
        published_at=ago(days=12),
        policy=Of(code="CFG", title="Configuration baseline"),
        clauses=[
            Of(
                id=11,
                number="1.1",
                text="Devices take time from our own servers only.",
                rules=["ntp.own"],
            ),
            Of(id=12, number="1.2", text="Nobody administers over telnet.", rules=[]),
        ],
    ),
]

SCHEDULES = [
    Of(
        id=1,
        name="Scan all",
        job="drift.scan",
        trigger="every 15m",
        timezone="UTC",
        jitter_seconds=600,
        enabled=True,
        next_fire_at=NOW,
        last_fire_at=ago(minutes=15),
    ),
    Of(
        id=2,
        name="Nightly",
        job="inventory.collect",
        trigger="0 2 * * *",
        timezone="Europe/Madrid",
        jitter_seconds=0,
        enabled=False,
        next_fire_at=None,
        last_fire_at=None,
    ),
]

RULE = built_in()[0]
"""A rule of ours, broken by two devices; another one is in force no more."""
RULES = [
    RuleStanding(rule_id=RULE.id, rule=RULE, severity=RULE.severity, asked=200, broken=2),
    RuleStanding(rule_id="OLD-1", rule=None, severity="minor", asked=3, broken=0),
]
BROKEN = [
    BrokenDevice(
        device_id=one.id, hostname=one.hostname, site=one.site.code, judged_at=ago(minutes=7),
        asked=9, broken=(
            BrokenRule(rule_id=RULE.id, rule=RULE, severity=RULE.severity, detail=HOSTILE),
            BrokenRule(rule_id="OLD-1", rule=None, severity="minor", detail=""),
        ),
    )
    for one in DEVICES[:2]
]  # fmt: skip
CLAUSES = {RULE.id: [Watched(id=11, policy="CFG", number="1.1")]}
