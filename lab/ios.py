"""A session on a simulated IOS device."""

from dataclasses import dataclass

from typing_extensions import override

from lab.device import MODEL, Fault
from lab.shell import Shell

SHORT = (("GigabitEthernet", "Gi"), ("Ethernet", "Et"), ("Loopback", "Lo"))


@dataclass(slots=True)
class IosShell(Shell):
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
            f"{self.device.shown_hostname} uptime is 1 week, 2 days, 3 hours, 4 minutes\n"
            f"cisco {MODEL['cisco_ios']} (simulated) processor with 524288K bytes of memory.\n"
            f"Processor board ID {self.device.serial}\n"
            "Configuration register is 0xF\n"
        )

    @override
    def lldp(self) -> str:
        blocks = [
            "------------------------------------------------\n"
            f"Local Intf: {short(one.interface)}\nPort id: {short(one.peer_interface)}\n"
            f"Port Description: {one.peer_interface}\nSystem Name: {one.peer}\n"
            for one in self.device.neighbours
        ]
        return "\n".join(blocks) + f"\nTotal entries displayed: {len(blocks)}\n"

    @override
    def save(self) -> str:
        if Fault.REFUSED_SAVE in self.device.faults:
            return "startup-config file open failed (Permission denied)\n"
        if Fault.FLASH_FULL in self.device.faults:
            return "%Error opening nvram:/startup-config (No space left on device)\n"
        self.device.save()
        return "Building configuration...\n[OK]\n"


def short(interface: str) -> str:
    """Gi0/1 of GigabitEthernet0/1, as IOS abbreviates in tables."""
    for long, brief in SHORT:
        if interface.startswith(long):
            return brief + interface.removeprefix(long)
    return interface
