"""`trimtab emergency`: carry an emergency out alone, and review afterwards."""

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from changes.emergency import breaking, debt, reviews
from changes.models import BreakGlass
from core.context import Context
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

Change = Annotated[int, typer.Argument(help="The change's number.")]
Glass = Annotated[int, typer.Argument(help="The broken glass, as `emergency list` numbers it.")]
Digest = Annotated[str, typer.Option(help="The plan's digest, as `change show` tells it.")]


def _columns(ctx: Context) -> dict[str, Callable[[BreakGlass], object]]:
    return {
        "id": lambda row: row.id,
        "change": lambda row: row.change.label,
        "state": lambda row: row.change.state,
        "by": lambda row: row.person.username,
        "reason": lambda row: row.reason,
        "valid_until": lambda row: row.valid_until,
        "review_due_at": lambda row: row.review_due_at,
        "reviewed_at": lambda row: row.reviewed_at,
        "overdue": lambda row: debt.is_overdue(ctx, row),
        "reviews": lambda row: [
            f"{one.person.username}: {one.verdict}" for one in reviews.reviews_of(ctx, row)
        ],
    }


@app.command("list")
def list_all(
    *,
    unreviewed: Annotated[bool, typer.Option("--unreviewed", help="Only what waits.")] = False,
    as_json: Json = False,
) -> None:
    """Broken glasses in your units: what waits for a review first."""
    with command_context() as ctx:
        found = reviews.list_grants(ctx, unreviewed="only" if unreviewed else "all")
        show(found, _columns(ctx), as_json=as_json)


@app.command("break-glass")
def break_glass(
    change: Change,
    *,
    digest: Digest,
    reason: Annotated[str, typer.Option(help="Why it cannot wait; the reviewers read it.")],
    minutes: Annotated[int, typer.Option(help="5 to 240; then no other wave begins.")] = 30,
    as_json: Json = False,
) -> None:
    """Have an emergency change carried out on your word alone; two others review it."""
    with command_context() as ctx:
        row = breaking.break_glass(ctx, change, digest=digest, reason=reason, minutes=minutes)
        show_one(row, _columns(ctx), as_json=as_json)


@app.command()
def review(
    glass: Glass,
    verdict: Annotated[
        Literal["justified", "not_justified"], typer.Argument(help="What you found.")
    ],
    *,
    note: Annotated[str, typer.Option(help="What you looked at, or what follows.")] = "",
    problem: Annotated[int | None, typer.Option(help="The problem that follows from it.")] = None,
    as_json: Json = False,
) -> None:
    """Say of a broken glass whether it was justified; two persons have to."""
    with command_context() as ctx:
        reviews.review(ctx, glass, verdict=verdict, note=note, problem_id=problem)
        show_one(reviews.get_grant(ctx, glass), _columns(ctx), as_json=as_json)
