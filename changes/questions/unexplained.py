"""Changes on devices without a change request: drift that nothing explains. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from changes.questions import scope
from changes.questions.answers import Given, Parameter, Question, Row
from core.audit import Subject
from core.context import Context
from drift.models import Finding
from drift.recording import DIFFERENCES
from inventory.models import Device, Site

VERDICTS = ("unauthorised", "unexplained")
LINES = 20  # of a difference that a row tells
SIGNS = {"missing": "-", "extra": "+", "moved": "~"}
PLATFORM = Subject(type="platform", id="trimtab", label="trimtab")


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """The findings, the newest first."""
    since, until = scope.span(given)
    query = (
        select(Finding)
        .join(Device, Device.id == Finding.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Device.owned_by(ctx.units(scope.AUDIT)), Finding.verdict.in_(VERDICTS))
        .where(Finding.kind == "drift", Finding.opened_at >= since, Finding.opened_at < until)
        .order_by(Finding.id.desc())
        .limit(limit)
        .options(contains_eager(Finding.device), joinedload(Finding.event))
    )
    if "device" in given:
        query = query.where(Device.id == scope.device(ctx, given["device"]).id)
    if (seen := scope.place(after)) is not None:
        query = query.where(Finding.id < seen[0])
    return [_row(one) for one in ctx.session.scalars(query)]


def _row(finding: Finding) -> Row:
    what = Subject(type="finding", id=str(finding.id), label=f"F{finding.id}")
    event = finding.event
    return Row(
        place=str(finding.id), at=finding.opened_at, who=PLATFORM, did="finding.opened", what=what,
        cells=(
            what, scope.device_subject(finding.device), finding.verdict, finding.verdict_reason,
            finding.severity, finding.state, finding.opened_at, finding.last_seen_at,
            finding.resolved_at,
            Subject(type="event", id=str(event.id), label=f"E{event.id}") if event else None,
            _difference(finding),
        ),
    )  # fmt: skip


def _difference(finding: Finding) -> str:
    """The lines that differ, each below its sections: - is missing on the device, + too much."""
    lines = [
        f"{SIGNS[one.side]} {' > '.join((*one.path, one.line))}"
        for one in DIFFERENCES.validate_python(finding.differences)
    ]
    more = f"; and {len(lines) - LINES} more" if len(lines) > LINES else ""
    return "; ".join(lines[:LINES]) + more


QUESTION = Question(
    name="unexplained",
    title="What changed on devices without a change request?",
    note="One row a finding of drift whose verdict is unauthorised or unexplained now, by when it "
    "was first seen. Findings that a change explained later are not among them; the log keeps what "
    "the verdict was before.",
    parameters=(
        Parameter(name="device", kind="text", title="Only this hostname"), scope.SINCE, scope.UNTIL,
    ),
    columns=(
        "finding", "device", "verdict", "because", "severity", "state", "first seen", "last seen",
        "resolved at", "event", "difference",
    ),
    read=read,
)  # fmt: skip
