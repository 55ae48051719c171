"""Posts remember the template that they were made from

Marks only: what a template allows since is given by `trimtab init`, with a record.
"""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_SEE = (
    "device.read", "snapshot.read", "drift.read", "event.read", "problem.read", "knowledge.read",
    "change.read", "schedule.read", "organization.read", "policy.read",
)  # fmt: skip
_MAINTAIN = ("maintenance.read", "maintenance.write")
_WORK = ("event.write", "problem.write", "knowledge.write", "change.stop", "drift.scan")
_ENGINEER = (*_SEE, *_WORK, "device.write", "device.collect", "change.request", "change.execute")
_VOTE = (*_SEE, "change.approve", "change.stop", "baseline.approve")

HISTORY: Mapping[str, Sequence[Sequence[str]]] = {
    "administrator": (
        (
            *_SEE, "credential.read", "audit.read", "organization.write", "policy.write",
            "token.write", "device.write", "credential.write", "secret.write", "schedule.write",
        ),
        ("discovery.allow",), ("calendar.write",), ("maintenance.read",), ("audit.seal",),
        ("audit.archive", "person.erase"),
    ),
    "network engineer": (_ENGINEER, ("noise.learn",), ("change.comment",), _MAINTAIN),
    "duty engineer": (
        (*_ENGINEER, "noise.learn", "change.comment", "change.break_glass"), _MAINTAIN,
    ),
    "approver": (
        (*_VOTE, "drift.suppress"), ("noise.approve",), ("change.comment", "freeze.except"),
        ("maintenance.read",),
    ),
    "change authority": (
        (*_VOTE, "change.comment", "change.authorise", "freeze.except"), ("maintenance.read",),
    ),
    "operator": (
        (*_SEE, *_WORK, "device.collect"), ("noise.learn",), ("change.comment",), _MAINTAIN,
    ),
    "compliance officer": (
        (*_SEE, "drift.scan", "policy.write", "schedule.write", "audit.read"),
        ("calendar.write",), ("maintenance.read",),
    ),
    "auditor": ((*_SEE, "credential.read", "audit.read"), ("maintenance.read",)),
}  # fmt: skip
"""What each template allowed at first, and what came to it, step by step."""


def upgrade() -> None:
    op.add_column("post", sa.Column("template", sa.Text(), nullable=True))
    mark = sa.text(
        "UPDATE post SET template = :template WHERE permissions @> :held AND permissions <@ :held"
    ).bindparams(sa.bindparam("held", type_=sa.ARRAY(sa.Text())))
    for template, steps in HISTORY.items():
        for held in _versions(steps):
            op.execute(mark.bindparams(template=template, held=held))


def _versions(steps: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    held: list[str] = []
    for step in steps:
        held = [*held, *step]
        yield held


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
