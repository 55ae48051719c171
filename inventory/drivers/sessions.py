"""Netmiko sessions over connections of ours. Every failure leaves as a DeviceError."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import paramiko
from netmiko import BaseConnection, ConnectHandler
from netmiko.channel import SSHChannel
from netmiko.exceptions import NetmikoBaseException, NetmikoTimeoutException, ReadTimeout
from typing_extensions import override

from inventory.drivers import ssh
from inventory.drivers.decoding import decoder
from inventory.drivers.errors import AuthenticationRefused, DeviceTimeout, SessionLost
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.meter import CHUNK, metered

Connection = BaseConnection
WIDTH, HEIGHT = 511, 1000  # of the terminal: no line is broken, few pages are


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open command line and the key it is held with."""

    connection: Connection
    shell: paramiko.Channel
    host_key: PublicKey


@contextmanager
def open_session(login: Login, device_type: str) -> Iterator[Session]:
    """A privileged session as Netmiko prepares it, on the host with the pinned key."""
    with opened_shell(login, device_type) as session:
        connection = session.connection
        connection._try_session_preparation()  # noqa: SLF001 - closes after itself when it fails
        try:
            if login.enable is not None:
                _enable(login, connection)
            yield session
        finally:
            connection.disconnect()


@contextmanager
def opened_shell(login: Login, device_type: str) -> Iterator[Session]:
    """A shell that nothing was typed into yet, on the host with the pinned key.

    The connection is ours and not Netmiko's, whose way of checking a host key needs a file.
    """
    connection = _unconnected(login, device_type)
    client = connection._get_ssh_client_instance()  # noqa: SLF001 - some platforms need their own
    with translated(login), ssh.connected(login, client) as held:
        channel = client.invoke_shell(term="vt100", width=WIDTH, height=HEIGHT)
        shell = metered(channel, login, sends=held.spoken.sent)
        shell.settimeout(login.timeout)
        connection.remote_conn_pre, connection.remote_conn = client, shell
        connection.channel = LiveChannel(shell, connection.encoding)
        connection.special_login_handler()
        yield Session(connection=connection, shell=shell, host_key=held.host_key)


class LiveChannel(SSHChannel):
    """Netmiko's own waits out its timeout when the session was closed, and drops characters.

    It forgets bytes that are no UTF-8, and those of a character that comes in two pieces.
    """

    def __init__(self, conn: paramiko.Channel, encoding: str) -> None:
        super().__init__(conn, encoding)
        self._decoder = decoder()

    @override
    def read_buffer(self) -> str:
        channel = self.remote_conn
        if channel is None or not channel.recv_ready():
            if channel is None or channel.closed:
                raise EOFError("the channel was closed")
            return ""
        return self._decoder.decode(channel.recv(CHUNK))


def _unconnected(login: Login, device_type: str) -> Connection:
    connection = ConnectHandler(
        device_type=device_type,
        host=login.address,
        port=login.port,
        username=login.username,
        password=login.password,
        secret=login.enable or "",
        blocking_timeout=login.timeout,
        read_timeout_override=login.timeout,
        auto_connect=False,
    )
    connection._modify_connection_params()  # noqa: SLF001 - what Netmiko does before it connects
    return connection


def _enable(login: Login, connection: Connection) -> None:
    try:
        connection.enable()
    except ValueError as error:  # what Netmiko raises when the prompt stays unprivileged
        raise refused_secret(login) from error


def refused_secret(login: Login) -> AuthenticationRefused:
    return AuthenticationRefused(
        f"{login.place} refused the enable secret. Check the credential's enable reference.",
        hostname=login.hostname,
    )


@contextmanager
def translated(login: Login) -> Iterator[None]:
    """Turn what Netmiko raises into this room's errors; Paramiko's are left to `ssh`."""
    try:
        yield
    except (ReadTimeout, NetmikoTimeoutException) as error:
        raise silent(login) from error
    except (NetmikoBaseException, paramiko.SSHException, EOFError) as error:
        raise SessionLost(
            f"{login.place} closed the session in the middle of the work: "
            f"{ssh.first_line(error) or type(error).__name__}.",
            hostname=login.hostname,
        ) from error


def silent(login: Login) -> DeviceTimeout:
    return DeviceTimeout(
        f"{login.place} did not finish its answer within {login.timeout:g} s. If it is only slow, "
        "raise device_timeout.",
        hostname=login.hostname,
    )
