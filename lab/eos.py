"""A session on a simulated EOS device, with configuration sessions."""

import difflib
import re
from dataclasses import dataclass

from typing_extensions import override

from lab.device import INDENT, MODEL, Fault
from lab.editor import Editor
from lab.shell import Answer, Shell
from lab.tree import Node, parse, render


@dataclass(slots=True)
class EosShell(Shell):
    session: str = ""

    @override
    def table(self) -> dict[str, Answer]:
        mine: dict[str, Answer] = {
            r"configure session (\S+)": self.open_session,
            r"configure session (\S+) commit( timer \S+)?": self.commit_session,
            r"configure session (\S+) abort": self.abort_session,
            r"show session-config named (\S+) diffs": self.session_diffs,
            r"terminal width (\d+)": lambda found: f"Width set to {found.group(1)} columns.\n",
            r"show hostname": lambda _: f"Hostname: {self.device.shown_hostname}\n",
        }
        return Shell.table(self) | mine

    @override
    def header(self) -> str:
        return (
            "! Command: show running-config\n"
            f"! device: {self.device.shown_hostname} ({MODEL['arista_eos']}, EOS-{self.release})\n"
            "!\n! boot system flash:/lab-eos.swi\n!\n"
        )

    @override
    def show_startup(self) -> str:
        when = self.device.changed_at.strftime("%a %b %d %H:%M:%S %Y")
        return (
            f"! Command: show startup-config\n! Startup-config last modified at {when} by root\n"
            f"! device: {self.device.shown_hostname} ({MODEL['arista_eos']}, EOS-{self.release})\n"
            f"!\n{self.device.startup}end\n"
        )

    @override
    def version(self) -> str:
        return (
            f"Arista {MODEL['arista_eos']}\nHardware version: 1.00\n"
            f"Serial number: {self.device.serial}\n"
            f"Software image version: {self.release}\nArchitecture: x86_64\n"
            "Uptime: 1 week, 2 days, 3 hours and 4 minutes\n"
        )

    @override
    def lldp(self) -> str:
        blocks = [
            f"Interface {one.interface} detected 1 LLDP neighbors:\n\n"
            f"  Neighbor 001c.73{index:02x}.0001/{one.peer_interface}, age 12 seconds\n"
            f'  - Port ID type: Interface name(5)\n    Port ID     : "{one.peer_interface}"\n'
            f'  - System Name: "{one.peer}"\n'
            for index, one in enumerate(self.device.neighbours)
        ]
        return "\n".join(blocks)

    @override
    def set_paging(self, found: re.Match[str]) -> str:
        Shell.set_paging(self, found)
        return "" if self.page_lines else "Pagination disabled.\n"

    @override
    def save(self) -> str:
        if Fault.REFUSED_SAVE in self.device.faults:
            return "% Error copying system:/running-config (Permission denied)\n"
        if Fault.FLASH_FULL in self.device.faults:
            return "% Error copying system:/running-config (No space left on device)\n"
        self.device.save()
        return "Copy completed successfully.\n"

    @override
    def configuration_line(self, line: str) -> str:
        if self.session and " ".join(line.split()) in {"commit", "abort"}:
            if line.split(maxsplit=1)[0] == "commit" and self.editor is not None:
                self.device.root = self.editor.root
                self.device.touched(self.username)
            self.device.sessions.pop(self.session, None)
            self.session, self.editor = "", None
            return ""
        return Shell.configuration_line(self, line)

    def open_session(self, found: re.Match[str]) -> str:
        self.session = found.group(1)
        kept = self.device.sessions.get(self.session)
        text = "\n".join(kept) if kept is not None else self.device.running()
        self.editor = Editor(parse(text))
        return ""

    @override
    def end_configuration(self) -> str:
        if self.session and self.editor is not None:
            self.device.sessions[self.session] = _lines(self.editor.root)
            self.session, self.editor = "", None
            return ""
        return Shell.end_configuration(self)

    def commit_session(self, found: re.Match[str]) -> str:
        held = self.device.sessions.pop(found.group(1), None)
        if held is None:
            return f"% Session {found.group(1)} does not exist\n"
        self.device.replace("\n".join(held), username=self.username)
        return ""

    def abort_session(self, found: re.Match[str]) -> str:
        self.device.sessions.pop(found.group(1), None)
        return ""

    def session_diffs(self, found: re.Match[str]) -> str:
        held = self.device.sessions.get(found.group(1))
        if held is None:
            return f"% Session {found.group(1)} does not exist\n"
        name = f"session:/{found.group(1)}-session-config"
        return "\n".join(
            difflib.unified_diff(
                self.device.running().splitlines(),
                held,
                "system:/running-config",
                name,
                lineterm="",
            )
        )


def _lines(root: Node) -> list[str]:
    return list(render(root, indent=INDENT["arista_eos"]))
