"""The software images of the simulated network: what a server has, what a flash holds. Pure.

An image is its name, version and size; its bytes are made up, so that its checksums are its own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """`sound` is False for a copy that was damaged on its way: it has other checksums."""

    name: str
    version: str
    size: int
    sound: bool = True

    def checksum(self, algorithm: str) -> str:
        """In hex, by `md5` or `sha512`."""
        content = f"{self.name} {self.version} {'sound' if self.sound else 'damaged'}"
        return hashlib.new(algorithm, content.encode(), usedforsecurity=False).hexdigest()


FIRST: Mapping[str, Image] = {
    "cisco_ios": Image(
        name="lab-universalk9-mz.152-4.E10.bin", version="15.2(4)E10", size=30 * MEGABYTE
    ),
    "arista_eos": Image(name="lab-eos.swi", version="4.30.1F", size=40 * MEGABYTE),
    "cisco_nxos": Image(name="nxos.9.3.8.bin", version="9.3(8)", size=50 * MEGABYTE),
}
"""What a device of the platform runs when the lab starts."""

NEXT: Mapping[str, Image] = {
    "cisco_ios": Image(
        name="lab-universalk9-mz.152-7.E8.bin", version="15.2(7)E8", size=32 * MEGABYTE
    ),
    "arista_eos": Image(name="lab-eos-4.32.2F.swi", version="4.32.2F", size=42 * MEGABYTE),
    "cisco_nxos": Image(name="nxos.9.3.13.bin", version="9.3(13)", size=52 * MEGABYTE),
}
"""What it may be upgraded to."""

LARGE = Image(name="lab-large.bin", version="99.1", size=120 * MEGABYTE)
"""One that does not fit beside another one."""

SERVED: Mapping[str, Image] = {
    one.name: one for one in (*FIRST.values(), *NEXT.values(), LARGE)
}  # fmt: skip
"""What every server of the lab has, by the last part of the address."""
