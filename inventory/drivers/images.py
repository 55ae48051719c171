"""Software images as data: how a platform keeps, checks and boots them. Speaks to no device."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from inventory.drivers.errors import UnsupportedPlatform

FILE = Path(__file__).with_name("images.yaml")
LENGTHS: Mapping[int, str] = {32: "md5", 128: "sha512"}
"""Which checksum one of so many hexadecimal digits is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is typed to a question that a command asks."""

    asks: re.Pattern[str]
    types: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`file` is one entry (groups `name`, `size`), `free` the bytes left (group `value`)."""

    command: str
    file: re.Pattern[str]
    free: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """`with_vrf` is the command where a VRF is named; empty: the platform takes none there."""

    command: str
    done: re.Pattern[str]
    answers: tuple[Answer, ...]
    with_vrf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """`confirm` is the question before the device goes, `unsaved` what it says of lost lines."""

    command: str
    unsaved: re.Pattern[str]
    confirm: re.Pattern[str]
    types: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A command and the pattern that its answer is read with (group `value`)."""

    command: str
    value: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """What Trimtab knows of a platform's images.

    `several`: former images stay behind the one to be booted, for when it does not. Where booting
    is not `in_configuration`, the line is no part of the running configuration.
    """

    listing: Listing
    copy: Copy
    delete: str
    checksums: Mapping[str, Read]
    booting: re.Pattern[str]
    line: str
    several: bool
    in_configuration: bool
    reload: Reload
    unfit: re.Pattern[str] | None = None
    unfit_words: str = ""

    def booted(self, running: str) -> tuple[str, ...]:
        """The images that a running configuration says to boot, in their order."""
        return tuple(one["image"] for one in self.booting.finditer(running))

    def lines(self, image: str, running: str, *, former: str) -> tuple[str, ...]:
        """What has to be typed so that the image is booted, and where it is not, the former one."""
        new = self.line.format(image=image)
        if not self.several:
            return (new,)
        return (*map(_no, self._held(running)), *self._wanted(image, running, former=former))

    def lines_back(self, image: str, running: str, *, former: str) -> tuple[str, ...]:
        """What takes those lines back to what the running configuration was."""
        if not self.several:
            return (self.line.format(image=former),)
        held = self._held(running)
        return (*map(_no, self._wanted(image, running, former=former)), *held)

    def _held(self, running: str) -> list[str]:
        return [one[0].rstrip() for one in self.booting.finditer(running)]

    def _wanted(self, image: str, running: str, *, former: str) -> list[str]:
        """The lines that there shall be, in the order in which they are tried."""
        new = self.line.format(image=image)
        behind = self._held(running) or [self.line.format(image=former)]
        return [new, *(one for one in behind if self.booted(one) != (image,))]


def _no(line: str) -> str:
    return f"no {line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """A checksum in hex and what it was made with; the empty one is of no image."""

    algorithm: str = ""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}" if self.value else ""


def checksum_from(text: str) -> Checksum | None:
    """A checksum as people write it: in hex, `md5:` or `sha512:` before it or not; or None."""
    name, _, value = text.strip().lower().rpartition(":")
    algorithm = LENGTHS.get(len(value), "")
    sound = algorithm and name in {"", algorithm} and re.fullmatch(r"[0-9a-f]+", value)
    return Checksum(algorithm=algorithm, value=value) if sound else None


def images_of(platform: str) -> Images:
    """What is known of the platform's images, or UnsupportedPlatform."""
    known = _all()
    if platform not in known:
        raise UnsupportedPlatform(
            f"Trimtab does not know how {platform} keeps and boots its images; it knows "
            f"{', '.join(sorted(known))}."
        )
    return known[platform]


def has_images(platform: str) -> bool:
    """Whether its devices can be upgraded by booting another image."""
    return platform in _all()


@cache
def _all() -> Mapping[str, Images]:
    data = cast("Mapping[str, Mapping[str, object]]", yaml.safe_load(FILE.read_text("utf-8")))
    return {name: _parsed(told) for name, told in data.items()}


def _parsed(told: Mapping[str, object]) -> Images:
    listing, copy, reload, unfit = (
        cast("Mapping[str, str]", told.get(name, {}))
        for name in ("listing", "copy", "reload", "unfit")
    )
    answers = cast("Sequence[Mapping[str, str]]", copy["answers"])
    checksums = cast("Mapping[str, Mapping[str, str]]", told["checksums"])
    return Images(
        listing=Listing(
            command=listing["command"], file=re.compile(listing["file"]),
            free=re.compile(listing["free"]),
        ),
        copy=Copy(
            command=copy["command"], done=re.compile(copy["done"]),
            with_vrf=copy.get("with_vrf", ""),
            answers=tuple(
                Answer(asks=re.compile(one["asks"]), types=one["types"]) for one in answers
            ),
        ),
        delete=str(told["delete"]),
        checksums={
            name: Read(command=one["command"], value=re.compile(one["value"]))
            for name, one in checksums.items()
        },
        booting=re.compile(str(told["booting"])),
        line=str(told["line"]),
        several=bool(told["several"]),
        in_configuration=bool(told["in_configuration"]),
        reload=Reload(
            command=reload["command"], unsaved=re.compile(reload["unsaved"]),
            confirm=re.compile(reload["confirm"]), types=reload["types"],
        ),
        unfit=re.compile(unfit["pattern"]) if unfit else None,
        unfit_words=unfit.get("words", ""),
    )  # fmt: skip
