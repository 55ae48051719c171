"""A real device of the lab, and what a person does on it by hand over SSH. Starts no device."""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal

import asyncssh

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RealDevice:
    """How to sign in; `key` is the private key's text, `host_key` the host's public key line."""

    hostname: str
    platform: Literal["frr", "linux"]
    address: str
    port: int
    username: str
    key: str = field(repr=False)
    host_key: str
    site: str

    def run(self, command: str) -> str:
        """What the command answers: a vtysh command on a router, a shell's on a server.

        Raises asyncssh.Error or OSError when the session fails, TimeoutError after half a minute.
        """
        return asyncio.run(_within(_run(self, command)))

    def read(self, path: str) -> str:
        """A file's text over SFTP, such as a router's saved /etc/frr/frr.conf."""
        return asyncio.run(_within(_read(self, path)))

    def type_lines(self, lines: list[str]) -> str:
        """Type as a person does: configuration lines and `write memory`, or shell commands.

        Returns the session's text with what the device answered.
        """
        if self.platform == "linux":
            return self.run("\n".join(lines))
        typed = ["configure terminal", *lines, "end", "write memory", "exit"]
        return asyncio.run(_within(_type(self, typed)))


async def _within(session: Coroutine[None, None, str]) -> str:
    return await asyncio.wait_for(session, TIMEOUT)


def _connect(device: RealDevice) -> AbstractAsyncContextManager[asyncssh.SSHClientConnection]:
    return asyncssh.connect(
        device.address, device.port, username=device.username, config=None, agent_path=None,
        client_keys=[asyncssh.import_private_key(device.key)],
        known_hosts=([asyncssh.import_public_key(device.host_key)], [], []),
    )  # fmt: skip


async def _run(device: RealDevice, command: str) -> str:
    async with _connect(device) as connection:
        done = await connection.run(command, stderr=asyncssh.STDOUT)
    return str(done.stdout)


async def _read(device: RealDevice, path: str) -> str:
    async with (
        _connect(device) as connection,
        connection.start_sftp_client() as files,
        files.open(path) as file,
    ):
        text = await file.read()
    return str(text)


async def _type(device: RealDevice, lines: list[str]) -> str:
    async with _connect(device) as connection:
        process = await connection.create_process(term_type="vt100")
        process.stdin.write("".join(f"{line}\n" for line in lines))
        said = await process.stdout.read()
    return str(said)
