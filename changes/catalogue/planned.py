"""The plans of many devices from rows of variables, with every mistake told at once.

Requests nothing; reads what the devices showed last.
"""

from collections.abc import Callable, Mapping, Sequence

from changes.catalogue import entries
from changes.catalogue.content import syntax_fault, wrong_inputs
from changes.catalogue.errors import EntryWrong, OutsideOfEntry
from changes.catalogue.models import StandardChange
from changes.catalogue.rendering import Rendered, Template, TooMuch, bench, filled
from changes.catalogue.rows import Mistake, Row, refuse, unfit
from changes.errors import NoSafeCommands
from changes.planning import by_playbook, typed
from changes.plans import TargetPlan
from core.audit import Fact
from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted, TrimtabError
from inventory.devices import by_hostname
from inventory.models import Device

EXPECTED = (InvalidInput, Conflict, NotPermitted, NotFound)
"""What may be wrong with one row; anything else is wrong with the platform and ends it all."""

Planning = Callable[[Device, Row], TargetPlan]


def of_entry(ctx: Context, entry: StandardChange, rows: Sequence[Row]) -> tuple[TargetPlan, ...]:
    """The plans of using a standard change. Raises RowsWrong, or the only error that there is."""
    units = entries.reach(ctx, entry)

    def plan(device: Device, row: Row) -> TargetPlan:
        _require_within(entry, units, device)
        return by_playbook(ctx, device, filled(entry.inputs, row.variables))

    if not entry.template:
        return _targets(ctx, rows, entry.inputs, plan)
    template = Template(
        name=entry.name, text=entry.template, inputs=entry.inputs, rollback=entry.rollback_template
    )
    return of_template(
        ctx, template, rows, check=lambda device: _require_within(entry, units, device)
    )


def of_template(
    ctx: Context, template: Template, rows: Sequence[Row], *,
    check: Callable[[Device], None] = lambda _: None,
) -> tuple[TargetPlan, ...]:  # fmt: skip
    """The plans of typing what a template makes. Raises EntryWrong for the template's syntax."""
    for name, text in (("template", template.text), ("rollback template", template.rollback)):
        fault = syntax_fault(text)
        if fault:
            raise EntryWrong(f"The {name} of {template.name}, {fault}. Correct it.")
    unusable = "; ".join(wrong_inputs(template.inputs))
    if unusable:
        raise EntryWrong(f"The schema of {template.name} cannot be used: {unusable}.")
    with bench(template) as laid:

        def plan(device: Device, row: Row) -> TargetPlan:
            check(device)
            made = laid.render(device, filled(template.inputs, row.variables))
            return _typed(ctx, device, made)

        return _targets(ctx, rows, template.inputs, plan)


def _require_within(entry: StandardChange, units: frozenset[int], device: Device) -> None:
    if device.governing_unit_id not in units:
        raise OutsideOfEntry(
            f"{device.hostname} lies outside of {', '.join(entry.units)}, where {entry.label} "
            "may be used."
        )
    if device.platform not in entry.platforms:
        raise OutsideOfEntry(
            f"{entry.label} is for {', '.join(entry.platforms)}; {device.hostname} is "
            f"{device.platform}."
        )


def _typed(ctx: Context, device: Device, made: Rendered) -> TargetPlan:
    if not made.lines:
        raise NoSafeCommands(f"The template makes no lines for {device.hostname}.")
    return typed(ctx, device, made.lines, way_back=made.rollback)


def _targets(
    ctx: Context, rows: Sequence[Row], inputs: Mapping[str, Fact], plan: Planning
) -> tuple[TargetPlan, ...]:
    """The plan of every row, or all that is wrong with all of them."""
    targets: list[TargetPlan] = []
    mistakes: list[Mistake] = []
    seen: dict[int, str] = {}
    for row in rows:
        if row.faults:
            mistakes += row.faults
            continue
        faults = list(unfit(row, inputs))
        try:
            device = _device(ctx, row, seen)
            targets += [plan(device, row)] if not faults else []
        except TooMuch as error:
            faults.append(_mistake(row, error, column="template"))
            mistakes += faults
            break  # it would take as long for every other device
        except EXPECTED as error:
            faults.append(_mistake(row, error))
        mistakes += faults
    refuse(mistakes)
    return tuple(targets)


def _device(ctx: Context, row: Row, seen: dict[int, str]) -> Device:
    device = by_hostname(ctx, row.hostname)
    ctx.require("change.request", device)
    if seen.setdefault(device.id, row.hostname) != row.hostname:
        raise InvalidInput(f"{device.hostname} is named twice.")
    return device


def _mistake(row: Row, error: TrimtabError, *, column: str = "hostname") -> Mistake:
    column = column if row.line else row.hostname
    return Mistake(line=row.line, column=column, what=error.message, error=error)
