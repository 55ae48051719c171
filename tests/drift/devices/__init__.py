"""Devices as models: what a platform shows after lines were typed, known apart from the engine."""

from collections.abc import Sequence

from tests.drift.devices.arista_eos import Eos
from tests.drift.devices.cisco_ios import Ios
from tests.drift.devices.cisco_nxos import Nxos
from tests.drift.devices.cisco_xr import Xr
from tests.drift.devices.frr import Frr
from tests.drift.devices.juniper_junos import Junos
from tests.drift.devices.terminal import Refused

__all__ = ["DEVICES", "Refused", "apply", "state"]

DEVICES = {
    "arista_eos": Eos,
    "cisco_ios": Ios,
    "cisco_nxos": Nxos,
    "cisco_xr": Xr,
    "frr": Frr,
    "juniper_junos": Junos,
}


def apply(platform: str, text: str, lines: Sequence[str]) -> str:
    """What the device shows after the lines; raises Refused on one that it does not take."""
    device = DEVICES[platform](text)
    device.type_lines(lines)
    if hasattr(device, "commit"):
        device.commit()
    return device.show()


def state(platform: str, text: str) -> object:
    """What a device that shows the text does: equal for texts that mean the same."""
    return DEVICES[platform](text).state()
