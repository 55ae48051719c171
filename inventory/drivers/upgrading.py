"""Boot a device from another image, and see that it came back with it. Copies no image.

Used inside Ansible's worker. Nothing is reloaded whose configuration is not saved; a device that
runs the version already is not reloaded either.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from inventory.cleaning import clean
from inventory.drivers import reading, states
from inventory.drivers.blocks import blocks
from inventory.drivers.dialogue import QUESTION, unasked
from inventory.drivers.entering import refuse_marks, writable
from inventory.drivers.errors import (
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyChanged,
    SessionLost,
)
from inventory.drivers.images import Checksum, Images, images_of
from inventory.drivers.login import Login
from inventory.drivers.protocol import Facts
from inventory.drivers.staging import checksum_of, last_words, look, opened
from inventory.drivers.terminal import Terminal
from inventory.drivers.typist import Typist
from inventory.platforms import Platform, platform_of
from inventory.saved import unsaved

SLACK = 120  # seconds by which a device's uptime may be longer than its absence: it tells minutes
TYPING_SECONDS = 300.0  # NX-OS reads the whole image before it takes a boot line
PAUSE = 2.0  # seconds between two tries to reach it
LONGEST_PAUSE = 10.0  # seconds between two looks whether it is back
ANSWER = 15.0  # seconds that a device which boots is given for an answer


class UpgradeRefused(DeviceError):
    """The device was not reloaded, and why."""

    code = "upgrade_refused"


class NotBack(DeviceError):
    """It was reloaded and did not come back in time, or with another version."""

    code = "device_not_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An image with its version, and those that the device has before it.

    `room` bytes have to be free beside it. Without a value the checksum is not looked at.
    """

    image: str
    version: str
    checksum: Checksum
    former_image: str
    former_version: str
    room: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted:
    """The version that runs now; `away` is how many seconds the device was gone, 0: it was not."""

    version: str
    away: int
    transcript: str


def unfit(login: Login, release: Release, *, seconds: float) -> tuple[str, ...]:
    """Everything that speaks against the upgrade, in words; changes nothing."""
    with opened(login, seconds=seconds) as (line, running):
        return tuple(_unfit(line, running, release, seconds=seconds))


def _unfit(line: Terminal, running: str, release: Release, *, seconds: float) -> Iterator[str]:
    platform, images = platform_of(line.login.platform), images_of(line.login.platform)
    shown = line.ask(str(platform.commands.version))
    version = reading.facts(platform, shown).os_version
    if version != release.former_version:
        yield f"it runs {version}, not {release.former_version} as it did when this was planned"
    if images.unfit is not None and images.unfit.search(shown.replace("\r", "")):
        yield images.unfit_words
    lost = unsaved(running, clean(line.ask(str(platform.commands.startup)), platform))
    if lost is not None:
        yield f"its configuration is not saved, see {lost.strip()!r}"
    flash = look(line, images)
    if release.image not in flash.sizes:
        yield f"{release.image} is not in its flash: stage it before"
    elif release.checksum.value:
        found = checksum_of(line, images, release.image, release.checksum, seconds=seconds)
        if found != release.checksum.value:
            yield f"{release.image} has the {release.checksum.algorithm} {found or 'unknown'}"
    if release.former_image not in flash.sizes:
        yield f"{release.former_image} is not in its flash, so there would be no way back"
    if flash.free < release.room:
        yield f"it has {flash.free} bytes free, {release.room} are asked for"


def boot(login: Login, *, image: str, version: str, lines: Sequence[str], wait: float) -> Booted:
    """Type the boot lines, save, reload, and wait so many seconds until the device is back.

    Where it runs the version already, the lines are typed and saved, and it is not reloaded. One
    that does not answer yet, as it may be restarting, is waited for as long. Raises UpgradeRefused
    before the reload, NotBack after it.
    """
    refuse_marks(login, lines)
    _wait_for(login, wait=wait)
    platform, since, transcript = writable(login), 0.0, ""  # since: when it was told to reload
    try:
        with opened(login, seconds=0) as (line, _):
            present = _version(line, platform)
            transcript = _set(line, platform, image, lines)
            if present == version:
                return Booted(version=version, away=0, transcript=transcript)
            _reload(line, images_of(login.platform))
            since = time.monotonic()
            _wait_for_the_end(line)
    except (SessionLost, DeviceTimeout):
        if not since:
            raise
    return _came_back(login, platform, version, since=since, wait=wait, transcript=transcript)


def _wait_for(login: Login, *, wait: float) -> None:
    """Until the device answers; the error of the last try when the time is over."""
    until = time.monotonic() + wait
    while True:
        try:
            with states.asking(replace(login, timeout=min(login.timeout, ANSWER))):
                return
        except (DeviceUnreachable, SessionLost, DeviceTimeout):
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE)


def _version(line: Terminal, platform: Platform) -> str | None:
    return reading.facts(platform, line.ask(str(platform.commands.version))).os_version


def _set(line: Terminal, platform: Platform, image: str, lines: Sequence[str]) -> str:
    """Type the lines that say what is booted, and save them; what was shown."""
    login, typing = line.login, Typist(line, TYPING_SECONDS, platform)
    refused = typing.configure(blocks(lines, platform))
    if refused:
        raise UpgradeRefused(
            f"{login.place} refused {refused[0].line!r}: {last_words(refused[0].answer)}. It was "
            "not reloaded.",
            hostname=login.hostname,
        )
    line.find_prompt()
    running = clean(line.ask(str(platform.commands.running)), platform)
    booted = images_of(platform.name).booted(running)
    if booted and booted[0] != image:
        raise UpgradeRefused(
            f"{login.place} says that it boots {booted[0]}, not {image}. It was not reloaded.",
            hostname=login.hostname,
        )
    if not typing.save():
        raise UpgradeRefused(
            f"{login.place} refused to save what it boots. It was not reloaded.",
            hostname=login.hostname,
        )
    return "".join(typing.transcript)


def _reload(line: Terminal, images: Images) -> None:
    """Have the device reload; UpgradeRefused where that would lose what is not saved."""
    login, told = line.login, images.reload
    prompt = rf"(?:^|\n){re.escape(line.base_prompt)}[#>] ?\Z"
    line.write_channel(f"{told.command}\n")
    shown = line.read_until_pattern(
        f"(?:{told.confirm.pattern})|(?:{QUESTION}\\Z)|(?:{prompt})", login.timeout
    ).replace("\r", "")
    if told.unsaved.search(shown):
        line.write_channel("\x03")
        raise UpgradeRefused(
            f"{login.place} has lines that are not saved, which a reload would lose; somebody "
            "works on it. It was not reloaded.",
            hostname=login.hostname,
        )
    if re.search(prompt, shown):
        raise _did_not(login, shown)
    if not told.confirm.search(shown):
        line.write_channel("\x03")
        raise unasked(login, told.command, shown)
    line.write_channel(f"{told.types}\n")


def _wait_for_the_end(line: Terminal) -> NoReturn:
    """Until the device closes the session or falls silent; a prompt means that it stayed."""
    prompt = rf"\n{re.escape(line.base_prompt)}[#>] ?\Z"
    shown = line.read_until_pattern(prompt, line.login.timeout)
    raise _did_not(line.login, shown.replace("\r", ""))


def _did_not(login: Login, shown: str) -> UpgradeRefused:
    return UpgradeRefused(
        f"{login.place} did not reload: {last_words(shown.rpartition(chr(10))[0])}.",
        hostname=login.hostname,
    )


def _came_back(
    login: Login, platform: Platform, version: str, *, since: float, wait: float, transcript: str
) -> Booted:
    found = _back(login, platform, since=since, wait=wait)
    away = int(time.monotonic() - since)
    if found.os_version != version:
        raise NotBack(
            f"{login.place} came back after {away} s with {found.os_version}, not {version}: it "
            "booted another image than it was told to.",
            hostname=login.hostname,
        )
    return Booted(version=version, away=away, transcript=transcript)


def _back(login: Login, platform: Platform, *, since: float, wait: float) -> Facts:
    """What the device says of itself once it was restarted; NotBack when the time is over."""
    patient = replace(login, timeout=min(login.timeout, ANSWER))
    told, missed = "it still answers as if it had not been reloaded", False
    while (passed := time.monotonic() - since) < wait:
        time.sleep(min(LONGEST_PAUSE, 1 + passed / 20))
        try:
            with states.asking(patient) as ask:
                [shown] = ask([str(platform.commands.version)])
        except HostKeyChanged:
            raise
        except DeviceError as error:
            told, missed = error.message, True
            continue
        facts = reading.facts(platform, shown)
        fresh = missed if facts.uptime is None else facts.uptime <= passed + SLACK
        if facts.os_version is not None and fresh:
            return facts
    raise NotBack(
        f"{login.place} was not back {wait:g} s after its reload: {told}", hostname=login.hostname
    )
