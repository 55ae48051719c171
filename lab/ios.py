"""A session on a simulated IOS device."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from typing_extensions import override

from lab import booting, cisco_shown, files, ios_shown
from lab.device import MODEL, Fault
from lab.file_commands import FileCommands
from lab.files import FileRefused
from lab.image_commands import ImageCommands
from lab.ios_archive import IosArchive
from lab.shell import Answer, Shell
from lab.tcl import QUIT, Tcl


@dataclass(slots=True)
class IosShell(Shell):
    tcl: Tcl | None = field(default=None, kw_only=True)

    @override
    def table(self) -> dict[str, Answer]:
        mine: dict[str, Answer] = {
            r"show hosts": lambda _: ios_shown.hosts(self.device),
            r"show ip interface brief": lambda _: ios_shown.addresses(self.device),
            r"show interfaces": lambda _: ios_shown.interfaces(self.device),
            r"show inventory": lambda _: cisco_shown.Shown(self.device).inventory(),
            r"show cdp neighbors detail": lambda _: self.cdp(),
            r"tclsh": self.enter_tcl,
        }
        images = ImageCommands(self).table()  # first: an address is no file of the flash
        return (
            images | Shell.table(self) | mine | FileCommands(self).table()
            | IosArchive(self).table()
        )  # fmt: skip

    @override
    def header(self) -> str:
        size = len(self.device.running().encode())
        when = self.device.changed_at.strftime("%H:%M:%S UTC %a %b %d %Y")
        return (
            "Building configuration...\n\n"
            f"Current configuration : {size} bytes\n!\n"
            f"! Last configuration change at {when} by {self.device.changed_by}\n!\n"
        )

    @override
    def show_startup(self) -> str:
        if not self.device.startup:
            return "startup-config is not present\n"
        size = len(self.device.startup.encode())
        return f"Using {size} out of 524288 bytes\n!\n{self.device.startup}end\n"

    @override
    def version(self) -> str:
        return (
            f"Cisco IOS Software, LAB Software (LAB-UNIVERSALK9-M), Version {self.release}, "
            "RELEASE SOFTWARE (lab)\n\n"
            f"{self.device.shown_hostname} uptime is "
            f"{', '.join(booting.words(booting.uptime(self.device)))}\n"
            f'System image file is "flash:{self.device.image.name if self.device.image else ""}"\n'
            f"cisco {MODEL['cisco_ios']} (simulated) processor with 524288K bytes of memory.\n"
            f"Processor board ID {self.device.serial}\n"
            "Configuration register is 0xF\n"
        )

    @override
    def lldp(self) -> str:
        if self.device.root.find("lldp run") is None:
            return "% LLDP is not enabled\n"
        return ios_shown.neighbours(self.device)

    def cdp(self) -> str:
        """On unless the configuration turns it off."""
        if self.device.root.find("no cdp run") is not None:
            return "% CDP is not enabled\n"
        return cisco_shown.Shown(self.device).cdp()

    @override
    def lldp_table(self) -> str:
        return ios_shown.neighbour_table(self.device)

    @override
    def save(self) -> str:
        if Fault.REFUSED_SAVE in self.device.faults:
            return "startup-config file open failed (Permission denied)\n"
        if Fault.FLASH_FULL in self.device.faults:
            return "%Error opening nvram:/startup-config (No space left on device)\n"
        self.device.save()
        return "Building configuration...\n[OK]\n"

    @override
    def exec_prompt(self) -> str:
        if self.tcl is None:
            return Shell.exec_prompt(self)
        return "+>" if self.tcl.collecting else f"{self.device.shown_hostname}(tcl)#"

    def enter_tcl(self, _: re.Match[str]) -> str:
        self.tcl = Tcl()
        return ""

    @override
    def exec_line(self, line: str) -> str:
        if self.tcl is None:
            return Shell.exec_line(self, line)
        if self.tcl.takes(line):
            return self._unwritable(self.tcl)
        if line.strip() not in QUIT:
            return Shell.exec_line(self, line)
        for name, text in self.tcl.texts.items():
            with suppress(FileRefused):  # tclsh closes its files without a word
                files.write(self.device, name, text)
        self.tcl = None
        return ""

    def _unwritable(self, tcl: Tcl) -> str:
        """What tclsh says to a file that it cannot open; nothing otherwise."""
        if tcl.collecting or Fault.FLASH_FULL not in self.device.faults:
            return ""
        name, _ = tcl.texts.popitem()
        return f'couldn\'t open "{name}": no space left on device\n'
