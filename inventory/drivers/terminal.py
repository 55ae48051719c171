"""A privileged command line that waits on its socket, and not on a clock. Decides nothing.

Netmiko sleeps between its readings, which makes half a second of a session that changes one line.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import paramiko

from inventory.drivers.conversation import Conversation, Patient, Quick
from inventory.drivers.decoding import decoded
from inventory.drivers.errors import DeviceError
from inventory.drivers.login import Login
from inventory.drivers.meter import CHUNK
from inventory.drivers.sessions import open_session, opened_shell, silent
from inventory.platforms import Platform

LAST_WORDS = 400  # characters in which a prompt or a question stands
PROMPT = r"(?:^|\n)(?P<prompt>[^\s#>]+[#>])\s*\Z"


@dataclass(slots=True, kw_only=True)
class Terminal:
    """What a Typist types on. `conversation` asks the same session what needs no configuring."""

    login: Login
    shell: paramiko.Channel
    conversation: Conversation
    _seen: bytearray = field(default_factory=bytearray)

    @property
    def base_prompt(self) -> str:
        """The prompt without the sign that ends it."""
        return self.conversation.prompt.rstrip("#> ")

    def ask(self, command: str) -> str:
        """The answer of a command that changes nothing, without echo and prompt."""
        return self.conversation.ask([command])[0]

    def write_channel(self, text: str) -> None:
        self.shell.sendall(text.encode())

    def read_until_pattern(self, pattern: str, read_timeout: float) -> str:
        """What comes until its end fits; raises DeviceTimeout when it does not in time."""
        ends, until = re.compile(pattern), time.monotonic() + read_timeout
        while True:
            tail = decoded(self._seen[-LAST_WORDS:]).replace("\r", "")
            if ends.search(tail):
                shown, self._seen = decoded(self._seen), bytearray()
                return shown
            self._seen += self._more(until)

    def _more(self, until: float) -> bytes:
        self.shell.settimeout(max(until - time.monotonic(), 0.001))
        try:
            chunk = self.shell.recv(CHUNK)
        except TimeoutError as error:
            raise silent(self.login) from error
        if not chunk:
            raise EOFError("the channel was closed")
        return chunk

    def find_prompt(self) -> str:
        """The prompt as it is now: what was typed may have renamed the host."""
        self.write_channel("\n")
        shown = self.read_until_pattern(PROMPT, self.login.timeout).replace("\r", "")
        found = re.search(PROMPT, shown)
        if found is None:
            raise DeviceError(f"{self.login.place} shows no prompt.", hostname=self.login.hostname)
        self.conversation.prompt = found["prompt"]
        return found["prompt"]


@contextmanager
def opened(
    login: Login, platform: Platform, *, first: Sequence[str]
) -> Iterator[tuple[Terminal, tuple[str, ...]]]:
    """A terminal on the host with the pinned key, and the answers to the `first` questions.

    They go out together with what prepares the terminal. Raises a DeviceError.
    """
    if not platform.prepare:
        with open_session(login, platform.netmiko) as session:
            patient = Patient(login, session.connection, session.host_key)
            terminal = Terminal(login=login, shell=session.shell, conversation=patient)
            yield terminal, patient.ask(first)
        return
    with opened_shell(login, platform.netmiko) as session:
        quick = Quick(login, session, ahead=platform.reads_ahead)
        quick.begin(platform.prepare)
        terminal = Terminal(login=login, shell=session.shell, conversation=quick)
        yield terminal, quick.ask(first)
        session.shell.sendall(b"exit\n")  # the device ends the session; nobody waits for it
