"""A session on a simulated EOS device."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from typing_extensions import override

from lab import archive, booting, files, ios_shown
from lab.device import MODEL, Fault, Neighbour
from lab.eos_sessions import EosSessions
from lab.file_commands import FileCommands
from lab.files import FileRefused, full_name
from lab.image_commands import ImageCommands
from lab.shell import Answer, Shell


@dataclass(slots=True)
class EosShell(Shell):
    sessions: EosSessions = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = EosSessions(self)
        Shell.__post_init__(self)

    @override
    def table(self) -> dict[str, Answer]:
        mine: dict[str, Answer] = {
            r"terminal width (\d+)": lambda found: f"Width set to {found.group(1)} columns.\n",
            r"show hostname": lambda _: f"Hostname: {self.device.shown_hostname}\n",
            r"sh(ow)? run(ning-config)?( all| sanitized)*": lambda _: self.show_running(),
            r"configure replace (\S+)": self.replace,
            r"show interfaces": lambda _: self.interfaces(),
            r"show inventory": lambda _: self.inventory(),
            r"show clock": lambda _: self.clock(),
        }
        images = ImageCommands(self).table()  # first: an address is no file of the flash
        return (
            images | Shell.table(self) | mine | self.sessions.table() | FileCommands(self).table()
        )

    @override
    def header(self) -> str:
        return (
            "! Command: show running-config\n"
            f"! device: {self.device.shown_hostname} ({MODEL['arista_eos']}, EOS-{self.release})\n"
            f"!\n! boot system {self.device.boot_setting}\n!\n"
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
        *spans, last = booting.words(booting.uptime(self.device))
        return (
            f"Arista {MODEL['arista_eos']}\nHardware version: 1.00\n"
            f"Serial number: {self.device.serial}\n"
            f"Software image version: {self.release}\nArchitecture: x86_64\n"
            f"Uptime: {' and '.join(filter(None, [', '.join(spans), last]))}\n"
        )

    @override
    def lldp(self) -> str:
        blocks = [
            f"Interface {one.interface} detected 1 LLDP neighbors:\n\n"
            f"  Neighbor 001c.73{index:02x}.0001/{one.peer_interface}, age 12 seconds\n"
            f'  - Port ID type: Interface name(5)\n    Port ID     : "{one.peer_interface}"\n'
            f'  - System Name: "{one.peer}"\n'
            f"{_management(one)}"
            for index, one in enumerate(self.device.neighbours)
        ]
        return "\n".join(blocks)

    @override
    def lldp_table(self) -> str:
        head = "Port          Neighbor Device ID       Neighbor Port ID    TTL\n"
        return head + "".join(
            f"{one.interface:14}{one.peer:25}{one.peer_interface:20}120\n"
            for one in self.device.neighbours
        )

    def clock(self) -> str:
        now = datetime.now(UTC).strftime("%a %b %d %H:%M:%S %Y")
        return f"{now}\nTimezone: UTC\nClock source: local\n"

    def interfaces(self) -> str:
        return ios_shown.interfaces(self.device).replace("Kbit/sec", "kbit")

    def inventory(self) -> str:
        return (
            "System information\n    Model                    Description\n"
            "    ------------------------ ------------------------------\n"
            f"    {MODEL['arista_eos']:24} simulated\n\n"
            "System has 1 power supply slots\n"
            "    Slot Model            Serial Number\n    ---- ---------------- ----------------\n"
            f"    1    PWR-LAB-AC       PS{self.device.serial}\n"
        )

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

    def replace(self, found: re.Match[str]) -> str:
        try:
            text = files.read(self.device, found.group(1))
        except FileRefused as reason:
            return f"% Error opening {full_name(found.group(1))} ({reason})\n"
        unknown = archive.unknown_lines(text)
        if unknown:
            return "".join(f"% Invalid input (at '{line}')\n" for line in unknown)
        self.device.replace(text, username=self.username)
        return ""

    @override
    def config_mode(self) -> str:
        return self.sessions.mode()

    @override
    def configuration_line(self, line: str) -> str:
        words = " ".join(line.split())
        if self.editor is not None and not self.editor.swallowing:
            if words.startswith("boot system "):  # kept in boot-config, at once
                self.device.boot_setting = full_name(words.rpartition(" ")[2])
                return ""
            answer = self.sessions.line(words)
            if answer is not None:
                return answer
            if words.startswith("show "):
                return self.exec_line(words)
        return Shell.configuration_line(self, line)

    @override
    def end_configuration(self) -> str:
        if self.sessions.leave():
            return ""
        return Shell.end_configuration(self)


def _management(neighbour: Neighbour) -> str:
    if not neighbour.peer_address:
        return ""
    return (
        "    - Management Address Subtype: IPv4 (1)\n"
        f"    - Management Address        : {neighbour.peer_address}\n"
    )
