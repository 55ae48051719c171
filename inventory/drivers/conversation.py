"""Ask a command line many questions in few round trips. Changes nothing on the device.

Where a platform's data says how a terminal is prepared, the preparation is one write, and each
question one; where it says that the device reads ahead, all questions are. Elsewhere Netmiko
prepares the terminal and asks.
"""

import re
import secrets
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
from inventory.line_patterns import holding
from inventory.platforms import Platform

PROMPT = re.compile(r"(?:^|[\r\n])(?P<prompt>[\w\[({<][^\s]*[>#$])[ \t]?\Z")
SECRET = re.compile(r"(?i)(?:^|[\r\n])[^\r\n]*password: ?\Z")
NOTHING_MORE = r"(?:\s|\x1b\[[0-9;?]*[A-Za-z])*\Z"
QUIET = 0.5  # seconds in which a device that has more to say says it
LOST_SECONDS = 5.0  # at a prompt without a word: what was typed ahead is not there any more
REFUSAL = r"\^|%|Error|[Uu]n"  # how the lines begin that a device refuses a comment with
LAST_WORDS = 300  # characters in which a mark and a prompt stand


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
        self._tail = b""  # the end of what was read last
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
        ends = re.compile(rf"{SECRET.pattern}|(?:^|[\r\n]){re.escape(privileged)} ?\Z")
        shown = self._read(ends)
        if not ends.search(shown):  # the device threw away what was typed ahead
            self._ahead, self._unsent = False, tuple(prepare)
            self._write(["enable"])
            shown = self._read(ends)
        if SECRET.search(shown):
            self._write([self._login.enable or ""])
            shown = self._read(re.compile(rf"{SECRET.pattern}|{PROMPT.pattern}"))
        self.prompt = privileged
        if SECRET.search(shown) or _last_prompt(shown) != privileged:
            raise refused_secret(self._login)

    def ask(self, commands: Sequence[str]) -> tuple[str, ...]:
        before, self._unsent = self._unsent, ()
        together = [*before, *(commands if self._ahead else commands[:1])]
        answers = self._typed(together)
        if answers is None:
            self._settle(len(together))
            answers = tuple(self._one(line) for line in before)
        told = answers[len(before) :]
        return (*told, *(self._one(one) for one in commands[len(told) :]))

    def _settle(self, waited: int) -> None:
        """Let the device come to the end of what was typed ahead, which a mark then stands at.

        Without it a late answer could be taken for that of a question asked again. The mark is
        a comment; a device that knows none refuses it, which is as good.
        """
        mark = f"!{secrets.token_hex(8)}"
        self._write([mark])
        prompt = re.escape(self.prompt)
        refused = rf"(?:[ \t]*(?:{REFUSAL})[^\r\n]*\s+)*"
        answered = rf"{prompt}[ \t]?{mark}\s+{refused}{prompt}[ \t]?\Z"
        self._read(re.compile(answered), patience=waited, after=self._tail)

    def _typed(self, commands: Sequence[str]) -> tuple[str, ...] | None:
        """The answers to commands typed at once, None where they cannot be told apart."""
        self._write(commands)
        shown = self._read(
            self._end, prompts=len(commands), patience=len(commands),
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
        self, ends: re.Pattern[str], *, prompts: int = 0, patience: int = 1, after: bytes = b"",
        enough: Callable[[str], bool] = bool,
    ) -> str:  # fmt: skip
        """What comes until it ends so and so many prompts have come; LF line ends.

        `patience` is how many answers it may last. A banner may hold the prompt too: what is not
        `enough` is so only when no more comes; nor does more come where a device rests at its
        prompt, because it threw away what was typed ahead.
        """
        shown, begun, waits = bytearray(after), time.monotonic(), 0.0
        limit = self._login.timeout * patience
        while True:
            left = max(begun + limit - time.monotonic(), 0.001)
            self._shell.settimeout(min(waits or left, left))
            try:
                chunk = self._shell.recv(CHUNK)
            except TimeoutError as error:
                if waits == QUIET or 0 < waits <= left:
                    return self._plain(shown)
                raise silent(self._login) from error
            if not chunk:
                raise EOFError("the channel was closed")
            shown += chunk
            begun += self._login.admit(len(shown))
            tail = decoded(shown[-LAST_WORDS:])
            waits = LOST_SECONDS if self.prompt and self._end.search(tail) else 0.0
            if not ends.search(tail):
                continue
            text = self._plain(shown)
            if text.count(f"\n{self.prompt}") + text.startswith(self.prompt) < prompts:
                continue
            if enough(text):
                return text
            waits = QUIET

    def _plain(self, shown: bytearray) -> str:
        self._tail = bytes(shown[-LAST_WORDS:])
        return decoded(shown).replace("\r\n", "\n").replace("\r", "")


def split(shown: str, prompt: str, commands: Sequence[str]) -> tuple[str, ...] | None:
    """The answers in what was shown after these commands were typed at one prompt.

    None where the echoes do not stand where they belong: a device that repeats at once what is
    typed ahead mixes it with its answers, and a banner may look like an echo.
    """
    answers, at = list[str](), 0
    for number, command in enumerate(commands):
        echo = shown.find(f"{command}\n", at)
        if echo < 0 or shown[at:echo].strip():
            return None
        at = echo + len(command) + 1
        if number + 1 == len(commands):
            answers.append(shown[at : shown.rindex(prompt, at)])
            break
        following = re.escape(commands[number + 1])
        end = re.compile(rf"(?m)\n{re.escape(prompt)}[ \t]?(?={following}$)").search(shown, at - 1)
        if end is None:
            return None
        answers.append(shown[at : end.start() + 1])
        at = end.end()
    mixed = len(commands) > 1 and any(_holds(one, prompt, commands) for one in answers)
    return None if mixed else tuple(answers)


def _holds(answer: str, prompt: str, commands: Sequence[str]) -> bool:
    """Whether a line of the answer is one of the commands, after the prompt or alone."""
    return any(
        line.removeprefix(prompt).strip() == command
        for command in commands
        for start, end in holding(command, answer)
        for line in answer[start:end].splitlines()
    )


def _last_prompt(shown: str) -> str:
    found = PROMPT.search(shown)
    return found["prompt"] if found else ""
