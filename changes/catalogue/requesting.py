"""Request changes of many devices from one template: all of them or none. Approves nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from changes.approvals import release_if_complete
from changes.catalogue import entries
from changes.catalogue.errors import OutsideOfEntry
from changes.catalogue.planned import of_entry, of_template
from changes.catalogue.rendering import Template
from changes.catalogue.rows import Row
from changes.catalogue.standing import risk_above
from changes.checks import Asked
from changes.models import ChangeRequest
from changes.plans import Source, TargetPlan
from changes.requests import Wanted, Window, plan_of, propose
from core.context import Context
from core.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be typed on one device of a request, and what would undo it."""

    hostname: str
    lines: tuple[str, ...]
    rollback: tuple[str, ...]


def request_standard(
    ctx: Context, name: str, rows: Sequence[Row], *, reason: str, window: Window | None = None,
    checks: Asked = None,
) -> ChangeRequest:  # fmt: skip
    """Request a standard change on devices; it is approved already where the catalogue says so.

    Needs `change.request` on each device. Raises NotOffered, OutsideOfEntry when its risk is above
    what the entry was approved for, and RowsWrong with every mistake of all rows.
    """
    entry = entries.offered(ctx, name)
    targets = of_entry(ctx, entry, rows)
    wanted = Wanted(
        title=entry.title, reason=reason, kind="standard", window=window, playbook=entry.playbook,
        checks=checks,
        source=Source(name=entry.name, version=entry.version, digest=entry.digest),
    )  # fmt: skip
    change = propose(ctx, [(one, None) for one in targets], wanted)
    above = risk_above(plan_of(change), entry)
    if above:
        raise OutsideOfEntry(
            f"This use of {entry.label} is not approved by the catalogue: {above}. Request fewer "
            "devices, or a normal change."
        )
    release_if_complete(ctx, change)
    return change


def request_from_template(
    ctx: Context, template: Template, rows: Sequence[Row], wanted: Wanted
) -> ChangeRequest:
    """Request a change of many devices from a template that is in no catalogue.

    Needs `change.request` on each device. Raises EntryWrong for the template's syntax, RowsWrong
    with every mistake of all rows.
    """
    if wanted.kind == "standard":
        raise InvalidInput("A standard change comes from the catalogue; this one is a normal one.")
    targets = of_template(ctx, template, rows)
    source = Source(name=template.name, version=1, digest=template.digest)
    return propose(ctx, [(one, None) for one in targets], replace(wanted, source=source))


def preview_standard(ctx: Context, name: str, rows: Sequence[Row]) -> tuple[Preview, ...]:
    """What a standard change would type; nothing is requested. Raises as `request_standard`."""
    return _previews(of_entry(ctx, entries.offered(ctx, name), rows))


def preview_template(ctx: Context, template: Template, rows: Sequence[Row]) -> tuple[Preview, ...]:
    """What a template would type; nothing is requested. Raises as `request_from_template`."""
    return _previews(of_template(ctx, template, rows))


def _previews(targets: Sequence[TargetPlan]) -> tuple[Preview, ...]:
    return tuple(
        Preview(hostname=one.hostname, lines=one.lines, rollback=one.rollback) for one in targets
    )
