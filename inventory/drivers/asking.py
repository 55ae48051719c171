"""Ask an unknown device questions, whatever it answers: bounded in bytes, pages and seconds."""

import re
import time
from typing import cast

import paramiko
from netmiko import SSHDetect
from netmiko.channel import SSHChannel
from typing_extensions import override

from inventory.drivers.errors import DeviceError, DeviceTimeout
from inventory.drivers.login import Login
from inventory.drivers.sessions import Connection, LiveChannel

SESSION_BYTES = 2_000_000  # of everything that one device says
SESSION_SECONDS = 120.0
PAGES = 2_000
PROMPT_LENGTH = 255
MORE = r"-{2,} ?\(?[Mm]ore(?: [0-9]+%)?\)? ?-{2,}|<--- More --->"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|[\x00\x07]")


class EndlessAnswer(DeviceError):
    """The device says more than any question has an answer for."""

    code = "endless_answer"


class BoundedChannel(LiveChannel):
    """Lets through so many characters in so much time, then ends the session."""

    def __init__(self, channel: SSHChannel, *, place: str) -> None:
        super().__init__(cast("paramiko.Channel", channel.remote_conn), channel.encoding)
        self._place = place
        self._left = SESSION_BYTES
        self._until = time.monotonic() + SESSION_SECONDS

    @override
    def read_buffer(self) -> str:
        heard = super().read_buffer()
        self._left -= len(heard)
        if self._left < 0:
            raise EndlessAnswer(
                f"{self._place} said more than {SESSION_BYTES} characters; the session was ended."
            )
        if time.monotonic() > self._until:
            raise DeviceTimeout(
                f"{self._place} was not done after {SESSION_SECONDS:g} s; the session was ended."
            )
        return heard


class Asking:
    """One question after another in an open session; pages are turned, escapes are dropped."""

    def __init__(self, connection: Connection, login: Login) -> None:
        connection.channel = BoundedChannel(
            cast("SSHChannel", connection.channel), place=login.place
        )
        connection.ansi_escape_codes = True
        self.connection = connection
        self._timeout = login.timeout
        self.prompt = _prompt(connection, login)
        self._end = rf"(?:{re.escape(self.prompt)}|{MORE})\s*$"

    def __call__(self, question: str) -> str:
        """The whole answer without the question's echo and the prompt."""
        self.connection.write_channel(question + "\n")
        pages = [self._page()]
        while re.search(rf"(?:{MORE})\s*$", pages[-1]) and len(pages) < PAGES:
            self.connection.write_channel(" ")
            pages.append(self._page())
        answer = re.sub(MORE, "", ESCAPES.sub("", "".join(pages))).replace("\x08", "")
        lines = answer.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(lines[1:-1]) + "\n"

    def _page(self) -> str:
        return str(self.connection.read_until_pattern(self._end, read_timeout=self._timeout))


def _prompt(connection: Connection, login: Login) -> str:
    try:
        prompt = str(connection.find_prompt())
    except ValueError as error:  # what Netmiko raises where nothing is said
        raise DeviceTimeout(f"{login.place} shows no prompt.", hostname=login.hostname) from error
    if len(prompt) > PROMPT_LENGTH:
        raise EndlessAnswer(f"{login.place} shows a prompt of {len(prompt)} characters.")
    return prompt


class Detection(SSHDetect):
    """Netmiko's own detection in a session that is open already, its reading bounded as ours."""

    def __init__(self, asking: Asking) -> None:
        self.connection = asking.connection
        self.initial_buffer = ""
        self.potential_matches: dict[str, int] = {}
        self._results_cache: dict[str, str] = {}
        self._asking = asking

    @override
    def _send_command(self, cmd: str = "") -> str:
        return self._asking(cmd)
