"""Changes made by hand: an SSH session as a person would type it."""

import asyncio

import asyncssh

from lab.device import LabDevice

TIMEOUT = 20.0


def type_lines(
    device: LabDevice, lines: list[str], *, save: str = "write memory", password: str | None = None
) -> str:
    """Log in, enter configuration mode, type the lines, save; returns the session's text."""
    typed = ["enable", device.enable_secret or ""] if device.enable_secret else []
    typed += ["configure terminal", *lines, "end", *([save] if save else [])]
    return talk(device, typed, password=password)


def talk(device: LabDevice, lines: list[str], *, password: str | None = None) -> str:
    """Log in, type exactly these lines and `exit`; returns the session's text."""
    return asyncio.run(_talk(device, lines, password or device.password))


async def _talk(device: LabDevice, lines: list[str], password: str) -> str:
    async with asyncssh.connect(
        device.address, device.port, username=device.username, password=password, known_hosts=None,
        config=None, client_keys=None, agent_path=None,
    ) as connection:  # fmt: skip
        process = await connection.create_process(term_type="vt100")
        process.stdin.write("".join(f"{line}\n" for line in [*lines, "exit"]))
        return str(await asyncio.wait_for(process.stdout.read(), TIMEOUT)).replace("\r", "")
