"""A device's files: reading, writing and listing, and what a full flash refuses. No session here.

`files` of a device holds the flash. The startup configuration is nvram's only file, the running one
system's; both are shown with the `end` that a file of a configuration has.
"""

import hashlib
import re

from lab.device import Fault, LabDevice

FLASH_BYTES = 128_000_000
RUNNING, STARTUP, NOTHING = "system:/running-config", "nvram:/startup-config", "null:/"
WELL_KNOWN = (
    (re.compile(r"run(ning-config)?|system:/?running-config"), RUNNING),
    (re.compile(r"start(up-config)?|nvram:/?startup-config"), STARTUP),
)


class FileRefused(Exception):
    """A file that the device cannot read or write; its text is the device's reason."""


def full_name(typed: str) -> str:
    """`flash:/x` of `flash:x`, `flash:/x` and `x`; the configurations by their short names too."""
    for pattern, name in WELL_KNOWN:
        if pattern.fullmatch(typed):
            return name
    disk, colon, name = typed.rpartition(":")
    return f"{disk if colon else 'flash'}:/{name.lstrip('/')}"


def read(device: LabDevice, typed: str) -> str:
    """A file's text. Raises FileRefused."""
    name = full_name(typed)
    if name == NOTHING:
        return ""
    if name == RUNNING:
        return f"{device.running()}end\n"
    text = (
        f"{device.startup}end\n" if name == STARTUP and device.startup else device.files.get(name)
    )
    if text is None:
        raise FileRefused("No such file or directory")
    return text


def write(device: LabDevice, typed: str, text: str) -> None:
    """Write a file of the flash or the startup configuration. Raises FileRefused."""
    name = full_name(typed)
    if Fault.FLASH_FULL in device.faults:
        raise FileRefused("No space left on device")
    if name == STARTUP:
        if Fault.REFUSED_SAVE in device.faults:
            raise FileRefused("Permission denied")
        device.startup = text.removesuffix("end\n")
    elif name.startswith("flash:"):
        device.files[name] = text
    else:
        raise FileRefused("Invalid argument")


def delete(device: LabDevice, typed: str) -> None:
    """Remove a file of the flash. Raises FileRefused."""
    name = full_name(typed)
    if device.store.pop(name, None) is None and device.files.pop(name, None) is None:
        raise FileRefused("No such file or directory")


def sizes(device: LabDevice, typed: str) -> dict[str, int]:
    """Names and bytes of a disk's files, or of the one file. Raises FileRefused."""
    name = full_name(typed)
    if name in device.store:
        return {name.partition("/")[2]: device.store[name].size}
    if not name.endswith("/"):
        return {name.partition("/")[2]: len(read(device, typed).encode())}
    known = [RUNNING, *([STARTUP] if device.startup else []), *device.files]
    images = {
        one.removeprefix(name): image.size
        for one, image in device.store.items()
        if one.startswith(name)
    }
    return images | {
        one.removeprefix(name): len(read(device, one).encode())
        for one in known
        if one.startswith(name)
    }


def free(device: LabDevice) -> int:
    if Fault.FLASH_FULL in device.faults:
        return 0
    texts = sum(len(text.encode()) for text in device.files.values())
    return FLASH_BYTES - texts - sum(image.size for image in device.store.values())


def checksum(device: LabDevice, typed: str, algorithm: str) -> str:
    """A file's or an image's checksum in hex. Raises FileRefused."""
    image = device.store.get(full_name(typed))
    if image is not None:
        return image.checksum(algorithm)
    text = read(device, typed).encode()
    return hashlib.new(algorithm, text, usedforsecurity=False).hexdigest()
