"""The driver for every command line that Netmiko knows; what to ask is data per platform."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, cast

from inventory.drivers import reading
from inventory.drivers.errors import UnsupportedPlatform
from inventory.drivers.login import Login
from inventory.drivers.protocol import Collection
from inventory.drivers.sessions import Connection, open_session
from inventory.platforms import Commands, Platform, platform_of


class NetmikoDriver:
    name: ClassVar[str] = "netmiko"

    def supports(self, platform: str, options: Mapping[str, object]) -> bool:
        return _with_options(platform_of(platform), options).commands.running is not None

    def collect(self, login: Login) -> Collection:
        platform = _with_options(platform_of(login.platform), login.options)
        running_command = platform.commands.running
        if running_command is None:
            raise UnsupportedPlatform(
                f"Nobody told how {login.platform} shows its configuration. Set the device's "
                'option {"commands": {"running": "..."}}.',
                hostname=login.hostname,
            )
        with open_session(login, platform.netmiko) as session:
            ask = _Asking(session.connection, login.timeout)
            prompt = str(session.connection.find_prompt())
            running = ask(running_command)
            startup = ask(platform.commands.startup)
            version = ask(platform.commands.version)
            lldp = ask(platform.commands.lldp)
        return Collection(
            running=running,
            startup=startup or None,
            facts=reading.facts(platform, version),
            neighbours=reading.neighbours(platform, lldp),
            hostname=reading.hostname(
                platform,
                running=running,
                prompt=prompt,
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


class _Asking:
    """One question after another in one session; no question, no answer."""

    def __init__(self, connection: Connection, timeout: float) -> None:
        self.connection = connection
        self.timeout = timeout

    def __call__(self, command: str | None) -> str:
        if command is None:
            return ""
        return str(self.connection.send_command(command, read_timeout=self.timeout))


def _with_options(platform: Platform, options: Mapping[str, object]) -> Platform:
    """A device's own `commands` option goes before its platform's."""
    own = cast("Mapping[str, str]", options.get("commands", {}))
    base = platform.commands
    return replace(
        platform,
        commands=Commands(
            running=own.get("running", base.running),
            startup=own.get("startup", base.startup),
            version=own.get("version", base.version),
            lldp=own.get("lldp", base.lldp),
        ),
    )
