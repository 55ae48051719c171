"""Bound what a session brings: so many bytes in so much time. Interprets nothing of it."""

import time
from collections.abc import Callable
from typing import cast

import paramiko

from inventory.drivers.errors import DeviceTimeout, OutputTooLarge
from inventory.drivers.login import Login

CHUNK = 65_536
MEGABYTE = 2**20


class Metered:
    """A channel that ends its session once it brought too much, or took too long.

    `sends` is told what goes out, before it does: what a cut session sent is known.
    """

    def __init__(
        self, channel: paramiko.Channel, login: Login, sends: Callable[[bytes], None]
    ) -> None:
        self._channel = channel
        self._login = login
        self._left = login.max_bytes
        self._until = time.monotonic() + login.max_seconds
        self._sends = sends

    def recv(self, size: int) -> bytes:
        """What the channel brings next; raises OutputTooLarge or DeviceTimeout."""
        chunk = self._channel.recv(size)
        self._left -= len(chunk)
        if self._left < 0:
            self._channel.close()
            raise _too_large(self._login)
        if time.monotonic() > self._until:
            self._channel.close()
            raise DeviceTimeout(
                f"{self._login.place} was not done after {self._login.max_seconds:g} s; the "
                "session was ended. If it is only slow, raise collection_seconds.",
                hostname=self._login.hostname,
            )
        return chunk

    def sendall(self, data: bytes) -> None:
        self._sends(data)
        self._channel.sendall(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)


def unheard(_data: bytes) -> None:
    """For channels whose input is known otherwise."""


def metered(
    channel: paramiko.Channel, login: Login, *, sends: Callable[[bytes], None] = unheard
) -> paramiko.Channel:
    """The channel with its bounds, to be used in its place."""
    return cast("paramiko.Channel", Metered(channel, login, sends))


def within(login: Login, *texts: str) -> None:
    """For what comes whole from a library: raises OutputTooLarge before it is looked at."""
    if sum(map(len, texts)) > login.max_bytes:
        raise _too_large(login)


def _too_large(login: Login) -> OutputTooLarge:
    return OutputTooLarge(
        f"{login.place} showed more than {login.max_bytes / MEGABYTE:g} MB in one session, which "
        "was ended. If its configuration is that large, raise collection_megabytes.",
        hostname=login.hostname,
    )


def read_all(channel: paramiko.Channel, login: Login) -> bytes:
    """Everything until the channel ends, within its bounds."""
    bounded, read = metered(channel, login), bytearray()
    while chunk := bounded.recv(CHUNK):
        read += chunk
    return bytes(read)
