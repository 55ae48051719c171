"""`trimtab baseline facts`: what devices are expected to be, beside their configuration."""

from typing import Annotated, cast

import typer

from core.errors import InvalidInput, NotFound
from drift import facts
from drift.device_facts import KINDS, DeviceFacts, Kind, from_lines
from drift.models import ExpectedFacts
from inventory import devices, snapshots
from trimtab.console import Json, command_context, plain, print_json, show, show_one

app = typer.Typer(no_args_is_help=True, help="What devices are expected to be.")

COLUMNS = {
    "device": lambda row: row.device.hostname,
    "version": lambda row: row.version,
    "source": lambda row: row.source,
    "snapshot": lambda row: row.snapshot_id,
    "facts": lambda row: facts.facts_of(row).told,
    "reason": lambda row: row.reason,
    "valid_from": lambda row: row.valid_from,
    "valid_until": lambda row: row.valid_until,
}

Hostname = Annotated[str, typer.Argument(help="The device's name.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]
Several = list[str] | None


@app.command()
def check(hostname: Hostname, *, as_json: Json = False) -> None:
    """Compare what is expected with what the device last said; exit 1 when it differs."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        found = facts.check(ctx, device.id)
        seen = facts.seen_now(ctx, device.id)
    if found is None or seen is None:
        raise NotFound(
            f"Nothing is expected of {hostname}, or it was never collected. "
            f"`trimtab baseline facts approve {hostname}` expects what it last said."
        )
    rows = [{"fact": one.line, "side": one.side} for one in found.differences]
    if as_json:
        print_json({"in_sync": found.in_sync, "differences": plain(rows), "seen": plain(seen.told)})
    else:
        show(rows, {"side": lambda row: row["side"], "fact": lambda row: row["fact"]},
             as_json=False)  # fmt: skip
    if not found.in_sync:
        raise typer.Exit(1)


@app.command()
def approve(
    hostname: Hostname,
    *,
    reason: Reason,
    only: Annotated[
        Several, typer.Option(help=f"One of {', '.join(KINDS)}; repeat it. Else all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Expect what the device's last snapshot and its relations say."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        last = snapshots.latest(ctx, device.id)
        if last is None:
            raise NotFound(
                f"{hostname} has no snapshot yet. `trimtab collect {hostname}` makes one."
            )
        made = facts.approve_snapshot(ctx, last.id, reason=reason, kinds=_kinds(only) or KINDS)
        _show(made, as_json=as_json)


@app.command("set")
def set_facts(
    hostname: Hostname,
    given: Annotated[
        Several,
        typer.Argument(
            help="KIND=VALUE, such as serial=FDO1234 or 'neighbours=Gi0/1 sw1 Gi0/48'; of a kind "
            "with several values all of them."
        ),
    ] = None,
    *,
    reason: Reason,
    forget: Annotated[Several, typer.Option(help="A kind that may be anything.")] = None,
    as_json: Json = False,
) -> None:
    """Expect given facts; kinds that are not given stay as they were."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        made = facts.expect(ctx, device.id, _given(given), reason=reason, forget=_kinds(forget))
        _show(made, as_json=as_json)


@app.command()
def history(hostname: Hostname, *, as_json: Json = False) -> None:
    """All that was ever expected of a device, the newest first."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        show(facts.versions(ctx, device.id), COLUMNS, as_json=as_json)


def _show(made: ExpectedFacts, *, as_json: bool) -> None:
    show_one(made, COLUMNS, as_json=as_json)


def _given(told: Several) -> DeviceFacts:
    found: dict[Kind, list[str]] = {}
    for one in told or ():
        kind, _, value = one.partition("=")
        found.setdefault(_kinds([kind])[0], []).append(value)
    return from_lines(found)


def _kinds(names: Several) -> tuple[Kind, ...]:
    for name in names or ():
        if name not in KINDS:
            raise InvalidInput(f"{name!r} is no kind of fact; there are {', '.join(KINDS)}.")
    return cast("tuple[Kind, ...]", tuple(names or ()))
