"""Restores backups into simulated devices over SSH, to prove them. Touches no real device."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lab import hands
from lab.network import Lab
from lab.tree import Node


@dataclass(frozen=True, slots=True)
class LabTarget:
    """Types a text on an empty device of the lab, and reads what that one shows then."""

    lab: Lab
    name: str = "lab"

    def restored(self, text: str, *, platform: str) -> str | None:
        """None where the lab has no device of the platform that takes typed lines."""
        device = next((one for one in self.lab.devices if one.platform == platform), None)
        if device is None:
            return None
        device.root = Node("")
        hands.type_lines(device, text.splitlines(), save="")
        return device.running()


@contextmanager
def lab_target() -> Iterator[LabTarget]:
    """A lab of its own for as long as the body runs: an IOS and an EOS device."""
    with Lab(devices=2) as lab:
        yield LabTarget(lab)
