"""The driver for every command line that Netmiko knows; what to ask is data per platform."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, cast

from inventory.drivers import conversation, reading
from inventory.drivers.errors import UnsupportedPlatform
from inventory.drivers.login import Login
from inventory.drivers.protocol import Collection
from inventory.platforms import Commands, Platform, platform_of


class NetmikoDriver:
    name: ClassVar[str] = "netmiko"

    def supports(self, platform: str, options: Mapping[str, object]) -> bool:
        return _with_options(platform_of(platform), options).commands.running is not None

    def collect(self, login: Login) -> Collection:
        platform = _with_options(platform_of(login.platform), login.options)
        if platform.commands.running is None:
            raise UnsupportedPlatform(
                f"Nobody told how {login.platform} shows its configuration. Set the device's "
                'option {"commands": {"running": "..."}}.',
                hostname=login.hostname,
            )
        asked = [name for name in Commands.names() if platform.commands.of(name)]
        with conversation.opened(login, platform) as session:
            answers = session.ask([str(platform.commands.of(name)) for name in asked])
        told = dict(zip(asked, answers, strict=True))
        running = told["running"]
        return Collection(
            running=running,
            startup=told.get("startup") or None,
            facts=reading.described(platform, told),
            neighbours=reading.neighbours(platform, told.get("lldp", ""), told.get("cdp", "")),
            hostname=reading.hostname(
                platform,
                running=running,
                prompt=session.prompt,
                expected=login.hostname,
                expected_prompt=str(login.options.get("prompt", "")),
            ),
            host_key=session.host_key,
        )


class FrrDriver(NetmikoDriver):
    """FRRouting by its login shell vtysh, which speaks like a Cisco router."""

    name: ClassVar[str] = "frr"

    def supports(self, platform: str, _options: Mapping[str, object]) -> bool:
        return platform == "frr"


def _with_options(platform: Platform, options: Mapping[str, object]) -> Platform:
    """A device's own `commands` option goes before its platform's."""
    own = cast("Mapping[str, str]", options.get("commands", {}))
    named = {name: own[name] for name in Commands.names() if name in own}
    return replace(platform, commands=replace(platform.commands, **named))
