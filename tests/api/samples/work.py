"""Changes, their plans, executions and verifications."""

from types import SimpleNamespace as Of

from api.web.change_sight import Sight, _alike
from changes.approvals import Progress
from changes.approving.groups import groups
from changes.approving.stages import Stage
from changes.approving.voters import Voice
from changes.calendar.clashes import Conflict
from changes.plans import Check, File, Guard, Plan, TargetPlan, Wave
from changes.preview import DevicePreview
from changes.risk import Reason, Risk
from drift.noise.masks import Mask
from tests.api.samples.basics import APPROVER, ENGINEER, GONE, HOSTILE, NOW, ago, digest
from tests.api.samples.network import FINDINGS, UNKNOWN

TARGETS = [
    Of(device_id=n, hostname=f"core-{n:02}", state=state, result=result, wave=n // 3)
    for n, state, result in [
        (2, "done", "6 lines typed, saved"),
        (4, "running", ""),
        (6, "waiting", ""),
    ]
]


def change(
    number: int, state: str, title: str = "Correct drift on core-02", outcome: str = ""
) -> Of:
    return Of(
        id=number,
        title=title,
        reason=UNKNOWN,
        kind="normal",
        method="playbook",
        state=state,
        digest=digest(title),
        requested_by=ENGINEER,
        requested_at=ago(hours=number),
        window_start=None,
        window_end=None,
        outcome=outcome,
        problem_id=2,
        targets=TARGETS,
        closed_at=ago(minutes=3),
        approvals=[
            Of(
                person=GONE,
                decision="approved",
                note="",
                decided_at=ago(hours=9),
                voided_at=ago(hours=8),
                void_reason="the plan changed",
                stage="peer",
                behalf=None,
                valid_until=None,
            ),
            Of(
                person=APPROVER,
                decision="approved",
                note="Checked <the> ACL.",
                decided_at=ago(hours=1),
                voided_at=None,
                void_reason="",
                stage="peer",
                behalf=GONE,
                valid_until=ago(hours=-9),
            ),
        ],
    )


CHANGES = [
    change(15, "proposed"),
    change(14, "approved", "Move NTP to the new servers"),
    change(13, "running", "Correct drift on 3 devices"),
    change(12, "succeeded", outcome="All devices show exactly the declared difference."),
    change(11, "rolled_back", outcome="leaf-07 refused `ntp authenticate`; rolled back."),
    change(10, "interrupted", outcome="The worker died after it began to touch core-04."),
    change(9, "rejected", f"Open telnet {HOSTILE}"),
]

DECLARED = (
    (("interface GigabitEthernet0/3",), f"description {HOSTILE}", "extra"),
    (("interface GigabitEthernet0/3",), "description uplink 3", "missing"),
    ((), "ntp server 10.9.0.1", "extra"),
    (("ip access-list extended EDGE",), "permit tcp any any eq 22", "moved"),
)
RISK = Risk(
    level="medium", score=34, approvals=2, canary=1, window_required=True, stages=(), policy="p",
    reasons=(
        Reason(code="devices", words="3 devices change, 2 of them core routers", points=14),
        Reason(code="way_back", words=f"no device undoes it by itself {HOSTILE}", points=20),
    ),
)  # fmt: skip


def target(number: int, *, file: bool = False) -> TargetPlan:
    return TargetPlan(
        device_id=number, hostname=f"core-{number:02}", platform="cisco_ios",
        pre_state=digest(str(number)), lines=tuple(FINDINGS[0].remediation),
        rollback=("no ntp server 10.9.0.1", HOSTILE),
        files=(File(path="/etc/ntp.conf", content="server 10.9.0.1\n"),) if file else (),
        rollback_files=(File(path="/etc/ntp.conf", content=None),) if file else (),
        declared=DECLARED, masks=(Mask(path=(), pattern=rf"ntp\ clock\-period\ \d+ {HOSTILE}"),),
        guard=None if file else Guard(kind="revert_timer", minutes=5),
        unguarded=f"its login has no shell {HOSTILE}" if file else "",
    )  # fmt: skip


PLAN = Plan(
    kind="normal", method="playbook", playbook="correct_drift", playbook_digest=digest("playbook"),
    way_back="restore", way_back_digest=digest("back"), revision=2, window_start=None,
    window_end=None, targets=(target(2), target(4), target(6, file=True)), risk=RISK,
    waves=(Wave(devices=(2,)), Wave(devices=(4, 6), may_fail=1)),
    checks=(Check(name="neighbours up", playbook="neighbours_up", digest="d", when="both"),),
)  # fmt: skip


def said(number: int, **more) -> Of:
    told = {
        "id": number, "person": APPROVER, "written_at": ago(minutes=number), "objection": False,
        "settled_at": None, "body": f"Why {HOSTILE}?", "digest": digest("other"), "place": None,
        "device_id": 2,
    }  # fmt: skip
    return Of(**told | more)


SAID = [
    said(1, place=[["interface GigabitEthernet0/3"], "description uplink 3", "missing"]),
    said(2, objection=True), said(3, device_id=None, settled_at=NOW),
]  # fmt: skip
PEER = Stage(name="peer", needed=1, permission="change.approve")
LAST = Stage(name="authority", needed=1, permission="change.authorise")
SIGHT = Sight(
    plan=PLAN, alike=tuple(_alike(one, SAID) for one in groups(PLAN)),
    stages=(
        Progress(stage=PEER, votes=tuple(CHANGES[0].approvals[1:])), Progress(stage=LAST, votes=()),
    ),
    voters=(Voice(person=APPROVER), Voice(person=ENGINEER, behalf=GONE)),
    voice=Voice(person=APPROVER, behalf=GONE), comments=tuple(SAID[2:]), objections=1,
    coming="Notices about C7 are still being sent.", conflicts=(
        Conflict(kind="frozen", words=f"Year end {HOSTILE} holds", freeze_id=1),
        Conflict(kind="same_group", words="C14 touches the same group then", change_id=14),
    ),
    batch=tuple(CHANGES[1:2]),
)  # fmt: skip
PROGRESS = Of(
    state="running", undo="wave", asked="pause",
    waves=[
        Of(number=n, may_fail=n, devices=[
            Of(device_id=one.device_id, hostname=one.hostname, state=one.state, result=one.result,
               touched_at=ago(minutes=2))
            for one in TARGETS if one.wave == n
        ])
        for n in (0, 1, 2)
    ],
)  # fmt: skip
GATES = [
    Of(id=n, device_id=2 * n, wave=n - 1, moment="after", name="neighbours up", passed=n == 1,
       detail=f"seen {HOSTILE}", looked_at=ago(minutes=n))
    for n in (1, 2)
]  # fmt: skip
PREVIEWS = [
    DevicePreview(device_id=2, hostname="core-02", how="config session", diff=f"+{HOSTILE}"),
    DevicePreview(device_id=4, hostname="core-04", how="computed", refused=(HOSTILE,)),
    DevicePreview(device_id=6, hostname="core-06", problem=f"unreachable {HOSTILE}"),
]

LOG = [
    Of(id=n, at=ago(seconds=60 - n), status=status, host=host, task=task, text=text)
    for n, (status, host, task, text) in enumerate(
        [
            ("ok", "core-02", "Check that the device is in the approved pre-state", ""),
            (
                "changed",
                "core-02",
                "Type the approved lines",
                "interface GigabitEthernet0/3\n description uplink 3",
            ),
            ("changed", "core-02", "Save", ""),
            ("ok", "core-04", "Check that the device is in the approved pre-state", ""),
            ("failed", "core-04", "Type the approved lines", f"% Invalid input detected {HOSTILE}"),
            ("skipped", "core-06", "Type the approved lines", ""),
        ],
        start=1,
    )
]

VERIFICATIONS = [
    Of(
        device_id=2, as_declared=True, surplus=[], missing=[], detail="", verified_at=ago(minutes=1)
    ),
    Of(
        device_id=4,
        as_declared=False,
        surplus=[1],
        missing=[],
        detail="One line came besides.",
        verified_at=ago(minutes=1),
    ),
]
