"""A session on a simulated Junos device's command line."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lab import junos_config, junos_shown
from lab.device import Fault, LabDevice
from lab.junos_candidate import Candidate
from lab.junos_config import Refused
from lab.shell import SessionEnded

PAGE = 24
PIPE = re.compile(r" \| (?:no-more|display set)")


@dataclass(slots=True)
class JunosShell:
    """Feed it typed lines; it gives back what the device prints, and the next prompt."""

    device: LabDevice
    username: str
    number: int
    privileged: bool = True
    hidden: bool = False
    page_lines: int = PAGE
    configuring: bool = False
    commands: dict[str, Callable[[], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commands = {
            "show version": lambda: junos_shown.version(self.device),
            "show configuration": self.configuration,
            "show lldp neighbors": lambda: junos_shown.neighbours(self.device),
            "show interfaces": lambda: junos_shown.interfaces(self.device),
            "show chassis hardware": lambda: junos_shown.hardware(self.device),
            "configure": self.configure,
            "exit": self.leave,
            "quit": self.leave,
        }

    @property
    def prompt(self) -> str:
        if self.configuring:
            return f"\n[edit]\n{self.username}@{self.device.shown_hostname}# "
        return f"\n{self.username}@{self.device.shown_hostname}> "

    def feed(self, line: str) -> str:
        """What the device prints in answer to one typed line. Raises SessionEnded."""
        mode = "config" if self.configuring else "exec"
        self.device.note(session=self.number, username=self.username, mode=mode, line=line)
        words = " ".join(line.split())
        if not words:
            return ""
        return self._edit(words) if self.configuring else self._operate(words)

    def _operate(self, words: str) -> str:
        set_cli = re.fullmatch(
            r"set cli (screen-length|screen-width|complete-on-space) (\S+)", words
        )
        if set_cli is not None:
            return self._terminal(set_cli[1], set_cli[2])
        answer = self.commands.get(PIPE.sub("", words))
        if answer is None:
            return f"{' ' * len(self.username)}^\nunknown command.\n"
        if PIPE.sub("", words) == "show configuration" and "| display set" in words:
            return junos_config.set_lines(self.device.root)
        return answer()

    def _terminal(self, what: str, value: str) -> str:
        if what == "complete-on-space":
            return "Disabling complete-on-space\n"
        if what == "screen-length":
            self.page_lines = int(value)
        return f"{what.replace('-', ' ').capitalize()} set to {value}\n"

    def _edit(self, words: str) -> str:
        candidate = Candidate(self.device)
        try:
            return self._edited(candidate, words)
        except Refused as refused:
            return f"error: {refused}\n"

    def _edited(self, candidate: Candidate, words: str) -> str:
        if words.startswith(("set ", "delete ")):
            candidate.edit(words)
            return ""
        if words in {"show | compare", "show | compare | no-more"}:
            return candidate.compare()
        commit = re.fullmatch(r"commit(?: confirmed(?: (\d+))?)?(?: and-quit)?", words)
        if commit is not None:
            minutes = int(commit[1] or 10) if "confirmed" in words else None
            candidate.commit(username=self.username, confirm_minutes=minutes)
            self.configuring = not words.endswith("and-quit")
            return "commit complete\n"
        back = re.fullmatch(r"rollback(?: (\d+))?", words)
        if back is not None:
            candidate.rollback(int(back[1] or 0))
            return "load complete\n"
        if words in {"exit", "exit configuration-mode", "quit"}:
            self.configuring = False
            return "Exiting configuration mode\n"
        return f"{' ' * len(self.username)}^\nunknown command.\n"

    def configuration(self) -> str:
        when = self.device.changed_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        text = (
            f"## Last commit: {when} by {self.device.changed_by}\n"
            f"version {junos_shown.release()};\n{self.device.shown()}"
        )
        if Fault.CUT_OFF in self.device.faults:
            return text[: len(text) // 2].rsplit("\n", 1)[0] + "\n"
        return text

    def configure(self) -> str:
        self.configuring = True
        return "Entering configuration mode\n"

    def leave(self) -> str:
        raise SessionEnded
