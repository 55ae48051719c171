"""A session on a simulated NX-OS device."""

import re
from dataclasses import dataclass

from typing_extensions import override

from lab import booting, cisco_shown, files
from lab.device import MODEL, Fault
from lab.distortion import distorted
from lab.image_commands import ImageCommands
from lab.shell import Answer, Shell
from lab.tree import Node

REFUSED = "% Invalid command at '^' marker."
FEATURES = {
    "router ospf": "ospf", "router bgp": "bgp", "interface Vlan": "interface-vlan",
    "lldp ": "lldp", "channel-group": "lacp", "tacacs-server": "tacacs+", "vpc ": "vpc",
}  # fmt: skip
"""House rule: these lines exist only after `feature NAME`."""


@dataclass(slots=True)
class NxosShell(Shell):
    save_words = r"copy running-config startup-config|copy run start"

    @override
    def table(self) -> dict[str, Answer]:
        shown = cisco_shown.Shown(self.device)
        mine: dict[str, Answer] = {
            r"show interface": lambda _: shown.nxos_interfaces(),
            r"show inventory": lambda _: shown.inventory(),
            r"show cdp neighbors detail": lambda _: shown.cdp(),
            r"terminal (?:width|length) (\d+)": self.set_terminal,
        }
        return ImageCommands(self).table() | Shell.table(self) | mine

    def set_terminal(self, found: re.Match[str]) -> str:
        if found[0].startswith("terminal length"):
            self.page_lines = int(found[1])
        return ""

    @override
    def exec_prompt(self) -> str:
        return f"{Shell.exec_prompt(self)} "

    @override
    def invalid(self) -> str:
        return f"{' ' * len(self.prompt)}^\n{REFUSED}\n"

    @override
    def typed(self, line: str) -> str:
        words = " ".join(line.split()).removeprefix("no ")
        if line.strip().startswith("boot nxos "):  # it looks at the image before it takes the line
            name = files.full_name(words.rpartition(" ")[2])
            if name not in self.device.store:
                return f"ERROR: {name}: No such file or directory\n"
        if words.startswith("feature "):
            return self._switch(words, on=not line.strip().startswith("no "))
        needed = next((name for start, name in FEATURES.items() if words.startswith(start)), None)
        if needed is not None and self.device.root.find(f"feature {needed}") is None:
            return self.invalid()
        answer = Shell.typed(self, line)
        return self.invalid() if answer.endswith("marker.\n") else answer

    def _switch(self, feature: str, *, on: bool) -> str:
        root, wanted = self.device.root, Node(feature)
        if feature.removeprefix("feature ") not in FEATURES.values():
            return self.invalid()
        root.children[:] = [one for one in root.children if one != wanted]
        if on:
            root.children.insert(1, wanted)
        self.device.touched(self.username)
        return ""

    @override
    def configure(self) -> str:
        Shell.configure(self)
        return "Enter configuration commands, one per line. End with CNTL/Z.\n"

    @override
    def show_running(self) -> str:
        return distorted(self.header() + self._plain(self.device.shown()), self.device)

    @override
    def show_startup(self) -> str:
        when = self.device.changed_at.strftime("%a %b %d %H:%M:%S %Y")
        return (
            f"\n!Command: show startup-config\n!Time: {when}\n!Startup config saved at: {when}\n\n"
            f"version {self.release} Bios:version \n{self._plain(self.device.startup)}"
        )

    @override
    def header(self) -> str:
        when = self.device.changed_at.strftime("%a %b %d %H:%M:%S %Y")
        return (
            f"\n!Command: show running-config\n!Running configuration last done at: {when}\n"
            f"!Time: {when}\n\nversion {self.release} Bios:version \n"
        )

    def _plain(self, text: str) -> str:
        """NX-OS sets sections apart by blank lines."""
        return "".join("\n" if line == "!\n" else line for line in text.splitlines(keepends=True))

    @override
    def version(self) -> str:
        image = self.device.image
        return (
            "Cisco Nexus Operating System (NX-OS) Software\n\nSoftware\n"
            f"  BIOS: version \n  NXOS: version {self.release}\n"
            f"  NXOS image file is: bootflash:///{image.name if image else ''}\n\nHardware\n"
            f"  cisco Nexus9000 {MODEL['cisco_nxos']} Chassis (simulated)\n"
            f"  Processor Board ID {self.device.serial}\n\n"
            f"  Device name: {self.device.shown_hostname}\n"
            f"Kernel uptime is {self._uptime()}\n"
        )

    def _uptime(self) -> str:
        minutes, seconds = divmod(booting.uptime(self.device) + 5, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return f"{days} day(s), {hours} hour(s), {minutes} minute(s), {seconds} second(s)"

    @override
    def lldp(self) -> str:
        return cisco_shown.Shown(self.device).nxos_lldp()

    @override
    def lldp_table(self) -> str:
        head = "Device ID            Local Intf      Hold-time  Capability  Port ID\n"
        return head + "".join(
            f"{one.peer:21}{one.interface:16}120        BR          {one.peer_interface}\n"
            for one in self.device.neighbours
        )

    @override
    def save(self) -> str:
        if Fault.REFUSED_SAVE in self.device.faults:
            return "Configuration update aborted: request was aborted\n"
        self.device.save()
        return "[########################################] 100%\nCopy complete.\n"
