"""Netmiko sessions held to the pinned host key. Every failure leaves as a DeviceError."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import paramiko
from netmiko import BaseConnection, ConnectHandler
from netmiko.channel import SSHChannel
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadTimeout,
)
from typing_extensions import override

from inventory.drivers import host_keys
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    SessionLost,
)
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.private_keys import private_key

Connection = BaseConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open command line and the key it is held with."""

    connection: Connection
    host_key: PublicKey


@contextmanager
def open_session(login: Login, device_type: str) -> Iterator[Session]:
    """A privileged session on the host with the pinned key, or a DeviceError.

    At first contact the key is fetched before anything else, so that the session that carries the
    credentials is already bound to it.
    """
    key = login.host_key or host_keys.fetch(login)
    with host_keys.known_hosts(login, key) as known, translated(login):
        connection = _connect(login, device_type, str(known))
        connection.channel = LiveChannel(
            cast("paramiko.Channel", connection.remote_conn), connection.encoding
        )
        try:
            if login.enable is not None:
                _enable(login, connection)
            yield Session(connection=connection, host_key=key)
        finally:
            connection.disconnect()


class LiveChannel(SSHChannel):
    """Notices at once that the device closed the session; Netmiko's own waits out its timeout."""

    @override
    def read_buffer(self) -> str:
        channel = self.remote_conn
        if channel is not None and channel.closed and not channel.recv_ready():
            raise EOFError("the channel was closed")
        return super().read_buffer()


def _connect(login: Login, device_type: str, known_hosts: str) -> Connection:
    return ConnectHandler(
        device_type=device_type,
        host=login.address,
        port=login.port,
        username=login.username,
        password=login.password,
        secret=login.enable or "",
        pkey=private_key(login),
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=known_hosts,
        conn_timeout=login.timeout,
        auth_timeout=login.timeout,
        banner_timeout=login.timeout,
        blocking_timeout=login.timeout,
        read_timeout_override=login.timeout,
    )


def _enable(login: Login, connection: Connection) -> None:
    try:
        connection.enable()
    except ValueError as error:  # what Netmiko raises when the prompt stays unprivileged
        raise AuthenticationRefused(
            f"{login.place} refused the enable secret. Check the credential's enable reference.",
            hostname=login.hostname,
        ) from error


@contextmanager
def translated(login: Login) -> Iterator[None]:
    """Turn what Netmiko and Paramiko raise into this room's errors."""
    try:
        yield
    except DeviceError:
        raise
    except NetmikoAuthenticationException as error:
        raise refused(login) from error
    except ReadTimeout as error:
        raise _silent(login) from error
    except NetmikoTimeoutException as error:
        raise _not_connected(login, error) from error
    except (paramiko.SSHException, NetmikoBaseException, OSError, EOFError) as error:
        raise SessionLost(
            f"{login.place} closed the session in the middle of the work: "
            f"{_first_line(error) or type(error).__name__}.",
            hostname=login.hostname,
        ) from error


def refused(login: Login) -> AuthenticationRefused:
    return AuthenticationRefused(
        f"{login.place} refused the login of {login.username}. Check the credential, and on the "
        "device that the account exists.",
        hostname=login.hostname,
        username=login.username,
    )


def _silent(login: Login) -> DeviceTimeout:
    return DeviceTimeout(
        f"{login.place} did not finish its answer within {login.timeout:g} s. If it is only slow, "
        "raise device_timeout.",
        hostname=login.hostname,
    )


def _not_connected(login: Login, error: NetmikoTimeoutException) -> DeviceError:
    cause = error.__context__
    if isinstance(cause, paramiko.BadHostKeyException):
        key = PublicKey(algorithm=cause.key.get_name(), public_key=cause.key.get_base64())
        return host_keys.changed(login, key)
    if isinstance(cause, TimeoutError):
        return DeviceTimeout(
            f"{login.place} did not answer within {login.timeout:g} s.", hostname=login.hostname
        )
    return DeviceUnreachable(
        f"{login.place} cannot be reached: {_first_line(cause or error)}. Check the address, the "
        "port and the route.",
        hostname=login.hostname,
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else ""
