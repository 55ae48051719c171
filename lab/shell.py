"""A session on a device: prompts, modes and the commands both platforms share. No network here."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from lab.device import Fault, LabDevice
from lab.distortion import distorted
from lab.editor import INVALID, Editor
from lab.routing_shown import RoutingShown

MODES = (
    ("interface ", "if"), ("router ", "router"), ("line ", "line"), ("route-map ", "route-map"),
    ("ip access-list ", "ext-nacl"), ("vlan ", "vlan"), ("address-family ", "router-af"),
    ("vrf ", "vrf"), ("policy-map ", "pmap"), ("class-map ", "cmap"), ("class ", "pmap-c"),
    ("management ", "mgmt"), ("archive", "archive"),
)  # fmt: skip
PAGE = 24
USER_LEVEL = re.compile(  # what may be asked before `enable`
    r"show (version|hostname|hosts|clock|privilege|lldp|interfaces|ip interface)\b.*|"
    r"terminal .*|enable|disable|exit|quit|logout"
)
FILTER = re.compile(r"(?P<how>inc(?:lude)?|exc(?:lude)?|beg(?:in)?) (?P<what>.+)")


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
    busy: float = 0.0  # seconds of the device's own that the last answer takes
    commands: list[tuple[re.Pattern[str], Answer]] = field(default_factory=list)

    save_words: ClassVar[str] = (
        r"write( mem(ory)?)?|wr( mem)?|copy running-config startup-config|copy run start"
    )

    def __post_init__(self) -> None:
        for pattern, answer in self.table().items():
            self.commands.append((re.compile(pattern), answer))

    def table(self) -> dict[str, Answer]:
        """Exec commands as regular expressions of the whole line."""
        return {
            r"show version": lambda _: self.version(),
            r"sh(ow)? run(ning-config)?( all)?": lambda _: self.show_running(),
            r"show startup-config": lambda _: self.show_startup(),
            r"show lldp neighbors": lambda _: self.lldp_table(),
            r"show lldp neighbors detail": lambda _: self.lldp(),
            r"show ip bgp summary": lambda _: RoutingShown(self.device).bgp(),
            r"show ip ospf neighbor": lambda _: RoutingShown(self.device).ospf(),
            r"show ip route (\S+(?: \S+)?)": RoutingShown(self.device).route,
            r"ping (\S+)(?: .*)?": RoutingShown(self.device).ping,
            r"show clock": lambda _: datetime.now(UTC).strftime("%H:%M:%S UTC %a %b %d %Y\n"),
            r"show privilege": lambda _: (
                f"Current privilege level is {15 if self.privileged else 1}\n"
            ),
            r"terminal length (\d+)": self.set_paging,
            r"terminal width (\d+)": lambda _: "",
            r"terminal no monitor|terminal monitor": lambda _: "",
            r"conf(igure)?( terminal| t)?": lambda _: self.configure(),
            r"enable": lambda _: self.enable(),
            r"disable": lambda _: self.disable(),
            r"exit|quit|logout": lambda _: self.leave(),
            self.save_words: lambda _: self.save(),
        }

    @property
    def prompt(self) -> str:
        if self.awaiting is not None:
            return self.question
        if self.editor is not None:
            return "" if self.editor.swallowing else f"{self.device.shown_hostname}({self.mode})#"
        return self.exec_prompt()

    def exec_prompt(self) -> str:
        return f"{self.device.shown_hostname}{'#' if self.privileged else '>'}"

    @property
    def mode(self) -> str:
        here = self.editor.here.line if self.editor and self.editor.path else ""
        suffix = next((name for start, name in MODES if here.startswith(start)), "sub")
        return f"{self.config_mode()}-{suffix}" if here else self.config_mode()

    def config_mode(self) -> str:
        return "config"

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
        command, _, wanted = words.partition(" | ")
        if self.privileged or USER_LEVEL.fullmatch(command):
            for pattern, answer in self.commands:
                found = pattern.fullmatch(command)
                if found:
                    return filtered(answer(found), wanted)
        return self.invalid()

    def invalid(self) -> str:
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

    def merge(self, text: str) -> str:
        """Take a file's lines into the running configuration; what is said to the refused ones."""
        editor = Editor(self.device.root)
        answers = [
            editor.type_line(line)
            for line in text.splitlines()
            if editor.swallowing or line.strip() != "end"
        ]
        self.device.touched(self.username)
        return "".join(f"{answer}\n" for answer in answers if answer)

    def configure(self) -> str:
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
        self.hidden = True
        return self.ask("Password: ", self._secret)

    def ask(self, question: str, then: Callable[[str], str]) -> str:
        """Put a question; what is typed next goes to `then`."""
        self.question, self.awaiting = question, then
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
        if Fault.PAGER not in self.device.faults:
            self.page_lines = int(found.group(1))
        return ""

    def show_running(self) -> str:
        return distorted(self.header() + self.device.shown() + "end\n", self.device)

    def show_startup(self) -> str:
        raise NotImplementedError

    def header(self) -> str:
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def lldp(self) -> str:
        raise NotImplementedError

    def lldp_table(self) -> str:
        raise NotImplementedError

    def save(self) -> str:
        raise NotImplementedError

    @property
    def release(self) -> str:
        return self.device.version


def filtered(output: str, wanted: str) -> str:
    """The lines that `| include`, `| exclude` or `| begin` leave; all without one of them."""
    if not wanted:
        return output
    asked = FILTER.fullmatch(wanted)
    if asked is None:
        return f"{INVALID}\n"
    lines = output.splitlines(keepends=True)
    fits = [re.search(asked["what"], line) is not None for line in lines]
    if asked["how"].startswith("beg"):
        return "".join(lines[fits.index(True) :]) if any(fits) else ""
    keep = asked["how"].startswith("inc")
    return "".join(line for line, fit in zip(lines, fits, strict=True) if fit is keep)
