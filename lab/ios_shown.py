"""What IOS prints about interfaces and neighbours. Pure: text of a device's state."""

from lab.device import Fault, LabDevice, Neighbour
from lab.interfaces import dotted
from lab.interfaces import interfaces as interfaces_of

SHORT = (("GigabitEthernet", "Gi"), ("Ethernet", "Et"), ("Loopback", "Lo"))


def short(interface: str) -> str:
    """Gi0/1 of GigabitEthernet0/1, as IOS abbreviates in tables."""
    for long, brief in SHORT:
        if interface.startswith(long):
            return brief + interface.removeprefix(long)
    return interface


def interfaces(device: LabDevice) -> str:
    blocks = []
    for one in interfaces_of(device):
        state = "up, line protocol is up" if one.enabled else (
            "administratively down, line protocol is down"
        )  # fmt: skip
        mac = dotted(one.mac)
        blocks += [f"{one.name} is {state}",
                   f"  Hardware is Gigabit Ethernet, address is {mac} (bia {mac})"]  # fmt: skip
        blocks += [f"  Description: {one.description}"] if one.description else []
        blocks += [f"  Internet address is {one.address}"] if one.address else []
        blocks += [f"  MTU {one.mtu} bytes, BW 1000000 Kbit/sec, DLY 10 usec,",
                   "     reliability 255/255, txload 1/255, rxload 1/255",
                   f"     {_errors(device, one.name)} input errors, 0 CRC, 0 frame, 0 overrun",
                   "     0 output errors, 0 collisions, 1 interface resets"]  # fmt: skip
    return "\n".join(blocks) + "\n"


def _errors(device: LabDevice, name: str) -> int:
    """On the first interface one more at each reading, under the fault ERRORS."""
    if Fault.ERRORS not in device.faults or name != next(interfaces_of(device)).name:
        return 0
    device.readings += 1
    return device.readings


def addresses(device: LabDevice) -> str:
    head = "Interface              IP-Address      OK? Method Status                Protocol\n"
    rows = []
    for one in interfaces_of(device):
        address = one.address.partition("/")[0] if one.address else "unassigned"
        status, protocol = ("up", "up") if one.enabled else ("administratively down", "down")
        rows.append(f"{one.name:22} {address:15} YES NVRAM  {status:21} {protocol}\n")
    return head + "".join(rows)


def hosts(device: LabDevice) -> str:
    lines = [node.line.split()[-1] for node in device.root.children
             if node.line.startswith(("ip domain name ", "ip domain-name "))]  # fmt: skip
    domain = f"Default domain is {lines[0]}" if lines else "Default domain is not set"
    return f"{domain}\nName servers are 255.255.255.255\n"


def neighbours(device: LabDevice) -> str:
    blocks = [
        "------------------------------------------------\n"
        f"Local Intf: {short(one.interface)}\n"
        f"Chassis id: 001c.73{index:02x}.0001\n"
        f"Port id: {short(one.peer_interface)}\n"
        f"Port Description: {one.peer_interface}\n"
        f"System Name: {one.peer}\n\n"
        "System Description: \nsimulated\n\n"
        "Time remaining: 101 seconds\n"
        "System Capabilities: B,R\n"
        "Enabled Capabilities: R\n"
        f"{_management(one)}\n"
        for index, one in enumerate(device.neighbours)
    ]
    return "\n".join(blocks) + f"\nTotal entries displayed: {len(blocks)}\n"


def _management(neighbour: Neighbour) -> str:
    if not neighbour.peer_address:
        return "Management Addresses - not advertised"
    return f"Management Addresses:\n    IP: {neighbour.peer_address}\n"


def neighbour_table(device: LabDevice) -> str:
    head = "Device ID           Local Intf     Hold-time  Capability      Port ID\n"
    rows = [
        f"{one.peer:20}{short(one.interface):15}{120:<11}{'R':16}{short(one.peer_interface)}\n"
        for one in device.neighbours
    ]
    return f"{head}{''.join(rows)}\nTotal entries displayed: {len(rows)}\n"
