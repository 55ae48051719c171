"""`trimtab change stage` and `upgrade`: requests that put images onto devices, and boot them."""

from typing import Annotated

import typer

from changes import upgrading
from changes.checks import chosen
from changes.plans import Rollout
from changes.requests import Wanted
from changes.upgrading import BACK_SECONDS, COPY_SECONDS, ROOM, Staging, Upgrade
from inventory.devices import by_hostname
from trimtab.commands.restoring import Reason, Title
from trimtab.commands.template import REQUESTED, Checks, End, Start, window_of
from trimtab.console import Json, command_context, show_one

Devices = Annotated[list[str], typer.Argument(help="The devices, all of one platform.")]
Image = Annotated[str, typer.Option(help="The image's name in the flash.")]
Checksum = Annotated[str, typer.Option(help="Its MD5 or SHA-512, as its maker tells it.")]
Wave = Annotated[int, typer.Option(min=1, help="Devices of each wave after the canary.")]


def stage(  # noqa: PLR0913 - a request's parts
    device: Devices, *,
    source: Annotated[str, typer.Option(help="Where devices get it: http(s), ftp or tftp.")],
    image: Image, checksum: Checksum,
    size: Annotated[int, typer.Option(min=1, help="Its size in bytes.")],
    title: Title, reason: Reason,
    vrf: Annotated[str, typer.Option(help="The VRF of the address; NX-OS only.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Another file of that name may go.")
    ] = False,
    wait: Annotated[int, typer.Option(help="Seconds that a copy may take.")] = COPY_SECONDS,
    wave: Wave = 10, start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that an image is copied onto devices and verified; nothing boots it yet."""
    wanted = Wanted(
        title=title, reason=reason, window=window_of(start, end), rollout=Rollout(size=wave)
    )
    staging = Staging(
        source=source, image=image, checksum=checksum, size=size, vrf=vrf, replace=replace,
        wait=wait,
    )  # fmt: skip
    with command_context() as ctx:
        ids = [by_hostname(ctx, name).id for name in device]
        change = upgrading.request_staging(ctx, ids, staging, wanted)
        show_one(change, REQUESTED, as_json=as_json)


def upgrade(  # noqa: PLR0913 - a request's parts
    device: Devices, *,
    image: Image, version: Annotated[str, typer.Option(help="The version that it brings.")],
    checksum: Checksum, title: Title, reason: Reason,
    former: Annotated[
        str, typer.Option(help="What is booted now, where the configuration does not say so.")
    ] = "",
    wait: Annotated[
        int, typer.Option(help="Seconds in which a device has to be back.")
    ] = BACK_SECONDS,
    room: Annotated[int, typer.Option(min=0, help="Bytes that must be free beside it.")] = ROOM,
    check: Checks = None, wave: Wave = 10,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that devices reload into an image that is on them, and come back with its version."""
    wanted = Wanted(
        title=title, reason=reason, window=window_of(start, end), checks=chosen(check or ()),
        rollout=Rollout(size=wave),
    )  # fmt: skip
    told = Upgrade(
        image=image, version=version, checksum=checksum, former=former, room=room, wait=wait
    )
    with command_context() as ctx:
        ids = [by_hostname(ctx, name).id for name in device]
        change = upgrading.request_upgrade(ctx, ids, told, wanted)
        show_one(change, REQUESTED, as_json=as_json)
