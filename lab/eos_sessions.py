"""EOS's configuration sessions: edited apart, compared, committed (for a time), thrown away.

A session outlives the login that opened it: `sessions` of the device holds its lines.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lab.device import INDENT, LabDevice
from lab.editor import Editor
from lab.shell import Answer, Shell
from lab.tree import Node, parse, render

SHOWN = 6  # characters of a session's name in the prompt
COMMIT = re.compile(r"commit(?: timer (\d+):(\d\d):(\d\d))?")


@dataclass(slots=True)
class EosSessions:
    """The sessions as one login sees them; `current` is the one it edits."""

    shell: Shell
    current: str = ""

    def table(self) -> dict[str, Answer]:
        return {
            r"configure session(?: (\S+))?": self.open,
            rf"configure session (?P<name>\S+) {COMMIT.pattern}": self.commit_named,
            r"configure session (\S+) abort": lambda found: self.abort(found[1]),
            r"no configure session (\S+)": lambda found: self.abort(found[1]),
            r"show session-config(?: named (\S+))?(?: sanitized)?": self.show,
            r"show session-config(?: named (\S+))? diffs": self.diffs,
            r"show configuration sessions(?: detail)?": lambda _: self.listing(),
        }

    @property
    def device(self) -> LabDevice:
        return self.shell.device

    def mode(self) -> str:
        return f"config-s-{self.current[:SHOWN]}" if self.current else "config"

    def line(self, words: str) -> str | None:
        """The answer to a line that is the session's own; None for a line of configuration."""
        if not self.current:
            return None
        committed = COMMIT.fullmatch(words)
        if committed:
            name = self.current
            self.leave()
            return self._commit(name, _seconds(committed))
        if words == "abort":
            name, self.current, self.shell.editor = self.current, "", None
            return self.abort(name)
        if words == "rollback clean-config":
            self.shell.editor = Editor(Node(""))
            return ""
        return None

    def open(self, found: re.Match[str]) -> str:
        self.current = found[1] or f"sess-{self.shell.number}"
        lines = self.device.sessions.setdefault(self.current, self.device.running().splitlines())
        self.shell.editor = Editor(parse("\n".join(lines)))
        return ""

    def leave(self) -> bool:
        """Leave the session as it is, pending; False where there is none."""
        if not self.current or self.shell.editor is None:
            return False
        self.device.sessions[self.current] = _lines(self.shell.editor)
        self.current, self.shell.editor = "", None
        return True

    def commit_named(self, found: re.Match[str]) -> str:
        return self._commit(found["name"], _seconds(found))

    def _commit(self, name: str, seconds: int | None) -> str:
        """Take the session as the running configuration, or confirm that it was taken."""
        device, guard = self.device, self.device.guard
        if name not in device.sessions:
            return _missing(name)
        if guard is not None and guard.session != name:
            return f"% Commit timer of session {guard.session} is running\n"
        before = device.running() if guard is None else guard.before
        if guard is None:
            device.replace("\n".join(device.sessions[name]), username=self.shell.username)
        device.disarm()
        if seconds is None:
            del device.sessions[name]
        else:
            device.arm(
                username=self.shell.username, seconds=seconds, before=before, session=name
            )  # fmt: skip
        return ""

    def abort(self, name: str) -> str:
        """Throw the session away; what it committed for a time goes back at once."""
        if self.device.guard is not None and self.device.guard.session == name:
            self.device.take_back()
        self.device.sessions.pop(name, None)
        return ""

    def _held(self, name: str) -> list[str] | None:
        if name == self.current and self.shell.editor is not None:
            return _lines(self.shell.editor)
        return self.device.sessions.get(name)

    def show(self, found: re.Match[str]) -> str:
        name = found[1] or self.current
        held = self._held(name)
        return _missing(name) if held is None else "\n".join([*held, "end", ""])

    def diffs(self, found: re.Match[str]) -> str:
        name = found[1] or self.current
        held = self._held(name)
        if held is None:
            return _missing(name)
        shown = difflib.unified_diff(
            self.device.running().splitlines(), held, "system:/running-config",
            f"session:/{name}-session-config", lineterm="",
        )  # fmt: skip
        return "".join(f"{line}\n" for line in shown)

    def listing(self) -> str:
        rows = [f"{name:20} {state}\n" for name, state in states(self.device)]
        return f"Name                 State\n{''.join(rows)}"


def states(device: LabDevice) -> Iterator[tuple[str, str]]:
    """Each session's name and state, in EOS's words."""
    for name in device.sessions:
        guarded = device.guard is not None and device.guard.session == name
        yield name, "pendingCommitTimer" if guarded else "pending"


def _seconds(found: re.Match[str]) -> int | None:
    hours, minutes, seconds = found.groups()[-3:]
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) if hours else None


def _missing(name: str) -> str:
    return f"% Session {name or '(none)'} does not exist\n"


def _lines(editor: Editor) -> list[str]:
    return "\n".join(render(editor.root, indent=INDENT["arista_eos"])).splitlines()
