"""Find a driver by its name: the built-in ones and those of the group `trimtab.drivers`."""

from functools import cache

from core.plugins import PluginBroken, load
from inventory.drivers.errors import UnknownDriver
from inventory.drivers.linux import LinuxDriver
from inventory.drivers.napalm_apis import NapalmDriver
from inventory.drivers.netmiko_cli import FrrDriver, NetmikoDriver
from inventory.drivers.protocol import Driver

GROUP = "trimtab.drivers"


def driver_for(name: str) -> Driver:
    """The driver, or UnknownDriver naming those that are there."""
    try:
        return drivers()[name]
    except KeyError:
        raise UnknownDriver(
            f"There is no driver {name!r}; there are {', '.join(drivers())}.", driver=name
        ) from None


@cache
def drivers() -> dict[str, Driver]:
    found: dict[str, Driver] = {
        driver.name: driver
        for driver in (NetmikoDriver(), NapalmDriver(), FrrDriver(), LinuxDriver())
    }
    for driver in load(GROUP, Driver):  # type: ignore[type-abstract]
        if driver.name in found and type(driver) is not type(found[driver.name]):
            raise PluginBroken(
                f"A plugin of {GROUP} calls its driver {driver.name!r}, a name already taken."
            )
        found[driver.name] = driver
    return found
