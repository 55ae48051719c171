"""SSH by Paramiko, held to pinned host keys, through a jump host where one is set. Asks nothing.

Every failure leaves as a DeviceError that names the host at fault, the jump host or the device.
"""

import base64
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace

import paramiko
from typing_extensions import override

from inventory.drivers import host_keys
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    JumpNotPinned,
    SessionLost,
)
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.private_keys import private_key
from inventory.drivers.transcript import Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A connection that is signed in, the key it is held with, and what is said on it."""

    client: paramiko.SSHClient
    host_key: PublicKey
    spoken: Spoken


class Held(paramiko.MissingHostKeyPolicy):
    """Takes any key at first contact, before a credential is sent, and no other than the pinned."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.key = login.host_key

    @override
    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        found = PublicKey(algorithm=key.get_name(), public_key=key.get_base64())
        if self.key not in {None, found}:
            raise host_keys.changed(self.login, found)
        self.key = found


@contextmanager
def connected(login: Login, client: paramiko.SSHClient | None = None) -> Iterator[Connected]:
    """A connection to the device; `client` where another class than Paramiko's own is needed.

    At first contact the session is bound to the key that the host shows; the credentials go to
    whoever holds it, and it is the one to be pinned. Where a login has two passwords the second is
    tried only when the device refuses the first.
    """
    client, policy = client or paramiko.SSHClient(), Held(login)
    client.set_missing_host_key_policy(policy)
    if login.host_key is not None:
        pinned = paramiko.PKey.from_type_string(
            login.host_key.algorithm, base64.b64decode(login.host_key.public_key)
        )
        name = host_keys.known_name(login)
        client.get_host_keys().add(name, login.host_key.algorithm, pinned)
    with ExitStack() as stack:
        try:
            stack.enter_context(_signed_in(login, client))
        except AuthenticationRefused as error:
            if login.second is None or error.facts.get("hostname") != login.hostname:
                raise
            stack.enter_context(_signed_in(replace(login, password=login.second), client))
        spoken = stack.enter_context(login.session())
        yield Connected(client=client, host_key=policy.key or _unseen(login), spoken=spoken)


@contextmanager
def _signed_in(login: Login, client: paramiko.SSHClient) -> Iterator[None]:
    """The client signed in with the login's password or key, until the body ends."""
    with ExitStack() as stack:
        through = stack.enter_context(tunnel(login))
        stack.callback(_hang_up, client)
        stack.enter_context(translated(login))
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
            sock=through,
        )
        yield


@contextmanager
def tunnel(login: Login) -> Iterator[paramiko.Channel | None]:
    """A channel to the device's SSH port through its jump host; None where there is no jump."""
    jump = login.jump
    if jump is None:
        yield None
        return
    if jump.host_key is None:
        raise JumpNotPinned(
            f"The host key of the jump host {jump.place} of {login.hostname} is not pinned; "
            "nothing was sent to it. Collect it as a device once, or give its host_key.",
            hostname=login.hostname,
        )
    with connected(jump) as bastion:
        transport = bastion.client.get_transport()
        if transport is None:
            raise _lost(jump, "no transport")
        try:
            channel = transport.open_channel(
                "direct-tcpip", (login.address, login.port), ("127.0.0.1", 0),
                timeout=login.timeout,
            )  # fmt: skip
        except paramiko.SSHException as error:
            raise DeviceUnreachable(
                f"{login.place} cannot be reached through {jump.place}: {error}. Check that the "
                "jump host may forward there.",
                hostname=login.hostname,
            ) from error
        yield channel


def _hang_up(client: paramiko.SSHClient) -> None:
    """Close at once: Paramiko's reader sleeps on its socket and would notice only later."""
    transport = client.get_transport()
    stream = transport.sock if transport is not None else None
    if isinstance(stream, socket.socket):
        with suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)
    client.close()


def _unseen(login: Login) -> PublicKey:
    raise _lost(login, "it showed no host key")


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
    except (
        paramiko.ssh_exception.NoValidConnectionsError, ConnectionRefusedError, socket.gaierror,
    ) as error:  # fmt: skip
        raise DeviceUnreachable(
            f"{login.place} cannot be reached: {first_line(error)}. Check the address, the port "
            "and the route.",
            hostname=login.hostname,
        ) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise _lost(login, first_line(error) or type(error).__name__) from error


def _lost(login: Login, why: str) -> SessionLost:
    return SessionLost(
        f"{login.place} closed the session in the middle of the work: {why}.",
        hostname=login.hostname,
    )


def refused(login: Login) -> AuthenticationRefused:
    return AuthenticationRefused(
        f"{login.place} refused the login of {login.username}. Check the credential, and on the "
        "device that the account exists.",
        hostname=login.hostname,
        username=login.username,
    )


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else ""
