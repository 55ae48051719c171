"""The driver for Linux servers: one shell script in one SSH session. Changes nothing there."""

import base64
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar, cast

import paramiko

from inventory.drivers import host_keys, linux_script
from inventory.drivers.errors import (
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    SessionLost,
    UnsupportedPlatform,
)
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.private_keys import private_key
from inventory.drivers.protocol import Collection, Facts, Neighbour
from inventory.drivers.reading import short_name
from inventory.drivers.sessions import refused

LLDP = re.compile(
    r"^lldp\.(?P<interface>[^.=]+)\.(?P<key>chassis\.name|port\.ifname)=(?P<value>.*)$"
)


class LinuxDriver:
    """Options: `files` (absolute paths to keep), `sysctl` (more parameters), `become` (sudo)."""

    name: ClassVar[str] = "linux"

    def supports(self, platform: str, _options: Mapping[str, object]) -> bool:
        return platform == "linux"

    def collect(self, login: Login) -> Collection:
        files = _names(login, "files")
        mark = f"trimtab-{secrets.token_hex(8)}"
        sysctls = sorted({*linux_script.SYSCTLS, *_names(login, "sysctl")})
        with _client(login) as (client, key):
            output = _run(login, client, linux_script.script(mark, files=files, sysctls=sysctls))
        shown = linux_script.split(mark, output)
        return Collection(
            running=linux_script.normalised(shown, files=files),
            startup=None,
            facts=_facts(shown),
            neighbours=_neighbours(shown),
            hostname=shown.first_line("hostname") or "",
            host_key=key,
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


@contextmanager
def _client(login: Login) -> Iterator[tuple[paramiko.SSHClient, PublicKey]]:
    key = login.host_key or host_keys.fetch(login)
    with paramiko.SSHClient() as client, translated(login):
        pinned = paramiko.PKey.from_type_string(key.algorithm, base64.b64decode(key.public_key))
        client.get_host_keys().add(host_keys.known_name(login), key.algorithm, pinned)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(
            login.address,
            port=login.port,
            username=login.username,
            password=login.password,
            pkey=private_key(login),
            timeout=login.timeout,
            banner_timeout=login.timeout,
            auth_timeout=login.timeout,
            look_for_keys=False,
            allow_agent=False,
        )
        yield client, key


def _run(login: Login, client: paramiko.SSHClient, script: str) -> str:
    shell = "sudo -n sh -s" if login.options.get("become") == "sudo" else "sh -s"
    stdin, stdout, _ = client.exec_command(shell, timeout=login.timeout)
    stdin.write(script)
    stdin.channel.shutdown_write()
    return stdout.read().decode("utf-8", errors="replace")


@contextmanager
def translated(login: Login) -> Iterator[None]:
    """Turn what Paramiko raises into this room's errors."""
    try:
        yield
    except DeviceError:
        raise
    except paramiko.BadHostKeyException as error:
        found = PublicKey(algorithm=error.key.get_name(), public_key=error.key.get_base64())
        raise host_keys.changed(login, found) from error
    except paramiko.AuthenticationException as error:
        raise refused(login) from error
    except TimeoutError as error:
        raise DeviceTimeout(
            f"{login.place} did not answer within {login.timeout:g} s.", hostname=login.hostname
        ) from error
    except (paramiko.ssh_exception.NoValidConnectionsError, ConnectionRefusedError) as error:
        raise DeviceUnreachable(
            f"{login.place} cannot be reached: {error}.", hostname=login.hostname
        ) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise SessionLost(
            f"{login.place} closed the session in the middle of the work: {error}.",
            hostname=login.hostname,
        ) from error


def _facts(shown: linux_script.Shown) -> Facts:
    pretty = re.search(r'^PRETTY_NAME="?([^"\n]*)', shown.sections.get("os", ""), re.MULTILINE)
    words = (pretty[1] if pretty else None, shown.first_line("kernel"))
    return Facts(
        model=shown.first_line("model"),
        serial=shown.first_line("serial"),
        os_version=", ".join(word for word in words if word) or None,
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
