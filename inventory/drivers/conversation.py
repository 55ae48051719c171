"""Ask a command line many questions in few round trips. Changes nothing on the device.

Where a platform's data says how a terminal is prepared, the preparation is one write, and each
question one; where it says that the device reads ahead, all questions are. Elsewhere Netmiko
prepares the terminal and asks.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from inventory.drivers.decoding import decoded
from inventory.drivers.errors import DeviceError
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.meter import CHUNK
from inventory.drivers.sessions import (
    Connection,
    Session,
    open_session,
    opened_shell,
    refused_secret,
    silent,
)
from inventory.platforms import Platform

PROMPT = re.compile(r"(?:^|[\r\n])(?P<prompt>[\w\[({<][^\s]*[>#$])[ \t]?\Z")
SECRET = re.compile(r"(?i)(?:^|[\r\n])[^\r\n]*password: ?\Z")
NOTHING_MORE = r"(?:\s|\x1b\[[0-9;?]*[A-Za-z])*\Z"
QUIET = 0.5  # seconds in which a device that has more to say says it
LAST_WORDS = 200  # characters in which a prompt stands


class Conversation(Protocol):
    """A privileged session that answers questions."""

    host_key: PublicKey
    prompt: str

    def ask(self, commands: Sequence[str]) -> tuple[str, ...]:
        """The answers to these commands, in their order, without echo and prompt."""
        ...


@contextmanager
def opened(login: Login, platform: Platform) -> Iterator[Conversation]:
    """A conversation on the host with the pinned key, or a DeviceError."""
    if not platform.prepare:
        with open_session(login, platform.netmiko) as session:
            yield Patient(login, session.connection, session.host_key)
        return
    with opened_shell(login, platform.netmiko) as session:
        quick = Quick(login, session, ahead=platform.reads_ahead)
        quick.begin(platform.prepare)
        yield quick
        session.shell.sendall(b"exit\n")  # the device ends the session; nobody waits for it


class Patient:
    """Asks as Netmiko does, but for its question after the prompt before each command."""

    def __init__(self, login: Login, connection: Connection, host_key: PublicKey) -> None:
        self.host_key = host_key
        self.prompt = str(connection.find_prompt())
        self._timeout = login.timeout
        self._connection = connection

    def ask(self, commands: Sequence[str]) -> tuple[str, ...]:
        wanted = rf"{re.escape(self.prompt.strip())}{NOTHING_MORE}"  # a banner may hold it too
        return tuple(
            str(
                self._connection.send_command(one, expect_string=wanted, read_timeout=self._timeout)
            )
            for one in commands
        )


class Quick:
    """Writes what can be written at once and waits on the socket, not on a clock."""

    def __init__(self, login: Login, session: Session, *, ahead: bool) -> None:
        self.host_key = session.host_key
        self.prompt = ""
        self._login = login
        self._shell = session.shell
        self._ahead = ahead
        self._unsent: tuple[str, ...] = ()  # the preparation, to go with the first question

    def begin(self, prepare: Sequence[str]) -> None:
        """Wait for the first prompt and become privileged."""
        self.prompt = _last_prompt(self._read(PROMPT))
        enabling = self._login.enable is not None and self.prompt.endswith(">")
        if not enabling:
            self._unsent = tuple(prepare)
            return
        self._write([*prepare, "enable"])
        privileged = f"{self.prompt[:-1]}#"
        shown = self._read(re.compile(rf"{SECRET.pattern}|{re.escape(privileged)} ?\Z"))
        if SECRET.search(shown):
            self._write([self._login.enable or ""])
            shown = self._read(re.compile(rf"{SECRET.pattern}|{PROMPT.pattern}"))
        self.prompt = privileged
        if SECRET.search(shown) or _last_prompt(shown) != privileged:
            raise refused_secret(self._login)

    def ask(self, commands: Sequence[str]) -> tuple[str, ...]:
        before, self._unsent = self._unsent, ()
        first = self._typed([*before, *(commands if self._ahead else commands[:1])]) or ()
        told = first[len(before) :]
        return (*told, *(self._one(one) for one in commands[len(told) :]))

    def _typed(self, commands: Sequence[str]) -> tuple[str, ...] | None:
        """The answers to commands typed at once, None where they cannot be told apart."""
        self._write(commands)
        shown = self._read(
            self._end, prompts=len(commands),
            enough=lambda text: split(text, self.prompt, commands) is not None,
        )  # fmt: skip
        return split(shown, self.prompt, commands)

    def _one(self, command: str) -> str:
        answers = self._typed([command])
        if answers is None:
            raise DeviceError(
                f"{self._login.place} did not repeat {command!r} before its answer, so that what "
                "it answered to is not certain.",
                hostname=self._login.hostname,
            )
        return answers[0]

    @property
    def _end(self) -> re.Pattern[str]:
        return re.compile(rf"(?:^|[\r\n]){re.escape(self.prompt)}[ \t]?\Z")

    def _write(self, lines: Sequence[str]) -> None:
        self._shell.sendall("".join(f"{line}\n" for line in lines).encode())

    def _read(
        self, ends: re.Pattern[str], *, prompts: int = 0, enough: Callable[[str], bool] = bool
    ) -> str:
        """What comes until it ends so and so many prompts have come; LF line ends.

        A banner may hold the prompt too: what is not `enough` is so only when no more comes.
        """
        shown, begun, almost = bytearray(), time.monotonic(), ""
        limit = self._login.timeout * max(prompts, 1)
        while True:
            left = max(begun + limit - time.monotonic(), 0.001)
            self._shell.settimeout(min(QUIET, left) if almost else left)
            try:
                chunk = self._shell.recv(CHUNK)
            except TimeoutError as error:
                if almost:
                    return almost
                raise silent(self._login) from error
            if not chunk:
                raise EOFError("the channel was closed")
            shown += chunk
            almost = ""
            if not ends.search(decoded(shown[-LAST_WORDS:])):
                continue
            text = decoded(shown).replace("\r\n", "\n").replace("\r", "")
            if len(re.findall(rf"(?m)^{re.escape(self.prompt)}", text)) < prompts:
                continue
            if enough(text):
                return text
            almost = text


def split(shown: str, prompt: str, commands: Sequence[str]) -> tuple[str, ...] | None:
    """The answers in what was shown after these commands were typed at one prompt.

    None where the echoes do not stand where they belong: a device that repeats at once what is
    typed ahead mixes it with its answers, and a banner may look like an echo.
    """
    answers, rest = list[str](), shown
    for number, command in enumerate(commands):
        head, echo, rest = rest.partition(f"{command}\n")
        if not echo or head.strip():
            return None
        if number + 1 == len(commands):
            answers.append(rest[: rest.rindex(prompt)])
            break
        following = re.escape(commands[number + 1])
        end = re.search(rf"(?m)^{re.escape(prompt)}[ \t]?(?={following}$)", rest)
        if end is None:
            return None
        answers.append(rest[: end.start()])
        rest = rest[end.end() :]
    lines = (line.removeprefix(prompt).strip() for one in answers for line in one.splitlines())
    mixed = len(commands) > 1 and any(line in commands for line in lines)
    return None if mixed else tuple(answers)


def _last_prompt(shown: str) -> str:
    found = PROMPT.search(shown)
    return found["prompt"] if found else ""
