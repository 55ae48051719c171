"""`trimtab change restore`, `rotate-secret`, `rotate-login`: go back, or replace secrets."""

from typing import Annotated

import typer

from changes import restoring
from changes.logins.planning import Wish
from changes.logins.requesting import request_login_rotation
from changes.requests import Wanted
from inventory.devices import by_hostname
from trimtab.commands.template import REQUESTED, End, Start, window_of
from trimtab.console import Json, command_context, given_text, show_one

Title = Annotated[str, typer.Option(help="What it is about, in one line.")]
Reason = Annotated[str, typer.Option(help="Why; approvers and auditors read it.")]


def restore(
    snapshot: Annotated[int, typer.Argument(help="The version's snapshot id.")], *,
    title: Title, reason: Reason,
    section: Annotated[
        list[str] | None, typer.Option(help="Only this section, such as 'interface Loopback*'.")
    ] = None,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that a device shows a stored version again, its secrets included."""
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    with command_context() as ctx:
        change = restoring.request_restore(ctx, snapshot, wanted, sections=section or ())
        show_one(change, REQUESTED, as_json=as_json)


def rotate_secret(
    device: Annotated[list[str], typer.Argument(help="The devices.")], *,
    lines: Annotated[str, typer.Option(help="File of lines, {secret} where the new one goes.")],
    reference: Annotated[str, typer.Option(help="Where the new one is: db:NAME, vault:...")],
    title: Title, reason: Reason, start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that a secret is replaced on devices; its value stands in no plan and no log."""
    typed = given_text(lines).splitlines()
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    with command_context() as ctx:
        told = {by_hostname(ctx, name).id: typed for name in device}
        change = restoring.request_rotation(ctx, told, wanted, reference=reference)
        show_one(change, REQUESTED, as_json=as_json)


def rotate_login(
    device: Annotated[list[str], typer.Argument(help="The devices.")], *,
    reference: Annotated[str, typer.Option(help="Where the new password is: db:NAME, vault:...")],
    title: Title, reason: Reason,
    own_credential: Annotated[
        str, typer.Option(help="Name of a new credential for these devices alone.")
    ] = "",
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that the password by which Trimtab itself signs in to devices is replaced."""
    wanted = Wanted(title=title, reason=reason, window=window_of(start, end))
    wish = Wish(reference=reference, credential=own_credential)
    with command_context() as ctx:
        keys = [by_hostname(ctx, name).id for name in device]
        show_one(request_login_rotation(ctx, keys, wanted, wish), REQUESTED, as_json=as_json)
