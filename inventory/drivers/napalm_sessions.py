"""Open NAPALM's drivers on the host with the pinned key, through a jump host where one is set.

What they raise leaves as a DeviceError. Reads and changes nothing.
"""

import os
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import jnpr.junos
import napalm
import paramiko
from jnpr.junos.exception import ConnectAuthError, ConnectError
from napalm.base import exceptions as napalm_errors
from ncclient.transport.errors import SSHUnknownHostError
from netmiko.exceptions import ReadTimeout
from typing_extensions import override

from inventory.drivers import host_keys, ssh
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    SessionLost,
    UnsupportedPlatform,
)
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.ssh import refused
from inventory.drivers.transcript import Spoken

DRIVERS = {
    "cisco_ios": "ios",
    "cisco_xe": "ios",
    "arista_eos": "eos",
    "juniper_junos": "junos",
    "cisco_nxos": "nxos",
}
WEB = {"eos": "https", "nxos": "https"}  # default transports of those with a web interface

REFUSED = (paramiko.AuthenticationException, napalm_errors.ConnectAuthError, ConnectAuthError)
REFUSED_WORDS = r"Unauthorized|ConnectAuthError|[Aa]uthenticat"
OTHER_KEY = (paramiko.BadHostKeyException, SSHUnknownHostError)
SILENT = (TimeoutError, ReadTimeout, napalm_errors.ConnectTimeoutError)
UNREACHED = (ConnectionError, napalm_errors.ConnectionException, ConnectError)
CHUNK = 65_536
LOADED = ("configuration-set", "configuration-text")
"""What an RPC holds lines of configuration in."""

NapalmConnection = Any  # napalm.base.NetworkDriver: untyped


def _transport(login: Login, name: str) -> str:
    return str(login.options.get("transport", WEB[name])) if name in WEB else "ssh"


@contextmanager
def opened(login: Login) -> Iterator[tuple[NapalmConnection, PublicKey | None]]:
    """An open NAPALM driver on the host with the pinned key or certificate."""
    name = DRIVERS.get(login.platform)
    if name is None:
        raise UnsupportedPlatform(
            f"NAPALM has no driver for {login.platform}; use the driver netmiko for "
            f"{login.hostname}.",
            hostname=login.hostname,
        )
    transport = _transport(login, name)
    if login.jump is not None and transport != "ssh":
        raise UnsupportedPlatform(
            f"{login.hostname} is behind a jump host, where only SSH goes. Set its option "
            '{"transport": "ssh"}, or use the driver netmiko.',
            hostname=login.hostname,
        )
    key = _verified(login, transport)
    if name == "nxos" and transport == "ssh":
        name = "nxos_ssh"
    with ExitStack() as stack:
        files = stack.enter_context(_files(login, key))
        through = stack.enter_context(ssh.tunnel(login))
        device = napalm.get_network_driver(name)(
            login.address,
            login.username,
            login.password,
            timeout=int(login.timeout),
            optional_args=optional(login, name, transport, files, through),
        )
        if name == "junos":
            device.device = stack.enter_context(_netconf(login, files, through))
        with translated(login):
            device.open()
        spoken = stack.enter_context(login.session())
        if name == "junos":
            device.device.spoken = spoken
        try:
            yield Noted(device, spoken), key
        finally:
            device.close()


class HeldDevice(jnpr.junos.Device):  # type: ignore[misc]
    """PyEZ's device; under its own name it reads no known_hosts file of ours behind a jump host.

    Each RPC is noted by its name, and of a load the lines as well.
    """

    spoken: Spoken | None = None

    @override
    def execute(self, rpc_cmd: Any, **options: object) -> object:  # an element of lxml, or its text
        if self.spoken is not None and isinstance(rpc_cmd, str):
            self.spoken.note(f"rpc {rpc_cmd.strip()}")
        elif self.spoken is not None:
            self.spoken.note(f"rpc {rpc_cmd.tag}")
            for lines in rpc_cmd.iter(*LOADED):
                self.spoken.note(lines.text or "")
        return super().execute(rpc_cmd, **options)


class Noted:
    """NAPALM's driver, of which each getter is noted by its name as it is called.

    What NAPALM types for it is NAPALM's own business, and differs from version to version.
    """

    def __init__(self, device: NapalmConnection, spoken: Spoken) -> None:
        self._device = device
        self._spoken = spoken

    def __getattr__(self, name: str) -> object:
        found: Callable[..., object] = getattr(self._device, name)
        if not name.startswith("get_") and name != "cli":
            return found

        def called(*asked: object, **options: object) -> object:
            told = [*map(str, asked), *(f"{key}={value}" for key, value in options.items())]
            self._spoken.note(" ".join(["napalm", name, *told]))
            return found(*asked, **options)

        return called


@contextmanager
def _netconf(
    login: Login, files: Mapping[str, str], through: paramiko.Channel | None
) -> Iterator[HeldDevice]:
    """A device that holds its host to the pinned key, which NAPALM's own does not."""
    with ExitStack() as stack:
        ours = stack.enter_context(_relayed(through)) if through is not None else None
        yield HeldDevice(
            login.address,
            port=login.port,
            user=login.username,
            password=login.password,
            ssh_private_key_file=files.get("key"),
            ssh_config=files["ssh_config"],
            hostkey_verify=True,
            look_for_keys=False,
            allow_agent=False,
            conn_open_timeout=int(login.timeout),
            sock_fd=ours.fileno() if ours is not None else None,
        )


@contextmanager
def _relayed(channel: paramiko.Channel) -> Iterator[socket.socket]:
    """A socket of this process that is the channel, for a library that wants a file descriptor."""
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        for source, sink in ((theirs, channel), (channel, theirs)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()
        yield ours
        theirs.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket | paramiko.Channel, sink: socket.socket | paramiko.Channel) -> None:
    with suppress(OSError, EOFError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _verified(login: Login, transport: str) -> PublicKey | None:
    """What the session will be held to: the pinned key, or the one shown at first contact."""
    if transport == "http":
        return None
    if transport == "https":
        return host_keys.verified_certificate(login, port=_port(login, 443))
    if login.host_key is not None:
        return login.host_key
    with ssh.tunnel(login) as through:
        return host_keys.fetch(login, through=through)


def _port(login: Login, default: int) -> int:
    return int(str(login.options.get("port", default)))


@contextmanager
def _files(login: Login, key: PublicKey | None) -> Iterator[dict[str, str]]:
    """Names of a known_hosts file and a private key file that live as long as the session."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        files = dict[str, str]()
        if key is not None and key.algorithm != host_keys.CERTIFICATE:
            known = host_keys.write_known_hosts(Path(folder), login, key)
            config = Path(folder) / "ssh_config"
            config.write_text(f"Host *\n  UserKnownHostsFile {known}\n")
            files |= {"known_hosts": str(known), "ssh_config": str(config)}
        if login.key is not None:
            file = Path(folder) / "key"
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
                handle.write(login.key)
            files["key"] = str(file)
        yield files


def optional(
    login: Login, name: str, transport: str, files: Mapping[str, str],
    through: paramiko.Channel | None = None,
) -> dict[str, object]:  # fmt: skip
    if transport in {"http", "https"}:
        arguments: dict[str, object] = {
            "transport": transport,
            "port": _port(login, 443 if transport == "https" else 80),
        }
        return arguments | ({"enable_password": login.enable} if login.enable else {})
    arguments = {"port": login.port}
    if name == "junos":
        return arguments
    arguments |= {
        "sock": through,
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
def translated(login: Login) -> Iterator[None]:
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
    if any(isinstance(one, OTHER_KEY) for one in chain):
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
