"""`trimtab risk`: the formula that says how risky a change is, its versions, and what they ask."""

from typing import Annotated

import typer

from changes.risk import policies, trial
from changes.risk.model import Risk
from changes.risk.models import RiskPolicy
from changes.risk.policies import Altered
from changes.risk.trial import MOST, Tried, differing
from core.context import Context
from organization.models import Unit
from organization.units import by_code
from trimtab.console import Column, Json, command_context, given_text, out, safe, show, tell

app = typer.Typer(no_args_is_help=True)

VERSIONS: dict[str, Column[RiskPolicy]] = {
    "id": lambda row: row.id,
    "unit": lambda row: row.unit.code if row.unit else "all",
    "version": lambda row: row.version,
    "published_at": lambda row: row.published_at,
    "published_by": lambda row: row.published_by.username if row.published_by else None,
    "reason": lambda row: row.reason,
    "digest": lambda row: row.digest[:12],
}
ALTERED: dict[str, Column[Altered]] = {
    "place": lambda one: one.place,
    "before": lambda one: one.before,
    "after": lambda one: one.after,
}


def _level(risk: Risk | None) -> str | None:
    return f"{risk.level} ({risk.score})" if risk else None


TRIED: dict[str, Column[Tried]] = {
    "change": lambda one: one.change.id,
    "title": lambda one: one.change.title,
    "state": lambda one: one.change.state,
    "devices": lambda one: one.devices,
    "approved_as": lambda one: _level(one.approved),
    "in_force": lambda one: _level(one.now),
    "tried": lambda one: _level(one.then),
    "approvals": lambda one: f"{one.now.approvals} -> {one.then.approvals}",
    "reasons": lambda one: [f"{why.points} {why.words}" for why in one.then.reasons if why.points],
}

UnitCode = Annotated[str | None, typer.Option("--unit", help="A unit's code; else everybody's.")]
File = Annotated[str, typer.Argument(help="YAML or JSON; - for standard input.")]
Id = Annotated[int, typer.Argument(min=0, help="A version's id; 0 is Trimtab's own formula.")]


def _unit(ctx: Context, code: str | None) -> Unit | None:
    return by_code(ctx, code) if code else None


@app.command("show")
def show_formula(
    version: Annotated[
        int | None, typer.Argument(min=0, help="An id; 0 is Trimtab's own. Else what holds.")
    ] = None,
    *,
    unit: UnitCode = None,
    as_json: Json = False,
) -> None:
    """The text of the formula in force, or of a version."""
    with command_context() as ctx:
        if version is None:
            text = policies.text_in_force(ctx, _unit(ctx, unit))
        else:
            text = policies.text_of(ctx, version)
        tell(text.rstrip("\n"), {"text": text}, as_json=as_json)


@app.command("list")
def list_versions(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """Every published version, the newest first."""
    with command_context() as ctx:
        show(policies.list_versions(ctx, limit=limit), VERSIONS, as_json=as_json)


@app.command()
def diff(left: Id, right: Id, *, as_json: Json = False) -> None:
    """Where two versions say different things."""
    with command_context() as ctx:
        show(policies.compare(ctx, left, right), ALTERED, as_json=as_json)


@app.command()
def publish(
    file: File,
    *,
    reason: Annotated[str, typer.Option(help="Why; auditors read it.")],
    unit: UnitCode = None,
    as_json: Json = False,
) -> None:
    """Publish the next version of a formula; it holds for changes planned from now on."""
    text = given_text(file)
    with command_context() as ctx:
        row = policies.publish(ctx, text, unit=_unit(ctx, unit), reason=reason)
        show([row], VERSIONS, as_json=as_json)


@app.command("try")
def try_formula(
    file: File,
    *,
    last: Annotated[int, typer.Option(min=1, max=MOST, help="So many of the newest changes.")] = 20,
    as_json: Json = False,
) -> None:
    """What a formula would have said of the last changes; nothing is published."""
    text = given_text(file)
    with command_context() as ctx:
        tried = trial.try_formula(ctx, text, limit=last)
        show(tried, TRIED, as_json=as_json)
        if not as_json:
            told = f"{differing(tried)} of {len(tried)} get another level or ask other approvals."
            out.print(safe(told))
