"""The lines that shut a device's interfaces when it goes out of service. Types nothing."""

import re
from collections.abc import Iterator, Sequence

from changes.risk.management import Managed, managed
from core.context import Context
from core.errors import InvalidInput
from drift.platforms import platform
from inventory import snapshots
from inventory.links import same_interface
from inventory.models import Device

HEAD = re.compile(r"^interface (?P<name>\S.*)$")
SHUT = "shutdown"
INDIRECT = re.compile(r"(?i)(?:lo|vlan|bvi|irb|nve|tunnel|dialer|null)")
"""An interface of this kind is reached through others, which the configuration does not name."""


def shutting(ctx: Context, device: Device, *, keep: Sequence[str]) -> tuple[str, ...]:
    """What shuts every interface that is not shut, but for those kept and the management's own.

    Raises InvalidInput where no interface would stay by which Trimtab comes in, and where one that
    is to be kept is not there. Reads what the device showed last.
    """
    snapshot = snapshots.latest(ctx, device.id)
    text = snapshots.text_of(ctx, snapshot.digest) if snapshot is not None else ""
    found = dict(_interfaces(text))
    unknown = [one for one in keep if not _among(one, list(found))]
    if unknown:
        raise InvalidInput(
            f"{device.hostname} has no interface {unknown[0]}; it has {', '.join(found)}.",
            field="keep",
        )
    username = device.credential.username
    known = managed(text, platform=device.platform, address=device.address, login=username)
    if not (keep or _carried(known)) and platform(device.platform).style == "indent":
        raise InvalidInput(
            f"The configuration of {device.hostname} does not tell by which port its management "
            "comes in. Name the interfaces to keep.",
            field="keep",
        )
    stay = [*keep, *known.interfaces, *known.members]
    down = [name for name, shut in found.items() if not (shut or _among(name, stay))]
    return tuple(line for name in down for line in (f"interface {name}", f" {SHUT}"))


def _carried(known: Managed) -> bool:
    """Whether the management comes in by a port that the configuration names."""
    return any(not INDIRECT.match(one) for one in known.interfaces)


def _interfaces(text: str) -> Iterator[tuple[str, bool]]:
    """Each interface of the configuration, and whether it is shut."""
    name, shut = "", False
    for line in text.splitlines():
        if not line.startswith((" ", "!")):
            if name:
                yield name, shut
            found = HEAD.match(line)
            name, shut = found["name"] if found else "", False
        elif line.strip() == SHUT:
            shut = True
    if name:
        yield name, shut


def _among(name: str, others: Sequence[str]) -> bool:
    return any(same_interface(name, one) for one in others)
