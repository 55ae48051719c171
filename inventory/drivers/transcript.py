"""Keep what the sessions of a login type, as it is sent. Interprets nothing; knows no database.

Whatever goes out after the login passes one place a protocol: the metered channel of a command
line, the script of a server, the RPCs of a NETCONF device, NAPALM's getters. No caller keeps books.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

HIDDEN = "<secret>"
LONG = 8  # characters of a password that is no word of a command: it is covered wherever it stands
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A session that was held, without the secrets of its login and those that it unsealed.

    `commands` are the lines that were sent after the login, in their order, without empty ones;
    where the device cut the session off, those that were sent until then.
    """

    begun_at: datetime
    ended_at: datetime
    commands: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Spoken:
    """A session under way. `hidden` never leaves it; `marks` name the secrets that it types."""

    hidden: Sequence[str] = field(default=(), repr=False)
    marks: Mapping[str, str] = field(default_factory=dict, repr=False)
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    _sent: list[str] = field(default_factory=list, repr=False)

    def sent(self, data: bytes) -> None:
        """Keep what is about to be sent; blanks that only turn a page are nothing."""
        text = data.decode(errors="replace")
        if text.strip(" "):
            self._sent.append(f"{text}\n" if CONTROL.fullmatch(text) and text != "\r" else text)

    def note(self, command: str) -> None:
        """Keep what is no line of a terminal: a script, an RPC, a getter."""
        self._sent.append(f"{command}\n")

    def told(self) -> Held:
        """The session as it may be told."""
        text = "".join(self._sent).replace("\r\n", "\n").replace("\r", "\n")
        lines = (CONTROL.sub(_caret, line) for line in text.split("\n"))
        return Held(
            begun_at=self.begun_at, ended_at=self.ended_at or datetime.now(UTC),
            commands=tuple(self._covered(line) for line in lines if line.strip()),
        )  # fmt: skip

    def _covered(self, line: str) -> str:
        """The line with marks for the secrets it was given, and nothing of the login's own."""
        for secret, mark in self.marks.items():
            line = line.replace(secret, mark)
        for secret in self.hidden:
            if line.strip() == secret:
                return HIDDEN
            if len(secret) >= LONG:
                line = line.replace(secret, HIDDEN)
        return line


def _caret(found: re.Match[str]) -> str:
    return f"^{chr(ord(found[0]) ^ 64)}"


@dataclass(slots=True)
class Transcript:
    """The sessions of one login in the order in which they began."""

    sessions: list[Spoken] = field(default_factory=list)

    @contextmanager
    def session(
        self, *, hidden: Sequence[str | None], unsealed: Mapping[str, str]
    ) -> Iterator[Spoken]:
        """A session that lasts as long as the body; `unsealed` are secrets by their marks."""
        longest = sorted(unsealed.items(), key=lambda pair: len(pair[1]), reverse=True)
        spoken = Spoken(
            hidden=[one for one in hidden if one], marks={value: mark for mark, value in longest}
        )
        self.sessions.append(spoken)
        try:
            yield spoken
        finally:
            spoken.ended_at = datetime.now(UTC)

    def told(self) -> tuple[Held, ...]:
        return tuple(one.told() for one in self.sessions)
