"""Give a command that asks questions or takes long, and answer as it was said. Decides nothing."""

import re
from collections.abc import Sequence

from inventory.drivers.errors import DeviceError
from inventory.drivers.images import Answer
from inventory.drivers.login import Login
from inventory.drivers.terminal import Terminal

QUESTION = (
    r"(?:\[confirm\]|\[yes/no\S*\]|\(y/n\)\??(?:\s*\[\w\])?|[Pp]assword|[Uu]sername[^\n]*)"
    r"\s*[:?]? ?"
)
MOST = 10  # questions of one command
LAST = 300  # characters in which a question stands


def exchange(
    line: Terminal, command: str, *, answers: Sequence[Answer] = (), seconds: float
) -> str:
    """What the device shows until its prompt comes back, without echo and prompt.

    Each of its answers may take so many seconds. A question that no answer is for is broken off
    and raised as a DeviceError.
    """
    prompt = rf"(?:^|\n){re.escape(line.base_prompt)}[#>] ?"
    asked = [one.asks.pattern for one in answers]
    ends = "|".join(f"(?:{one})" for one in (rf"{prompt}\Z", *asked, rf"{QUESTION}\Z"))
    line.write_channel(f"{command}\n")
    shown = ""
    for _ in range(MOST):
        piece = line.read_until_pattern(ends, seconds).replace("\r", "")
        shown += piece
        if re.search(rf"{prompt}\Z", piece):
            return _body(shown)
        line.write_channel(f"{_answer(line, command, answers, piece[-LAST:])}\n")
    raise DeviceError(f"{line.login.place} asks more than {MOST} questions after {command!r}.")


def _answer(line: Terminal, command: str, answers: Sequence[Answer], shown: str) -> str:
    for one in answers:
        if one.asks.search(shown):
            return one.types
    line.write_channel("\x03")
    raise unasked(line.login, command, shown)


def unasked(login: Login, command: str, shown: str) -> DeviceError:
    """The error of a question that nobody said how to answer."""
    question = shown.strip().splitlines()[-1] if shown.strip() else "nothing"
    return DeviceError(
        f"{login.place} asks {question!r} after {command!r}, which Trimtab does not answer.",
        hostname=login.hostname,
    )


def _body(shown: str) -> str:
    """Without the echo before and the prompt behind it."""
    return "\n".join(shown.split("\n")[1:-1]).strip("\n")
