"""`trimtab baseline render`: what the sources intend beside the baselines, and its approval."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from core.audit import Fact
from core.context import Context
from core.counting import counted
from core.errors import Conflict, InvalidInput
from drift.engine import Difference
from drift.intent import proposals
from drift.intent.cohorts import Cohort
from drift.intent.proposals import Failed, Proposal
from drift.selection import select_devices
from trimtab.console import Json, command_context, out, plain, print_json, safe

SIGNS = {"missing": ("+", "green"), "extra": ("-", "red"), "moved": ("~", "yellow")}


def render(
    hostnames: Annotated[list[str] | None, typer.Argument(help="Devices.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All active devices.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The whole text, no comparison.")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="Make it the baseline.")] = False,
    reason: Annotated[str, typer.Option(help="With --approve: why; auditors read it.")] = "",
    cohort: Annotated[
        list[str] | None,
        typer.Option(
            help="With --approve: how many devices and from when, such as '5', "
            "'20% 2027-01-12T06:00' (local time), 'rest 2027-01-19T06:00'; repeat it, in order."
        ),
    ] = None,
    grace_hours: Annotated[
        int, typer.Option(min=0, help="Hours for which the version before is borne with.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Show what is intended beside the newest baseline; exit 1 when it is something else.

    Nothing is kept without --approve, and nothing at all where one device cannot be rendered.
    """
    if bool(hostnames) == every:
        raise InvalidInput("Name devices, or say --all.")
    with command_context() as ctx:
        chosen = select_devices(ctx, permission="snapshot.read", hostnames=hostnames or ())
        found = proposals.propose_all(ctx, chosen)
        rows = [_told(one) for one in found]
        if as_json:
            print_json(rows)
        else:
            for one in found:
                _print(one, whole=text)
        if approve:
            _approve(ctx, found, reason, cohort or ["rest"], grace_hours)
    if any(isinstance(one, Failed) for one in found):
        raise typer.Exit(2)
    if not approve and any(isinstance(one, Proposal) and one.news for one in found):
        raise typer.Exit(1)


def _approve(
    ctx: Context, found: Sequence[Proposal | Failed], reason: str, cohorts: Sequence[str],
    grace_hours: int,
) -> None:  # fmt: skip
    failed = [one.hostname for one in found if isinstance(one, Failed)]
    if failed:
        raise Conflict(
            f"Nothing was approved: there is no text for {', '.join(failed[:5])}"
            f"{' and others' if failed[5:] else ''}. Correct what is wrong, or name devices "
            "without it."
        )
    fresh = [one for one in found if isinstance(one, Proposal) and one.news]
    proposals.approve(
        ctx, fresh, reason=reason, cohorts=[_cohort(one) for one in cohorts],
        grace=timedelta(hours=grace_hours),
    )  # fmt: skip


def _cohort(told: str) -> Cohort:
    size, _, start = told.strip().partition(" ")
    try:
        begins = datetime.fromisoformat(start.strip()).astimezone() if start.strip() else None
    except ValueError as error:
        raise InvalidInput(
            f"{start!r} is no time of a cohort: write it as 2027-01-12T06:00."
        ) from error
    return Cohort(size=size, valid_from=begins)


def _told(one: Proposal | Failed) -> dict[str, Fact]:
    if isinstance(one, Failed):
        return {"device": one.hostname, "error": one.error.message, "code": one.error.code}
    judged = one.judged
    return {
        "device": one.hostname, "source": one.source, "provenance": one.provenance,
        "digest": one.digest, "version": one.version, "news": one.news,
        "managed": plain(one.sections), "text": one.text,
        "differences": [
            {"path": plain(each.path), "line": each.line, "side": each.side}
            for each in (judged.differences if judged else ())
        ],
    }  # fmt: skip


def _print(one: Proposal | Failed, *, whole: bool) -> None:
    if isinstance(one, Failed):
        out.print(f"[bold]{safe(one.hostname)}[/bold]: {safe(one.error.message)}", soft_wrap=True)
        return
    if whole:
        out.print(safe(one.text), end="", soft_wrap=True)
        return
    out.print(f"[bold]{safe(one.hostname)}[/bold] {safe(_summary(one))}", soft_wrap=True)
    above: tuple[str, ...] = ()
    for each in one.judged.differences if one.judged else ():
        if each.path and each.path != above:
            out.print(f"[dim]  {safe(' / '.join(each.path))}[/dim]", soft_wrap=True)
        above = each.path
        out.print(_line(each), soft_wrap=True)


def _line(each: Difference) -> str:
    sign, style = SIGNS[each.side]
    return f"[{style}]{sign} {safe(each.line)}[/{style}]"


def _summary(one: Proposal) -> str:
    managed = f", managed: {', '.join(one.sections)}" if one.sections else ""
    told = f"from {one.provenance}{managed}"
    if one.version is None:
        return f"has no baseline yet; {counted(one.text.count(chr(10)), 'line')} {told}"
    if not one.news:
        return f"is baseline {one.version} already, {told}"
    return f"differs from baseline {one.version}, {told}"
