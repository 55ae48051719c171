"""The driver for what NAPALM speaks to: ios over SSH, eos over eAPI, junos over NETCONF, nxos."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import napalm
import paramiko
from napalm.base import exceptions as napalm_errors
from netmiko.exceptions import ReadTimeout

from inventory.drivers import host_keys, reading
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    SessionLost,
    UnsupportedPlatform,
)
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.protocol import Collection, Facts, Neighbour
from inventory.drivers.sessions import refused
from inventory.platforms import platform_of

DRIVERS = {
    "cisco_ios": "ios",
    "cisco_xe": "ios",
    "arista_eos": "eos",
    "juniper_junos": "junos",
    "cisco_nxos": "nxos",
}
WEB = {"eos": "https", "nxos": "https"}  # default transports of those with a web interface

REFUSED = (paramiko.AuthenticationException, napalm_errors.ConnectAuthError)
REFUSED_WORDS = r"Unauthorized|ConnectAuthError|[Aa]uthenticat"
SILENT = (TimeoutError, ReadTimeout, napalm_errors.ConnectTimeoutError)
UNREACHED = (ConnectionError, napalm_errors.ConnectionException)

NapalmConnection = Any  # napalm.base.NetworkDriver: untyped


class NapalmDriver:
    """Options: `transport` (eos, nxos: http, https or ssh), `port` of the web interface."""

    name: ClassVar[str] = "napalm"

    def supports(self, platform: str, _options: Mapping[str, object]) -> bool:
        return platform in DRIVERS

    def collect(self, login: Login) -> Collection:
        with _opened(login) as (device, key), _translated(login):
            texts = device.get_config(retrieve="all")
            facts = device.get_facts()
            lldp = device.get_lldp_neighbors()
        running = str(texts["running"])
        return Collection(
            running=running,
            startup=str(texts["startup"]) or None,
            facts=_facts(facts),
            neighbours=_neighbours(lldp),
            hostname=reading.hostname(
                platform_of(login.platform),
                running=running,
                prompt=str(facts["hostname"]),
                expected=login.hostname,
            ),
            host_key=key,
        )


def _transport(login: Login, name: str) -> str:
    return str(login.options.get("transport", WEB[name])) if name in WEB else "ssh"


@contextmanager
def _opened(login: Login) -> Iterator[tuple[NapalmConnection, PublicKey | None]]:
    """An open NAPALM driver on the host with the pinned key or certificate."""
    name = DRIVERS.get(login.platform)
    if name is None:
        raise UnsupportedPlatform(
            f"NAPALM has no driver for {login.platform}; use the driver netmiko for "
            f"{login.hostname}.",
            hostname=login.hostname,
        )
    transport = _transport(login, name)
    key = _verified(login, transport)
    if name == "nxos" and transport == "ssh":
        name = "nxos_ssh"
    with _files(login, key) as files:
        device = napalm.get_network_driver(name)(
            login.address,
            login.username,
            login.password,
            timeout=int(login.timeout),
            optional_args=_optional(login, name, transport, files),
        )
        with _translated(login):
            device.open()
        try:
            yield device, key
        finally:
            device.close()


def _verified(login: Login, transport: str) -> PublicKey | None:
    """What the session will be held to, checked before any credential is sent."""
    if transport == "http":
        return None
    if transport == "https":
        return host_keys.verified_certificate(login, port=_port(login, 443))
    return host_keys.verified(login)


def _port(login: Login, default: int) -> int:
    return int(str(login.options.get("port", default)))


@contextmanager
def _files(login: Login, key: PublicKey | None) -> Iterator[dict[str, str]]:
    """Names of a known_hosts file and a private key file that live as long as the session."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        files = {}
        if key is not None and key.algorithm != host_keys.CERTIFICATE:
            files["known_hosts"] = str(host_keys.write_known_hosts(Path(folder), login, key))
        if login.key is not None:
            file = Path(folder) / "key"
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
                handle.write(login.key)
            files["key"] = str(file)
        yield files


def _optional(
    login: Login, name: str, transport: str, files: Mapping[str, str]
) -> dict[str, object]:
    if transport in {"http", "https"}:
        arguments: dict[str, object] = {
            "transport": transport,
            "port": _port(login, 443 if transport == "https" else 80),
        }
        return arguments | ({"enable_password": login.enable} if login.enable else {})
    arguments = {"port": login.port}
    if name == "junos":
        return arguments | ({"key_file": files["key"]} if "key" in files else {})
    arguments |= {
        "ssh_strict": True,
        "alt_host_keys": True,
        "alt_key_file": files["known_hosts"],
        "secret": login.enable or "",
        "read_timeout_override": login.timeout,
    }
    if "key" in files:
        arguments |= {"use_keys": True, "key_file": files["key"]}
    if name == "eos":
        arguments["transport"] = "ssh"
    return arguments


@contextmanager
def _translated(login: Login) -> Iterator[None]:
    """Turn what NAPALM and the libraries below it raise into this room's errors."""
    try:
        yield
    except DeviceError:
        raise
    except Exception as error:
        raise _error(login, error) from error


def _error(login: Login, error: Exception) -> DeviceError:
    chain = tuple(_chain(error))
    message = str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
    if any(isinstance(one, paramiko.BadHostKeyException) for one in chain):
        return host_keys.changed(login, None)
    if any(isinstance(one, REFUSED) for one in chain) or re.search(REFUSED_WORDS, message):
        return refused(login)
    if "enable mode" in message:
        return AuthenticationRefused(
            f"{login.place} refused the enable secret.", hostname=login.hostname
        )
    if any(isinstance(one, SILENT) for one in chain) or "timed out" in message:
        return DeviceTimeout(
            f"{login.place} did not answer within {login.timeout:g} s.", hostname=login.hostname
        )
    if any(isinstance(one, UNREACHED) for one in chain):
        return DeviceUnreachable(
            f"{login.place} cannot be reached: {message}.", hostname=login.hostname
        )
    return SessionLost(
        f"{login.place} ended NAPALM's work with {type(error).__name__}: {message}.",
        hostname=login.hostname,
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from or while handling."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _facts(facts: Mapping[str, object]) -> Facts:
    def known(key: str) -> str | None:
        value = str(facts.get(key) or "")
        return value if value not in {"", "Unknown", "None"} else None

    version = known("os_version")
    return Facts(
        model=known("model"),
        serial=known("serial_number"),
        os_version=version and re.sub(r".*\bVersion ([^\s,]+).*", r"\1", version),
    )


def _neighbours(lldp: Mapping[str, list[Mapping[str, str]]]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            interface=interface,
            peer_name=reading.short_name(peer["hostname"]),
            peer_interface=peer["port"],
        )
        for interface, peers in lldp.items()
        for peer in peers
        if peer["hostname"]
    )
