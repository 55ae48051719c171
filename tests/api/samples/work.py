"""Changes, their plans, executions and verifications."""

from types import SimpleNamespace as Of

from tests.api.samples.basics import APPROVER, ENGINEER, GONE, HOSTILE, ago, digest
from tests.api.samples.network import FINDINGS, UNKNOWN

TARGETS = [
    Of(device_id=n, state=state, result=result, wave=n // 3)
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
            ),
            Of(
                person=APPROVER,
                decision="approved",
                note="Checked <the> ACL.",
                decided_at=ago(hours=1),
                voided_at=None,
                void_reason="",
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

PLAN = Of(
    playbook="correct_drift",
    playbook_digest=digest("playbook"),
    targets=[
        Of(
            device_id=n,
            hostname=f"core-{n:02}",
            platform="cisco_ios",
            pre_state=digest(str(n)),
            lines=FINDINGS[0].remediation,
            rollback=["no ntp server 10.9.0.1", HOSTILE],
            files=[Of(path="/etc/ntp.conf", content="server 10.9.0.1\n")] if n == 6 else [],
            rollback_files=[],
            declared=[1, 2, 3],
            masks=[Of(label=rf"ntp\ clock\-period\ \d+ {HOSTILE}")] if n == 4 else [],
        )
        for n in (2, 4, 6)
    ],
)

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
