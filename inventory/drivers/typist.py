"""Type lines on a device one after another and read each answer. Decides nothing about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from inventory.drivers.blocks import Block
from inventory.drivers.errors import DeviceError
from inventory.platforms import Platform

CONFIGURING = re.compile(r"\n\S*?\((?P<mode>[^()\s]+)\)#\s*$")
EXECUTING = re.compile(r"\n\S+[>#]\s*$")
QUESTION = re.compile(r"\[confirm\]\s*$")
OTHER_QUESTION = re.compile(r"(?:\[yes/no\]|\(y/n\)|\[y/n\]|[Pp]assword)[:?]?\s*$")
ANY_PROMPT = "|".join(
    pattern.pattern.replace("?P<mode>", "?:")  # Netmiko cannot split at named groups
    for pattern in (CONFIGURING, EXECUTING, QUESTION, OTHER_QUESTION)
)
EXITS = 8  # deeper no platform nests


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line and what the device answered to it."""

    line: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How configuration mode is entered and left: after all lines, and after a refused one."""

    enter: str = "configure terminal"
    leave: tuple[str, ...] = ("end",)
    drop: tuple[str, ...] = ("end",)


PLAIN = Way()


class Line(Protocol):
    """What is typed on; `base_prompt` is the host's prompt without the sign that ends it."""

    @property
    def base_prompt(self) -> str: ...

    def write_channel(self, text: str) -> None: ...

    def read_until_pattern(self, pattern: str, read_timeout: float) -> str: ...


@dataclass(slots=True)
class Typist:
    """A session in which every answer is read before the next line is typed."""

    connection: Line
    timeout: float
    platform: Platform
    accepted: list[str] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    mode: str = ""

    def configure(self, typed: Sequence[Block], *, way: Way = PLAIN) -> tuple[RefusedLine, ...]:
        """Type the blocks in configuration mode and leave it; the first refused line, if any."""
        answer = self._type(way.enter)
        if not self.mode:
            return (RefusedLine(line=way.enter, answer=answer),)
        base = self.mode
        refused = self._lines(typed)
        if not refused and way.leave != PLAIN.leave:
            self._back_to(base)
        refused = refused or self._left(way.leave)
        if refused:
            for command in way.drop:
                self.ask(command)
        return refused

    def _lines(self, typed: Sequence[Block]) -> tuple[RefusedLine, ...]:
        opened = [(0, self.mode)]
        for block in typed:
            while opened[-1][0] > block.indent:
                opened.pop()
            if block.indent > opened[-1][0]:
                opened.append((block.indent, self.mode))
            if not block.closes_section:
                self._back_to(opened[-1][1])
            answer = self._type("\n".join(block.lines))
            if self.refuses(answer):
                return (RefusedLine(line=block.lines[0], answer=answer),)
            self.accepted.append(block.command)
        return ()

    def _left(self, commands: Sequence[str]) -> tuple[RefusedLine, ...]:
        """Give the commands that leave the mode, of which a commit may be refused."""
        for command in commands:
            answer = self.ask(command)
            if command != "end" and self.refuses(answer):
                return (RefusedLine(line=command, answer=answer),)
        return ()

    def _back_to(self, mode: str) -> None:
        """Leave sections until the one that the next line belongs to."""
        for _ in range(EXITS):
            if self.mode == mode:
                return
            self._type("exit")
        raise DeviceError(f"The device did not come back to {mode}; it stands in {self.mode}.")

    def _host_prompt(self) -> str:
        """This host's own prompt, wherever it stands: some answers end without a line end."""
        return rf"{re.escape(self.connection.base_prompt)}\S*[>#]\s*$"

    def refuses(self, answer: str) -> bool:
        return any(
            any(pattern.match(line) for pattern in self.platform.refused)
            for line in self._grave(answer)
        )

    def _grave(self, answer: str) -> list[str]:
        """The lines without those that the platform calls harmless."""
        return [
            line
            for line in answer.splitlines()
            if not any(pattern.match(line) for pattern in self.platform.harmless)
        ]

    def save(self) -> bool:
        """Keep the configuration; True only when the answer proves it."""
        keep = self.platform.save
        if keep is None:
            return False
        answer = "\n".join(self._grave(self.ask(keep.command)))
        rejected = keep.rejected.search(answer) or self.refuses(answer)
        return keep.accepted.search(answer) is not None and not rejected

    def ask(self, command: str) -> str:
        return self._type(command)

    def _type(self, text: str) -> str:
        """Type, read until the next prompt, and return the answer without echo and prompt."""
        self.connection.write_channel(f"{text}\n")
        own = self._host_prompt()
        # Free text may look like a prompt: after it only this host's own counts.
        expected = own if "\n" in text else f"{ANY_PROMPT}|{own}"
        shown = ""
        while True:
            shown += self.connection.read_until_pattern(pattern=expected, read_timeout=self.timeout)
            if not QUESTION.search(shown):
                break
            self.connection.write_channel("\n")
            shown += "\n"
        self.transcript.append(shown)
        plain = shown.replace("\r", "")
        configuring = CONFIGURING.search(plain)
        self.mode = configuring["mode"] if configuring else ""
        if OTHER_QUESTION.search(plain):
            self.connection.write_channel("\x03")
            return f"% The device asks: {plain.strip().splitlines()[-1]}"
        end = configuring or EXECUTING.search(plain) or re.search(own, plain)
        body = plain[: end.start()] if end else plain
        return _without_echo(body, text)


def _without_echo(body: str, text: str) -> str:
    lines = body.split("\n")
    typed = text.count("\n") + 1
    return "\n".join(lines[typed:]).strip("\n")
