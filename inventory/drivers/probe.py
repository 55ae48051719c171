"""Find out what answers at an address. Reads only; the platform is told from data."""

import re
import socket
from dataclasses import dataclass, replace

from inventory.drivers import reading
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.sessions import open_session
from inventory.platforms import Platform, known_platforms

BANNER_BYTES = 255  # RFC 4253, section 4.2
QUESTIONS = ("show version", "uname -a")
MORE = r"-- ?[Mm]ore ?--"
ORDER = ("frr", "arista_eos", "cisco_nxos", "cisco_xr", "juniper_junos", "cisco_ios", "linux")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who answered; `platform` is None where no platform's words were recognised."""

    hostname: str
    platform: str | None
    host_key: PublicKey


def banner(address: str, port: int, *, timeout: float) -> str | None:
    """The SSH identification line of whatever listens there, None where nobody does."""
    try:
        with socket.create_connection((address, port), timeout=timeout) as stream:
            line = stream.recv(BANNER_BYTES).split(b"\n", maxsplit=1)[0]
    except OSError:
        return None
    text = line.decode("ascii", errors="replace").strip()
    return text if text.startswith("SSH-") else None


def identify(login: Login) -> Identity:
    """Sign in and ask what this is; raises a DeviceError when that fails."""
    platform = None
    with open_session(replace(login, enable=None), "terminal_server") as session:
        connection = session.connection
        prompt = str(connection.find_prompt())
        for question in QUESTIONS:
            shown = connection.send_command(
                question,
                expect_string=rf"{re.escape(prompt)}|{MORE}",
                read_timeout=login.timeout,
            )
            platform = platform or recognised(str(shown))
            if platform is not None:
                break
    name = reading.PROMPT.match(prompt)
    return Identity(
        hostname=reading.short_name(name["hostname"]) if name else "",
        platform=platform,
        host_key=session.host_key,
    )


def recognised(shown: str) -> str | None:
    """The platform whose words stand in these answers."""
    by_name: dict[str, Platform] = {platform.name: platform for platform in known_platforms()}
    for name in ORDER:
        words = by_name[name].identify
        if words is not None and words.search(shown):
            return name
    return None
