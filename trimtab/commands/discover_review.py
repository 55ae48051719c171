"""`trimtab discover list`, `adopt` and the like: a person decides about what was found."""

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from inventory.candidates import review
from inventory.candidates.models import Candidate
from inventory.candidates.review import Adoption
from inventory.models import Device
from trimtab.console import Column, Json, command_context, show, show_one

COLUMNS: dict[str, Column[Candidate]] = {
    "id": lambda row: row.id,
    "state": lambda row: row.state,
    "hostname": lambda row: row.hostname,
    "address": lambda row: row.address,
    "port": lambda row: row.port,
    "platform": lambda row: row.platform,
    "evidence": lambda row: row.evidence,
    "source": lambda row: row.source,
    "problem": lambda row: row.problem,
}
DETAILS = COLUMNS | {
    "unit": lambda row: row.unit.code,
    "range": lambda row: row.range.cidr if row.range else None,
    "depth": lambda row: row.depth,
    "banner": lambda row: row.banner,
    "model": lambda row: row.model,
    "serial": lambda row: row.serial,
    "os_version": lambda row: row.os_version,
    "proposal": lambda row: row.proposal,
    "device": lambda row: row.device.hostname if row.device else None,
    "first_seen_at": lambda row: row.first_seen_at,
    "last_seen_at": lambda row: row.last_seen_at,
    "decided_at": lambda row: row.decided_at,
    "reason": lambda row: row.reason,
}
DEVICES: dict[str, Column[Device]] = {
    "hostname": lambda row: row.hostname,
    "site": lambda row: row.site.code,
    "platform": lambda row: row.platform,
    "address": lambda row: f"{row.address}:{row.port}",
}

State = Literal["found", "adopted", "ignored", "merged", "all"]
Key = Annotated[int, typer.Argument(help="The candidate's id.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]


def list_candidates(
    *,
    state: Annotated[State, typer.Option(help="Those in this state, or all.")] = "found",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    as_json: Json = False,
) -> None:
    """What was found, the newest first; `alike` are devices that it may be."""
    with command_context() as ctx:
        rows = review.listing(ctx, state=None if state == "all" else state, limit=limit)
        alike = review.alike(ctx, rows)
        told: dict[str, Column[Candidate]] = {
            "alike": lambda row: [f"{one.hostname} ({one.by})" for one in alike[row.id]]
        }
        show(rows, COLUMNS | told, as_json=as_json)


def show_candidate(candidate: Key, *, as_json: Json = False) -> None:
    """Everything about one candidate."""
    with command_context() as ctx:
        show_one(review.get(ctx, candidate), DETAILS, as_json=as_json)


def adopt(
    candidates: Annotated[list[int], typer.Argument(help="The candidates' ids.")],
    *,
    site: Annotated[str | None, typer.Option(help="Default: the range's, or the import's.")] = None,
    credential: Annotated[str | None, typer.Option(help="Default: the range's.")] = None,
    hostname: Annotated[str | None, typer.Option(help="Another name; for one candidate.")] = None,
    platform: Annotated[str | None, typer.Option(help="Where it was not recognised.")] = None,
    as_json: Json = False,
) -> None:
    """Make devices of candidates, all or none."""
    said = Adoption(site=site, credential=credential, hostname=hostname, platform=platform)
    with command_context() as ctx:
        adopted = [review.adopt(ctx, candidate, said) for candidate in candidates]
        show(adopted, DEVICES, as_json=as_json)


def ignore(candidate: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Not a device of ours; found again, it stays ignored."""
    with command_context() as ctx:
        show_one(review.ignore(ctx, candidate, reason=reason), COLUMNS, as_json=as_json)


def merge(
    candidate: Key,
    hostname: Annotated[str, typer.Argument(help="The device that it is.")],
    *,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """It is a device that is there already, at another address."""
    with command_context() as ctx:
        merged = review.merge(ctx, candidate, hostname=hostname, reason=reason)
        show_one(merged, COLUMNS, as_json=as_json)


def reconsider(candidate: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Take an ignored or merged candidate back to the list."""
    with command_context() as ctx:
        show_one(review.reconsider(ctx, candidate, reason=reason), COLUMNS, as_json=as_json)


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_candidates,
    "show": show_candidate,
    "adopt": adopt,
    "ignore": ignore,
    "merge": merge,
    "reconsider": reconsider,
}
