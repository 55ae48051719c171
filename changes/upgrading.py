"""Request that devices get an image, or are upgraded to one that is on them. Runs nothing.

An upgrade's plan says what is booted now too: that is its way back, and the version by which the
outcome is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from changes.errors import NoSafeCommands, NothingToDo
from changes.models import ChangeRequest
from changes.planning import by_playbook, completed, observed
from changes.plans import Release, TargetPlan, mark
from changes.playbook_syntax import usable
from changes.playbooks import WAIT, check_variables
from changes.pre_state import inventory_of
from changes.requests import Wanted, propose
from changes.running.hosts import variables
from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput
from drift import assess
from drift.engine.apply import applied
from inventory.drivers.images import Images, checksum_from, images_of
from inventory.models import Device

STAGE, UPGRADE = "stage_image", "upgrade"
COPY_SECONDS = 1800
"""How long a copy may take unless it is said otherwise; its checksum as long again."""
BACK_SECONDS = 900
"""How long a device may be away unless it is said otherwise."""
ROOM = 1_000_000
"""Bytes that are free beside an image unless it is said otherwise: a save needs some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """An image of `size` bytes at an address that the devices reach, in a VRF where one is named.

    `replace`: another file of its name that nothing boots may go. `wait` in seconds.
    """

    source: str
    image: str
    checksum: str
    size: int
    vrf: str = ""
    replace: bool = False
    wait: int = COPY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """An image that is on the devices, and the version that it brings, as they will tell it.

    `former` is the image that they boot now, where their configuration does not say so. Without a
    checksum it is not looked at, which is for going back to an image that ran before.
    """

    image: str
    version: str
    checksum: str
    former: str = ""
    room: int = ROOM
    wait: int = BACK_SECONDS


def request_staging(
    ctx: Context, device_ids: Sequence[int], staging: Staging, wanted: Wanted
) -> ChangeRequest:
    """Request that an image is copied onto devices and verified; nothing boots it.

    Needs `change.request` on each. Raises InvalidVariables for what cannot be meant.
    """
    devices = _alike(ctx, device_ids)
    image: dict[str, Fact] = {
        "source": staging.source, "image": staging.image, "size": staging.size,
        "checksum": _checksum(staging.checksum), "vrf": staging.vrf, "replace": staging.replace,
    }  # fmt: skip
    told: dict[str, Fact] = {"trimtab_image": image, WAIT: staging.wait}
    check_variables(usable(STAGE), told)
    targets = [(by_playbook(ctx, one, told), None) for one in devices]
    return propose(ctx, targets, replace(wanted, playbook=STAGE))


def request_upgrade(
    ctx: Context, device_ids: Sequence[int], upgrade: Upgrade, wanted: Wanted
) -> ChangeRequest:
    """Request that devices boot another image. Needs `change.request` on each.

    Their configurations may differ afterwards in what is booted only, and they must run the
    version; else the former image is booted again.
    """
    if not upgrade.checksum:
        raise InvalidInput("An image is upgraded to by its checksum.", field="checksum")
    targets = [(upgraded(ctx, one, upgrade), None) for one in _alike(ctx, device_ids)]
    return propose(ctx, targets, replace(wanted, playbook=UPGRADE))


def upgraded(ctx: Context, device: Device, upgrade: Upgrade) -> TargetPlan:
    """The plan that boots a device from another image, from what it boots and runs now.

    Raises NothingToDo, or NoSafeCommands where there would be no way back.
    """
    images = images_of(device.platform)
    pre, running = observed(ctx, device)
    release = _release(device, images, running, upgrade)
    lines = images.lines(release.image, running, former=release.former_image)
    back = images.lines_back(release.image, running, former=release.former_image)
    target = TargetPlan(
        device_id=device.id, hostname=device.hostname, platform=device.platform, pre_state=pre,
        lines=lines, rollback=back, files=(), rollback_files=(), declared=(), release=release,
        inventory=inventory_of(device),
    )  # fmt: skip
    if images.in_configuration:
        after = applied(running, lines, platform=device.platform)
        _require_back(device, after, back, running)
        declared = assess(running, after, platform=device.platform).differences
        target = replace(target, declared=tuple(map(mark, declared)))
    book = usable(UPGRADE)
    check_variables(book, variables(book, target, way="there"))
    return completed(ctx, device, running, target)


def upgraded_again(ctx: Context, device: Device, release: Release) -> TargetPlan:
    """The same upgrade, planned from what the device boots and runs now."""
    like = Upgrade(
        image=release.image, version=release.version, checksum=release.checksum,
        former=release.former_image, room=release.room, wait=release.wait,
    )  # fmt: skip
    return upgraded(ctx, device, like)


def downgraded(ctx: Context, device: Device, release: Release) -> TargetPlan:
    """The upgrade that takes one back later: to the image that ran before it."""
    like = Upgrade(
        image=release.former_image, version=release.former_version, checksum="",
        former=release.image, room=release.room, wait=release.wait,
    )  # fmt: skip
    return upgraded(ctx, device, like)


def _alike(ctx: Context, device_ids: Sequence[int]) -> list[Device]:
    """The devices, each once; an image is for one platform."""
    devices = [ctx.get(Device, key) for key in dict.fromkeys(device_ids)]
    for device in devices:
        ctx.require("change.request", device)
        images_of(device.platform)
    other = next((one for one in devices if one.platform != devices[0].platform), None)
    if other is not None:
        raise InvalidInput(
            f"{devices[0].hostname} is {devices[0].platform} and {other.hostname} is "
            f"{other.platform}; one image is not for both. Request them apart.",
            field="devices",
        )
    return devices


def _checksum(text: str) -> str:
    found = checksum_from(text)
    if found is None:
        raise InvalidInput(
            f"{text!r} is no checksum: give the image's MD5 (32 hexadecimal digits) or SHA-512 "
            "(128), as its maker tells it.",
            field="checksum",
        )
    return str(found)


def _release(device: Device, images: Images, running: str, upgrade: Upgrade) -> Release:
    if device.os_version is None:
        raise NothingToDo(
            f"{device.hostname} has not told which version it runs; collect it first "
            f"(`trimtab collect {device.hostname}`)."
        )
    if device.os_version == upgrade.version:
        raise NothingToDo(f"{device.hostname} runs {upgrade.version} already.")
    booted = images.booted(running)
    if not booted and (not images.several or not upgrade.former):
        raise NoSafeCommands(
            f"The configuration of {device.hostname} does not say which image it boots, so there "
            f"would be no way back. {_hint(images)}",
            hostname=device.hostname,
        )
    former = booted[0] if booted else upgrade.former
    if former == upgrade.image:
        raise InvalidInput(
            f"{device.hostname} boots {former} now; the new image has another name.", field="image"
        )
    return Release(
        image=upgrade.image, version=upgrade.version,
        checksum=_checksum(upgrade.checksum) if upgrade.checksum else "",
        former_image=former, former_version=device.os_version, room=upgrade.room,
        wait=upgrade.wait,
    )  # fmt: skip


def _hint(images: Images) -> str:
    if images.several:
        return "Name the present one (`--former`, as `show version` tells it)."
    return "Set the present one before, and collect the device."


def _require_back(device: Device, after: str, back: Sequence[str], running: str) -> None:
    shown = applied(after, tuple(back), platform=device.platform)
    if not assess(shown, running, platform=device.platform).in_sync:
        raise NoSafeCommands(
            f"What {device.hostname} boots now is not known well enough to be set again: "
            f"{', '.join(back)} does not lead back to it.",
            hostname=device.hostname,
        )
