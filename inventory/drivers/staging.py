"""Put a software image into a device's flash ahead of its upgrade. Boots nothing.

Used inside Ansible's worker. What is there already as it should be is left; another file of that
name is refused, and so is a copy for which there is no room. A copy that came damaged is removed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from inventory.drivers import entering
from inventory.drivers.dialogue import exchange
from inventory.drivers.errors import DeviceError
from inventory.drivers.images import Checksum, Images, images_of
from inventory.drivers.login import Login
from inventory.drivers.terminal import Terminal


class ImageRefused(DeviceError):
    """An image that cannot be put there, or is not the one that it should be."""

    code = "image_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An image of `size` bytes at an address that the device reaches, in a VRF where one is named.

    `replace` lets it take the place of another file of its name.
    """

    source: str
    image: str
    checksum: Checksum
    size: int
    vrf: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """What stands in a flash, by name with its bytes, and how many bytes are free."""

    sizes: Mapping[str, int]
    free: int


@contextmanager
def opened(login: Login, *, seconds: float) -> Iterator[tuple[Terminal, str]]:
    """A terminal on the recorded host for work that takes so long, and what it runs with."""
    patient = replace(login, max_seconds=login.max_seconds + seconds)
    with entering.opened(patient, entering.writable(login)) as there:
        yield there


def stage(login: Login, wanted: Wanted, *, seconds: float) -> bool:
    """Copy the image and verify it; False where it was there already. May last `seconds` each.

    Raises ImageRefused with the reason; nothing but this file of the flash is touched.
    """
    images = images_of(login.platform)
    with opened(login, seconds=2 * seconds) as (line, running):
        if not wants_copy(line, images, wanted, running, seconds=seconds):
            return False
        vrf = images.copy.with_vrf if wanted.vrf else ""
        command = (vrf or images.copy.command).format(
            source=wanted.source, image=wanted.image, vrf=wanted.vrf
        )
        answer = exchange(line, command, answers=images.copy.answers, seconds=seconds)
        if not images.copy.done.search(answer):
            raise ImageRefused(
                f"{login.place} did not copy {wanted.source}: {last_words(answer)}.",
                hostname=login.hostname,
            )
        found = checksum_of(line, images, wanted.image, wanted.checksum, seconds=seconds)
        if found != wanted.checksum.value:
            exchange(line, images.delete.format(image=wanted.image), seconds=login.timeout)
            raise ImageRefused(
                f"What {login.place} copied from {wanted.source} has the {_named(wanted, found)}; "
                "it was removed again. It was damaged on its way, or is another image.",
                hostname=login.hostname,
            )
    return True


def wants_copy(
    line: Terminal, images: Images, wanted: Wanted, running: str, *, seconds: float
) -> bool:
    """Whether the image has to be copied and may be; False: it is there as it should be."""
    flash, login = look(line, images), line.login
    if wanted.image in flash.sizes:
        found = checksum_of(line, images, wanted.image, wanted.checksum, seconds=seconds)
        if found == wanted.checksum.value:
            return False
        if wanted.image in images.booted(running) or not wanted.replace:
            raise ImageRefused(
                f"{login.place} has a file {wanted.image} with the {_named(wanted, found)}. It is "
                "left as it is: give the new one another name, or say that it may be replaced "
                "where nothing boots it.",
                hostname=login.hostname,
            )
    room = flash.free + flash.sizes.get(wanted.image, 0)
    if room < wanted.size:
        raise ImageRefused(
            f"{login.place} has {room} bytes free, {wanted.image} needs {wanted.size}. Delete "
            "images that nothing boots.",
            hostname=login.hostname,
        )
    return True


def _named(wanted: Wanted, found: str) -> str:
    return f"{wanted.checksum.algorithm} {found or 'unknown'}, not {wanted.checksum.value}"


def look(line: Terminal, images: Images) -> Flash:
    """What stands in the flash; ImageRefused where its listing is not understood."""
    answer = line.ask(images.listing.command).replace("\r", "")
    free = images.listing.free.search(answer)
    if free is None:
        raise ImageRefused(
            f"{line.login.place} does not tell how much of its flash is free: "
            f"{last_words(answer)}.",
            hostname=line.login.hostname,
        )
    files = images.listing.file.finditer(answer)
    return Flash(sizes={one["name"]: int(one["size"]) for one in files}, free=int(free["value"]))


def checksum_of(
    line: Terminal, images: Images, image: str, like: Checksum, *, seconds: float
) -> str:
    """The image's checksum by the same algorithm, in small hex; empty where none is told."""
    known = images.checksums[like.algorithm]
    answer = exchange(line, known.command.format(image=image), seconds=seconds)
    found = known.value.search(answer)
    return found["value"].lower() if found else ""


def last_words(answer: str) -> str:
    """The last line that says something, as the reason."""
    lines = [one.strip() for one in answer.splitlines() if one.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"
