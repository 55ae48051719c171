"""What Cisco's platforms print about interfaces, modules and neighbours. Pure: a device's state."""

from dataclasses import dataclass

from lab.device import MODEL, LabDevice
from lab.interfaces import dotted, interfaces


@dataclass(frozen=True, slots=True)
class Shown:
    device: LabDevice

    def inventory(self) -> str:
        model, serial = MODEL[self.device.platform], self.device.serial
        return (
            f'NAME: "Chassis", DESCR: "{model} chassis"\n'
            f"PID: {model:18} , VID: V01 , SN: {serial}\n\n"
            'NAME: "Power Supply 1", DESCR: "AC power supply"\n'
            f"PID: LAB-PWR-AC         , VID: V02 , SN: PS{serial}\n"
        )

    def cdp(self) -> str:
        return "".join(
            "-------------------------\n"
            f"Device ID: {one.peer}\n"
            "Entry address(es):\n"
            f"{f'  IP address: {one.peer_address}' if one.peer_address else ''}\n"
            "Platform: cisco LAB,  Capabilities: Router Switch\n"
            f"Interface: {one.interface},  Port ID (outgoing port): {one.peer_interface}\n"
            "Holdtime : 150 sec\n\n"
            for one in self.device.neighbours
            if one.speaks_cdp
        )

    def nxos_interfaces(self) -> str:
        blocks = []
        for one in interfaces(self.device):
            state = "up" if one.enabled else "down (Administratively down)"
            blocks += [f"{one.name} is {state}", "  Hardware: Ethernet"]
            blocks += [f"  Description: {one.description}"] if one.description else []
            blocks += [f"  Internet Address is {one.address}"] if one.address else []
            blocks += [f"  MTU {one.mtu} bytes, BW 10000000 Kbit , DLY 10 usec"]
        return "\n".join(blocks) + "\n"

    def xr_interfaces(self) -> str:
        blocks = []
        for one in interfaces(self.device):
            state = "up, line protocol is up" if one.enabled else (
                "administratively down, line protocol is administratively down"
            )  # fmt: skip
            blocks += [
                f"{one.name} is {state} ",
                f"  Hardware is Ethernet, address is {dotted(one.mac)}",
            ]
            blocks += [f"  Description: {one.description}"] if one.description else []
            blocks += [f"  Internet address is {one.address or 'Unknown'}"]
            blocks += [f"  MTU {one.mtu} bytes, BW 10000000 Kbit (Max: 10000000 Kbit)"]
        return "\n".join(blocks) + "\n"

    def nxos_lldp(self) -> str:
        blocks = [
            f"Chassis id: 001c.73{index:02x}.0001\nPort id: {one.peer_interface}\n"
            f"Local Port id: {one.interface}\nPort Description: null\nSystem Name: {one.peer}\n"
            "System Description: simulated\nTime remaining: 101 seconds\n"
            f"Management Address: {one.peer_address or 'not advertised'}\n\n"
            for index, one in enumerate(self.device.neighbours)
        ]
        return "".join(blocks) + f"Total entries displayed: {len(blocks)}\n"

    def xr_lldp(self) -> str:
        blocks = [
            "------------------------------------------------\n"
            f"Local Interface: {one.interface}\nChassis id: 001c.73{index:02x}.0001\n"
            f"Port id: {one.peer_interface}\nPort Description: simulated\n"
            f"System Name: {one.peer}\n\nManagement Addresses:\n"
            f"  IPv4 address: {one.peer_address or 'not advertised'}\n\n"
            for index, one in enumerate(self.device.neighbours)
        ]
        return "".join(blocks) + f"Total entries displayed: {len(blocks)}\n"
