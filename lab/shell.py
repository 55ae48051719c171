"""A session on a device: prompts, modes and the commands both platforms share. No network here."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from lab.device import VERSION, Fault, LabDevice
from lab.editor import INVALID, Editor

MODES = (
    ("interface ", "if"), ("router ", "router"), ("line ", "line"), ("route-map ", "route-map"),
    ("ip access-list ", "ext-nacl"), ("vlan ", "vlan"), ("address-family ", "router-af"),
    ("vrf ", "vrf"), ("policy-map ", "pmap"), ("class-map ", "cmap"), ("class ", "pmap-c"),
    ("management ", "mgmt"), ("archive", "archive"),
)  # fmt: skip
PAGE = 24


class SessionEnded(Exception):
    """The device closes the session."""


Answer = Callable[[re.Match[str]], str]


@dataclass(slots=True)
class Shell:
    """Feed it typed lines; it gives back what the device prints, and the next prompt."""

    device: LabDevice
    username: str
    number: int
    privileged: bool = True
    editor: Editor | None = None
    awaiting: Callable[[str], str] | None = None  # an answer to a question the device asked
    hidden: bool = False  # what is typed now is not echoed
    question: str = ""
    page_lines: int = PAGE
    commands: list[tuple[re.Pattern[str], Answer]] = field(default_factory=list)

    save_words: ClassVar[re.Pattern[str]] = re.compile(
        r"(write( memory)?|wr( mem)?|copy running-config startup-config|copy run start)$"
    )

    def __post_init__(self) -> None:
        for pattern, answer in self.table().items():
            self.commands.append((re.compile(pattern + "$"), answer))

    def table(self) -> dict[str, Answer]:
        """Exec commands as regular expressions of the whole line."""
        return {
            r"show version": lambda _: self.version(),
            r"sh(ow)? run(ning-config)?( all)?": lambda _: self.show_running(),
            r"show startup-config": lambda _: self.show_startup(),
            r"show lldp neighbors( detail)?": lambda _: self.lldp(),
            r"show clock": lambda _: datetime.now(UTC).strftime("%H:%M:%S UTC %a %b %d %Y"),
            r"show privilege": lambda _: (
                f"Current privilege level is {15 if self.privileged else 1}"
            ),
            r"terminal length (\d+)": self.set_paging,
            r"terminal width (\d+)": lambda _: "",
            r"terminal no monitor|terminal monitor": lambda _: "",
            r"conf(igure)?( terminal| t)?": lambda _: self.configure(),
            r"enable": lambda _: self.enable(),
            r"disable": lambda _: self.disable(),
            r"exit|quit|logout": lambda _: self.leave(),
            self.save_words.pattern.rstrip("$"): lambda _: self.save(),
        }

    @property
    def prompt(self) -> str:
        if self.awaiting is not None:
            return self.question
        if self.editor is not None:
            return "" if self.editor.swallowing else f"{self.device.shown_hostname}({self.mode})#"
        return f"{self.device.shown_hostname}{'#' if self.privileged else '>'}"

    @property
    def mode(self) -> str:
        here = self.editor.here.line if self.editor and self.editor.path else ""
        suffix = next((name for start, name in MODES if here.startswith(start)), "sub")
        return f"config-{suffix}" if here else "config"

    def feed(self, line: str) -> str:
        """What the device prints in answer to one typed line. Raises SessionEnded."""
        if self.awaiting is not None:
            answer, self.awaiting, self.hidden = self.awaiting, None, False
            return answer(line)
        mode = "config" if self.editor is not None else "exec"
        self.device.note(session=self.number, username=self.username, mode=mode, line=line)
        if self.editor is not None:
            return self.configuration_line(line)
        return self.exec_line(line)

    def exec_line(self, line: str) -> str:
        words = " ".join(line.split())
        if not words or words.startswith("!"):
            return ""
        for pattern, answer in self.commands:
            found = pattern.match(words)
            if found:
                return answer(found)
        return f"{' ' * len(self.prompt)}^\n{INVALID}\n"

    def configuration_line(self, line: str) -> str:
        words = " ".join(line.split())
        if self.editor is None or self.editor.swallowing:
            return self.typed(line)
        if words == "end" or (words == "exit" and not self.editor.path):
            return self.end_configuration()
        if words.startswith("do "):
            return self.exec_line(words[3:])
        return self.typed(line)

    def typed(self, line: str) -> str:
        if self.editor is None:
            return ""
        answer = self.editor.type_line(line)
        return f"{answer}\n" if answer else ""

    def configure(self) -> str:
        if not self.privileged:
            return f"{INVALID}\n"
        self.editor = Editor(self.device.root)
        return "Enter configuration commands, one per line.  End with CNTL/Z.\n"

    def end_configuration(self) -> str:
        if self.editor is not None and self.editor.applied:
            self.device.touched(self.username)
        self.editor = None
        return ""

    def enable(self) -> str:
        if self.privileged or self.device.enable_secret is None:
            self.privileged = True
            return ""
        self.question, self.hidden, self.awaiting = "Password: ", True, self._secret
        return ""

    def _secret(self, typed: str) -> str:
        self.privileged = typed == self.device.enable_secret
        return "" if self.privileged else "% Access denied\n"

    def disable(self) -> str:
        self.privileged = False
        return ""

    def leave(self) -> str:
        raise SessionEnded

    def set_paging(self, found: re.Match[str]) -> str:
        self.page_lines = int(found.group(1))
        return ""

    def show_running(self) -> str:
        if not self.privileged:
            return f"{INVALID}\n"
        text = self.header() + self.device.running() + "end\n"
        if Fault.CUT_OFF in self.device.faults:
            return text[: len(text) // 2].rsplit("\n", 1)[0] + "\n"
        return text

    def show_startup(self) -> str:
        raise NotImplementedError

    def header(self) -> str:
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def lldp(self) -> str:
        raise NotImplementedError

    def save(self) -> str:
        raise NotImplementedError

    @property
    def release(self) -> str:
        return VERSION[self.device.platform]
