"""`trimtab approval`: stages and voters, batches, comments, delegations and absences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from changes import approvals, requests
from changes.approving import batches, comments, delegations
from changes.approving.batches import Decided
from changes.approving.models import ChangeComment, Delegation
from changes.approving.voters import voters
from core.errors import InvalidInput
from inventory.devices import by_hostname
from organization.models import Person
from organization.people import by_username
from trimtab.console import Column, Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stage as the table shows it."""

    stage: str
    votes: str
    by: str
    may_still: str


def _place(row: ChangeComment) -> str:
    if row.place is None:
        return "" if row.device_id is None else f"device {row.device_id}"
    path, line, side = row.place
    above = path if isinstance(path, list) else []
    return f"device {row.device_id}: {' / '.join(map(str, [*above, line]))} ({side})"


STAGES: dict[str, Column[Told]] = {
    "stage": lambda row: row.stage,
    "votes": lambda row: row.votes,
    "by": lambda row: row.by,
    "may_still": lambda row: row.may_still,
}
DECIDED: dict[str, Column[Decided]] = {
    "change": lambda row: row.change_id,
    "state": lambda row: row.state,
    "problem": lambda row: row.problem,
}
COMMENTS: dict[str, Column[ChangeComment]] = {
    "id": lambda row: row.id,
    "by": lambda row: row.person.username,
    "written_at": lambda row: row.written_at,
    "place": _place,
    "objection": lambda row: row.objection,
    "settled_at": lambda row: row.settled_at,
    "body": lambda row: row.body,
}
DELEGATIONS: dict[str, Column[Delegation]] = {
    "id": lambda row: row.id,
    "person": lambda row: row.person.username,
    "deputy": lambda row: row.deputy.username if row.deputy else None,
    "absent": lambda row: row.absent,
    "begins_at": lambda row: row.begins_at,
    "ends_at": lambda row: row.ends_at,
    "reason": lambda row: row.reason,
}

Key = Annotated[int, typer.Argument(help="The change's id.")]
Why = Annotated[str, typer.Option(help="Why; auditors read it.")]


@app.command("stages")
def stages(change: Key, *, as_json: Json = False) -> None:
    """Whose approvals a change needs, has, and may still get."""
    with command_context() as ctx:
        row = requests.get_change(ctx, change)
        told = [
            Told(
                stage=one.stage.name, votes=f"{len(one.votes)} of {one.stage.needed}",
                by=" ".join(vote.person.username for vote in one.votes),
                may_still="" if one.complete else " ".join(
                    voice.person.username for voice in voters(ctx, row, one.stage.permission)
                ),
            )
            for one in approvals.progress(ctx, row)
        ]  # fmt: skip
        show(told, STAGES, as_json=as_json)


@app.command("alike")
def alike(change: Key, *, as_json: Json = False) -> None:
    """Proposed changes that do exactly what this one does, with the digests to approve them by."""
    with command_context() as ctx:
        show(
            batches.alike(ctx, change),
            {
                "id": lambda row: row.id,
                "title": lambda row: row.title,
                "devices": lambda row: len(row.targets),
                "digest": lambda row: row.digest,
            },
            as_json=as_json,
        )


@app.command("approve")
def approve(
    change: Annotated[list[str], typer.Argument(help="ID=DIGEST, once a change.")], *,
    note: Annotated[str, typer.Option(help="Why.")] = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Approve alike changes, each by its own digest; 1 where one could not be approved."""
    pairs = [_pair(one) for one in change]
    with command_context() as ctx:
        found = batches.approve_all(ctx, pairs, note=note)
    show(found, DECIDED, as_json=as_json)
    if any(one.problem for one in found):
        raise typer.Exit(1)


@app.command("comment")
def comment(
    change: Key, *, body: Annotated[str, typer.Option(help="What is to be said.")],
    device: Annotated[str | None, typer.Option(help="About this device.")] = None,
    objection: Annotated[
        bool, typer.Option("--objection", help="Nobody approves until it is settled.")
    ] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Comment a change, or one device of it."""
    with command_context() as ctx:
        device_id = by_hostname(ctx, device).id if device else None
        row = comments.comment(ctx, change, body=body, device_id=device_id, objection=objection)
        show_one(row, COMMENTS, as_json=as_json)


@app.command("comments")
def list_comments(change: Key, *, as_json: Json = False) -> None:
    """What was said of a change and of its lines."""
    with command_context() as ctx:
        show(comments.list_comments(ctx, change), COMMENTS, as_json=as_json)


@app.command("settle")
def settle(
    comment: Annotated[int, typer.Argument(help="The comment's id.")], *, as_json: Json = False
) -> None:
    """Mark a comment as settled."""
    with command_context() as ctx:
        show_one(comments.settle(ctx, comment), COMMENTS, as_json=as_json)


@app.command("delegate")
def delegate(
    *,
    start: Annotated[datetime, typer.Option(help="From, in the local time zone.")],
    end: Annotated[datetime, typer.Option(help="Until, in the local time zone.")],
    reason: Why,
    person: Annotated[str | None, typer.Option(help="Whose; without it your own.")] = None,
    deputy: Annotated[str | None, typer.Option(help="Who approves on their behalf.")] = None,
    present: Annotated[bool, typer.Option("--present", help="The person is not absent.")] = False,
    as_json: Json = False,
) -> None:
    """Say that a person is absent, and who approves on their behalf meanwhile."""
    with command_context() as ctx:
        whose = by_username(ctx, person) if person else ctx.get(Person, ctx.person.person_id or 0)
        row = delegations.delegate(
            ctx, whose, deputy=by_username(ctx, deputy) if deputy else None, absent=not present,
            begins_at=start.astimezone(), ends_at=end.astimezone(), reason=reason,
        )  # fmt: skip
        show_one(row, DELEGATIONS, as_json=as_json)


@app.command("delegations")
def list_delegations(*, as_json: Json = False) -> None:
    """Absences and delegations that are not over."""
    with command_context() as ctx:
        show(delegations.list_delegations(ctx), DELEGATIONS, as_json=as_json)


@app.command("revoke")
def revoke(
    delegation: Annotated[int, typer.Argument(help="Its id.")], *, reason: Why,
    as_json: Json = False,
) -> None:  # fmt: skip
    """End a delegation or an absence now."""
    with command_context() as ctx:
        row = delegations.revoke(ctx, delegation, reason=reason)
        show_one(row, DELEGATIONS, as_json=as_json)


def _pair(told: str) -> tuple[int, str]:
    key, _, digest = told.partition("=")
    if not key.isdecimal() or not digest:
        raise InvalidInput(f"{told!r} is no ID=DIGEST, as `trimtab approval alike` tells them.")
    return int(key), digest
