"""The driver for Linux servers: one shell script in one SSH session. Changes nothing there."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import ClassVar, cast

from inventory.drivers import linux_script, ssh
from inventory.drivers.decoding import decoded
from inventory.drivers.errors import UnsupportedPlatform
from inventory.drivers.login import Login
from inventory.drivers.meter import read_all
from inventory.drivers.protocol import Collection, Facts, Interface, Neighbour
from inventory.drivers.reading import short_name

LLDP = re.compile(
    r"^lldp\.(?P<interface>[^.=]+)\.(?P<key>chassis\.name|port\.ifname)=(?P<value>.*)$"
)

ADDRESS = re.compile(r"^\d+: (?P<name>[^\s@]+)\S* +inet6? (?P<value>\S+)")


class LinuxDriver:
    """Options: `files` (absolute paths to keep), `sysctl` (more parameters), `become` (sudo)."""

    name: ClassVar[str] = "linux"

    def supports(self, platform: str, _options: Mapping[str, object]) -> bool:
        return platform == "linux"

    def collect(self, login: Login) -> Collection:
        files = _names(login, "files")
        mark = f"trimtab-{secrets.token_hex(8)}"
        sysctls = sorted({*linux_script.SYSCTLS, *_names(login, "sysctl")})
        with ssh.connected(login) as held:
            output = run_script(
                login, held, linux_script.script(mark, files=files, sysctls=sysctls),
                name="show", random=mark,
            )  # fmt: skip
        shown = linux_script.split(mark, output)
        return Collection(
            running=linux_script.normalised(shown, files=files),
            startup=None,
            facts=_facts(shown),
            neighbours=_neighbours(shown),
            hostname=shown.first_line("hostname") or "",
            host_key=held.host_key,
            doubts=_doubts(shown),
        )


def _names(login: Login, option: str) -> tuple[str, ...]:
    value = login.options.get(option, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UnsupportedPlatform(
            f'The option "{option}" of {login.hostname} is no list of texts.',
            hostname=login.hostname,
        )
    return tuple(cast("list[str]", value))


def run_script(
    login: Login, held: ssh.Connected, script: str, *, name: str, random: str = ""
) -> str:
    """What a script prints. Told of it are its name and the SHA-256 of its text.

    A word of it that is `random` is `mark` in what is hashed: the same script has the same digest.
    """
    shell = "sudo -n sh -s" if login.options.get("become") == "sudo" else "sh -s"
    hashed = script.replace(random, "mark") if random else script
    digest = hashlib.sha256(hashed.encode()).hexdigest()
    held.spoken.note(f"{shell} # script {name}, SHA-256 {digest}")
    stdin, stdout, _ = held.client.exec_command(shell, timeout=login.timeout)
    stdin.write(script)
    stdin.channel.shutdown_write()
    return decoded(read_all(stdout.channel, login))


def _facts(shown: linux_script.Shown) -> Facts:
    pretty = re.search(r'^PRETTY_NAME="?([^"\n]*)', shown.sections.get("os", ""), re.MULTILINE)
    words = (pretty[1] if pretty else None, shown.first_line("kernel"))
    return Facts(
        model=shown.first_line("model"),
        serial=shown.first_line("serial"),
        os_version=", ".join(word for word in words if word) or None,
        uptime=_uptime(shown),
        interfaces=_interfaces(shown),
    )


def _uptime(shown: linux_script.Shown) -> int | None:
    found = re.match(r"\d+", shown.sections.get("uptime", ""))
    return int(found[0]) if found else None


def _interfaces(shown: linux_script.Shown) -> tuple[Interface, ...] | None:
    """From /sys (name, state, speed, alias) and, where `ip` is there, the addresses."""
    addresses: dict[str, list[str]] = {}
    for line in shown.sections.get("addresses", "").splitlines():
        match = ADDRESS.match(line)
        if match:
            addresses.setdefault(match["name"], []).append(match["value"])
    lines = (line.split("\t") for line in shown.sections.get("interfaces", "").splitlines())
    return (
        tuple(
            Interface(
                name=fields[0],
                up=fields[1] == "up" or (fields[1] == "unknown" and fields[0] in addresses),
                speed=int(fields[2]) if fields[2].isdigit() else None,
                description=fields[3],
                addresses=tuple(addresses.get(fields[0], ())),
            )
            for fields in lines
            if len(fields) == 4
        )
        or None
    )


def _neighbours(shown: linux_script.Shown) -> tuple[Neighbour, ...]:
    peers: dict[str, dict[str, str]] = {}
    for line in shown.sections.get("lldp", "").splitlines():
        match = LLDP.match(line)
        if match:
            peers.setdefault(match["interface"], {})[match["key"]] = match["value"]
    return tuple(
        Neighbour(
            interface=interface,
            peer_name=short_name(peer["chassis.name"]),
            peer_interface=peer.get("port.ifname", ""),
        )
        for interface, peer in peers.items()
        if "chassis.name" in peer
    )


def _doubts(shown: linux_script.Shown) -> tuple[str, ...]:
    cut = () if shown.whole else ("the answer ended before its end mark",)
    return cut + tuple(f"{path} cannot be read with this login" for path in shown.unreadable)
