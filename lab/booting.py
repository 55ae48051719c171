"""What a device does when it is reloaded: it is gone for a while, and boots what it was told to.

To be called in the lab's event loop.
"""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime

from lab.device import Fault, LabDevice
from lab.images import FIRST, Image
from lab.tree import parse

BOOT_SECONDS = 60.0  # on the device's own timers
UP_BEFORE = 788_640  # seconds that a device is up when the lab starts
SPANS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60))
BOOT_LINE = re.compile(r"boot (?:system|nxos) (?P<disk>[a-z]+):/*(?P<name>\S+)")


def go_down(device: LabDevice) -> None:
    """End every session, answer nobody, and come back with an image that boots, if there is one."""
    device.down = True
    device.disarm()
    device.fell.set()
    if Fault.DEAD not in device.faults:
        asyncio.get_running_loop().call_later(BOOT_SECONDS * device.second, _come_up, device)


def _come_up(device: LabDevice) -> None:
    image = next(_bootable(device), None)
    if image is None:
        return  # it waits at its boot loader
    device.image = image
    device.sessions.clear()
    device.replace(device.startup, username="boot")
    device.booted_at = datetime.now(UTC)
    device.down, device.fell = False, asyncio.Event()


def _bootable(device: LabDevice) -> Iterator[Image]:
    """What it tries, in its order: what it was told to boot, then on IOS whatever it finds."""
    told = configured(device)
    names = [*told, *(device.store if device.platform == "cisco_ios" or not told else ())]
    for name in names:
        image = device.store.get(name)
        if image is not None and image.sound and not _refuses(device, image):
            yield image


def _refuses(device: LabDevice, image: Image) -> bool:
    return Fault.NO_BOOT in device.faults and image != FIRST[device.platform]


def configured(device: LabDevice) -> list[str]:
    """The full names of the images that the saved configuration says to boot, in its order."""
    if device.platform == "arista_eos":
        return [device.boot_setting]
    found = (BOOT_LINE.fullmatch(node.line) for node in parse(device.startup).children)
    return [f"{one['disk']}:/{one['name']}" for one in found if one]


async def up_while(device: LabDevice, lasts: Coroutine[None, None, None]) -> None:
    """Wait for the end of what lasts, or for the device to go down."""
    ends = [asyncio.ensure_future(lasts), asyncio.ensure_future(device.fell.wait())]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in ends:
            one.cancel()
        await asyncio.gather(*ends, return_exceptions=True)


def uptime(device: LabDevice) -> int:
    """Seconds since the device booted."""
    if device.booted_at is None:
        return UP_BEFORE
    return int((datetime.now(UTC) - device.booted_at).total_seconds())


def words(seconds: int) -> list[str]:
    """As `1 week`, `2 days`; minutes where there is nothing longer."""
    told = list[str]()
    for name, length in SPANS:
        count, seconds = divmod(seconds, length)
        if count or (name == "minute" and not told):
            told.append(f"{count} {name}{'' if count == 1 else 's'}")
    return told
