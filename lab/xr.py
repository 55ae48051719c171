"""A session on a simulated IOS XR device: a candidate, and commits."""

import copy
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from typing_extensions import override

from lab import archive, cisco_shown
from lab.device import MODEL
from lab.editor import Editor
from lab.shell import Answer, Shell, filtered
from lab.tree import Node

UNCOMMITTED = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]: "
NO_NETWORK = "% Invalid input detected at '^' marker."


@dataclass(slots=True)
class XrShell(Shell):
    @override
    def table(self) -> dict[str, Answer]:
        shown = cisco_shown.Shown(self.device)
        mine: dict[str, Answer] = {
            r"show interfaces": lambda _: shown.xr_interfaces(),
            r"show inventory( all)?": lambda _: shown.inventory(),
            r"show cdp neighbors detail": lambda _: shown.cdp(),
        }
        table = Shell.table(self) | mine
        del table[self.save_words], table[r"show startup-config"]  # commits keep themselves
        return table

    @override
    def exec_prompt(self) -> str:
        return f"RP/0/RP0/CPU0:{Shell.exec_prompt(self)}"

    @property
    @override
    def prompt(self) -> str:
        plain = Shell.prompt.fget(self)  # type: ignore[attr-defined]
        configuring = self.awaiting is None and self.editor is not None and plain
        return f"RP/0/RP0/CPU0:{plain}" if configuring else str(plain)

    @override
    def exec_line(self, line: str) -> str:
        """Each answer to a show command begins with the time."""
        answer = Shell.exec_line(self, line)
        if not line.strip().startswith("show"):
            return answer
        return f"{datetime.now(UTC).strftime('%a %b %d %H:%M:%S.000 UTC')}\n{answer}"

    @override
    def configure(self) -> str:
        self.editor = Editor(copy.deepcopy(self.device.root))
        return ""

    @override
    def configuration_line(self, line: str) -> str:
        words = " ".join(line.split())
        if self.editor is not None and not self.editor.swallowing:
            if words in {"commit", "commit replace"}:
                return self._commit(self.editor.root)
            if words == "abort":
                self.editor = None
                return ""
            if words == "show commit changes diff":
                return self._changes(self.editor.root)
            if words.startswith("show "):
                return filtered(self.exec_line(words), "")
            if words.startswith("ip address "):  # house rule: it is `ipv4 address` here
                return f"{NO_NETWORK}\n"
        return Shell.configuration_line(self, line)

    def _changes(self, root: Node) -> str:
        """The marks stand at the margin, whatever the depth."""
        marked = [
            re.sub(r"^( *)([+-]?)", lambda found: f"{found[2] or ' '} {found[1]}", line, count=1)
            for line in archive.differences(self.device.root, root)
        ]
        head = ["Building configuration...", f"!! IOS XR Configuration {self.release}"]
        return "".join(f"{line}\n" for line in [*head, *marked])

    def _commit(self, root: Node) -> str:
        if root == self.device.root:
            return "% No configuration changes to commit\n"
        self.device.root.children[:] = copy.deepcopy(root).children
        self.device.touched(self.username)
        return ""

    @override
    def end_configuration(self) -> str:
        if self.editor is not None and self.editor.root != self.device.root:
            return self.ask(UNCOMMITTED, self._leaving)
        self.editor = None
        return ""

    def _leaving(self, typed: str) -> str:
        answer = typed.strip().lower()
        if answer == "yes" and self.editor is not None:
            self._commit(self.editor.root)
        if answer in {"yes", "no"}:
            self.editor = None
        return ""

    @override
    def header(self) -> str:
        when = self.device.changed_at.strftime("%a %b %d %H:%M:%S %Y")
        return (
            "Building configuration...\n"
            f"!! IOS XR Configuration {self.release}\n"
            f"!! Last configuration change at {when} by {self.device.changed_by}\n!\n"
        )

    @override
    def version(self) -> str:
        return (
            f"Cisco IOS XR Software, Version {self.release}\nCopyright (c) lab\n\n"
            f"cisco {MODEL['cisco_xr']} (simulated) processor\n"
            "System uptime is 1 week 2 days 3 hours 4 minutes\n"
        )

    @override
    def lldp(self) -> str:
        return cisco_shown.Shown(self.device).xr_lldp()

    @override
    def lldp_table(self) -> str:
        return "".join(f"{one.peer} {one.interface}\n" for one in self.device.neighbours)

    @override
    def save(self) -> str:
        return self.invalid()
