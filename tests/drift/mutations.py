"""Makes one configuration into another, as people do over years: seeded, on whole sections too.

Sections are altered, dropped, added and moved; so are the lines in them. What comes out is again
what a device may show: single-valued lines stay single, lists with numbers stay in order.
"""

import random
import re

from benchmarks.corpora import configuration

FRR = """frr version 8.4
hostname bench1
ip prefix-list P{n} seq 5 permit 10.{n}.0.0/16
ip prefix-list P{n} seq 10 permit 10.{n}.0.0/24
ip route 10.{n}.9.0/24 192.0.2.{n}
!
interface eth{n}
 description uplink {n}
 ip address 10.{n}.0.1/24
 ip ospf cost {n}
exit
!
router bgp 65001
 neighbor 10.{n}.0.2 remote-as 65{n}
 neighbor 10.{n}.0.2 description peer {n}
 neighbor 10.{n}.0.3 remote-as 65001
 !
 address-family ipv4 unicast
  network 10.{n}.0.0/16
  neighbor 10.{n}.0.2 route-map R{n} in
 exit-address-family
exit
!
route-map R{n} permit 10
 match ip address prefix-list P{n}
 set metric {n}
exit
!"""
NUMBERED = re.compile(r"\s*\d+ (permit|deny)")
VALUE = re.compile(r"( description | metric | ospf cost |set med )")
HEADLESS = (
    "hostname",
    "feature",
    "spanning-tree",
    "snmp-server location",
    "logging console",
    "service",
    "set version",
    "set system host-name",
    "frr version",
    "version",
)
UNMOVED = re.compile(r"(interface (?!Loopback)|vlan 1,|banner|router bgp)")


def made(platform: str, lines: int, seed: int) -> str:
    """A configuration of about so many lines."""
    if platform != "frr":
        return configuration(platform, lines, seed=seed)
    parts = [FRR.format(n=n) for n in range(1, max(2, lines // 25))]
    return "\n".join(parts) + "\n"


def mutated(platform: str, text: str, seed: int, *, changes: int) -> str:
    """The same configuration after so many changes by hand."""
    draw = random.Random(f"{platform}:{seed}")  # noqa: S311 - test data
    sections = _sections(platform, text)
    for _ in range(changes):
        if len(sections) < 3:
            break
        index = draw.randrange(len(sections))
        section = sections[index]
        if platform == "juniper_junos":
            _set_line(sections, index, draw)
        elif len(section) > 1 and not section[0].startswith("banner") and draw.random() < 0.7:
            _within(section, draw)
        else:
            _whole(sections, index, draw)
    return "\n".join(line for section in sections for line in section) + "\n"


def _sections(platform: str, text: str) -> list[list[str]]:
    found: list[list[str]] = []
    swallowing = ""
    for line in text.splitlines():
        if swallowing or (line.startswith((" ", "exit")) and platform != "juniper_junos"):
            found[-1].append(line)
            swallowing = "" if swallowing and re.match(swallowing, line) else swallowing
        else:
            found.append([line])
            if line.startswith("banner "):
                swallowing = r"\^C|EOF"
            elif line.startswith("route-policy "):
                swallowing = "end-policy"
    return found


def _whole(sections: list[list[str]], index: int, draw: random.Random) -> None:
    head = sections[index][0]
    if head in ("!", "") or head.startswith(HEADLESS):
        return
    action = draw.choice(("drop", "copy", "move"))
    if action == "drop":
        del sections[index]
    elif UNMOVED.match(head):
        return
    elif action == "copy":
        copy = [*sections[index]]
        copy[0] = _renamed(head, draw)
        known = {section[0] for section in sections}
        key = re.sub(r"( seq \d+| \S+$).*", r"\1", copy[0])
        if copy[0] not in known and not any(one.startswith(f"{key} ") for one in known):
            sections.insert(index, copy)
    else:
        sections.insert(draw.randrange(len(sections)), sections.pop(index))


def _renamed(head: str, draw: random.Random) -> str:
    """The header or line with its last number or name changed."""
    if " seq " in head:
        return re.sub(r" seq \d+", f" seq {draw.randrange(11, 999)}", head)
    words = head.split(" ")
    at = 1 if words[0] in ("route-map", "ip") and words[1] != "access-list" else -1
    words[at] = (
        f"{words[at]}{draw.randrange(9)}"
        if words[at][-1].isalpha()
        else (
            re.sub(
                r"\d+$",
                lambda found: str(1 + (int(found.group()) + draw.randrange(99)) % 250),
                words[at],
            )
        )
    )
    return " ".join(words)


def _within(section: list[str], draw: random.Random) -> None:
    index = draw.randrange(1, len(section))
    line = section[index]
    if line.strip() in ("!", "exit", "pass", "end-policy") or line.lstrip().startswith(
        ("exit-", "address-family", "drop")
    ):
        return
    action = draw.choice(("alter", "alter", "drop", "swap"))
    if VALUE.search(line) and action == "alter":
        section[index] = re.sub(r"\S+$", str(draw.randrange(1, 99)), line)
    elif (
        action == "drop"
        and " remote-as " not in line
        and "no switchport" not in line
        and not line.startswith("  set med")
    ):
        del section[index]
    elif action == "swap" and index > 1 and _swaps(section, index):
        section[index - 1], section[index] = line, section[index - 1]


def _swaps(section: list[str], index: int) -> bool:
    above = section[index - 1]
    if (
        NUMBERED.match(above)
        or "remote-as" in above
        or "no switchport" in above
        or above.strip() == "!"
    ):
        return False
    depth = len(above) - len(above.lstrip())
    return (
        depth == len(section[index]) - len(section[index].lstrip())
        and "address-family" not in above
    )


def _set_line(sections: list[list[str]], index: int, draw: random.Random) -> None:
    line = sections[index][0]
    if line.startswith(HEADLESS):
        return
    action = draw.choice(("alter", "drop", "move", "mark", "thing"))
    path = line.removeprefix("set ")
    marked = [f"deactivate {path}"] in sections or not line.startswith("set ")
    if action == "alter" and marked:
        return  # the mark would be left without what it marks
    if action == "alter" and re.search(r" (description|mtu|peer-as|hold-time) \S+$", line):
        sections[index] = [re.sub(r"\S+$", str(draw.randrange(1, 9999)), line)]
    elif action == "drop":
        sections[:] = [one for one in sections if not one[0].endswith(f" {path}")]
    elif action == "move":
        sections.insert(draw.randrange(len(sections)), sections.pop(index))
    elif action == "thing":
        above = re.match(r"set (interfaces \S+|.* term \S+|.* neighbor \S+)", line)
        if above:
            start = f" {above.group(1)} "
            sections[:] = [one for one in sections if start not in f" {one[0]} "]
    elif line.startswith("set interfaces ") and path and [f"deactivate {path}"] not in sections:
        sections.insert(index + 1, [f"deactivate {path}"])
