"""Configurations of the data-only platforms, made by chance: our own words, no real device's."""

from random import Random


def some(draw: Random, lines, *, least=0):
    return draw.sample(lines, draw.randint(least, len(lines)))


def spans(draw: Random):
    """A list of numbers as Comware and VRP write it."""
    parts = []
    for number in sorted(draw.sample(range(2, 30), draw.randint(1, 8))):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(f"{low}" if low == high else f"{low} to {high}" for low, high in parts)


def switch(draw: Random, *, trunk, access_list, packet_filter, top):
    lines = [*top]
    for index in some(draw, [1, 2, 3], least=1):
        optional = [
            " shutdown",
            f" {trunk} {spans(draw)}",
            f" ip address 10.0.{index}.{draw.randint(1, 3)} 255.255.255.0",
            packet_filter.format(draw.randint(0, 1)),
        ]
        instance = some(draw, [f" ip binding vpn-instance {draw.choice('xy')}"])
        lines += ["#", f"interface GigabitEthernet1/0/{index}", *instance]
        lines += [f" description d{draw.randint(0, 2)}", *some(draw, optional)]
    for index in some(draw, [0, 1]):
        rules = sorted(some(draw, [0, 5, 10], least=1))
        lines += ["#", f"{access_list} 300{index}"]
        lines += [f" rule {n} permit ip source 10.{draw.randint(0, 2)}.0.0 0" for n in rules]
    lines += ["#", *(f"ip route-static 10.9.{n}.0 24 10.0.0.9" for n in some(draw, [1, 2, 3]))]
    return [*lines, f"sysname s{draw.randint(0, 2)}", "#", "return"]


def hp_comware(draw: Random):
    top = [line for n in some(draw, [10, 11]) for line in ("#", f"vlan {n}", f" name n{n}")]
    return switch(draw, trunk="port trunk permit vlan", access_list="acl advanced",
                  packet_filter=" packet-filter 300{} inbound", top=top)  # fmt: skip


def huawei_vrp(draw: Random):
    return switch(draw, trunk="port trunk allow-pass vlan", access_list="acl number",
                  packet_filter=" traffic-filter inbound acl 300{}",
                  top=[f"vlan batch {spans(draw)}"])  # fmt: skip


def fortinet(draw: Random):
    names = some(draw, ["a1", "a2", "a3", "a4"], least=1)
    lines = ["config system global", f"    set admintimeout {draw.randint(1, 3)}"]
    lines += [*some(draw, ["    set a b", "    set c d"]), "end", "config firewall address"]
    for name in names:
        lines += [f'    edit "{name}"', f"        set subnet 10.0.0.{draw.randint(1, 3)}/32"]
        lines += [*some(draw, ["        set comment x"]), "    next"]
    lines += ["end", "config firewall policy"]
    for number in some(draw, [1, 2, 3, 4, 5, 6], least=1):
        lines += [f"    edit {number}", f'        set srcaddr "{draw.choice(names)}"']
        lines += [*some(draw, ["        set nat enable"]), "    next"]
    lines += ["end", "config router bgp", f"    set as {draw.randint(1, 2)}"]
    neighbours = some(draw, ["n1", "n2"])
    lines += ["    config neighbor"] if neighbours else []
    for name in neighbours:
        lines += [f'        edit "{name}"', f"            set remote-as {draw.randint(1, 2)}"]
        lines += ["        next"]
    return [*lines, *(["    end"] if neighbours else []), "end"]


def vyos(draw: Random):
    lines = [f"set system host-name h{draw.randint(0, 1)}"]
    for index in some(draw, [0, 1, 2]):
        port = f"set interfaces ethernet eth{index}"
        below = [f"{port} address 10.0.0.{n}" for n in some(draw, [1, 2, 3])]
        below += some(draw, [f"{port} description 'a {draw.randint(0, 1)}'"])
        lines += below or [port]
    lines += [f"set firewall name W rule {n} port {draw.randint(1, 3)}"
              for n in some(draw, [10, 20])]  # fmt: skip
    ssh = ["set service ssh", f"set service ssh port {draw.randint(1, 3)}"]
    return [*lines, *some(draw, [draw.choice(ssh)])]


def nokia_srl(draw: Random):
    lines = [f"set / system name host-name h{draw.randint(0, 1)}"]
    for index in some(draw, [1, 2, 3]):
        port = f"set / interface ethernet-1/{index}"
        lines += [f"{port} admin-state {draw.choice(['enable', 'disable'])}"]
        lines += some(draw, [f"{port} description d{draw.randint(0, 1)}"])
        lines += [f"{port} subinterface 0 ipv4 address 10.0.0.{n}/24"
                  for n in some(draw, [1, 2, 3])]  # fmt: skip
        lines += some(draw, [f"set / network-instance default interface ethernet-1/{index}.0"])
    return lines


def aruba_aoscx(draw: Random):
    lines = []
    for number in some(draw, [10, 11, 12]):
        lines += [f"vlan {number}", f"    name n{draw.randint(0, 2)}"]
    for name in some(draw, ["A", "B"]):
        lines += [f"access-list ip {name}"]
        lines += [f"    {n} {draw.choice(['permit', 'deny'])} tcp any any eq {draw.randint(1, 3)}"
                  for n in sorted(some(draw, [10, 20, 30], least=1))]  # fmt: skip
    for index in some(draw, [1, 2, 3], least=1):
        lines += [f"interface 1/1/{index}", *some(draw, [f"    vrf attach {draw.choice('xy')}"])]
        lines += [f"    {draw.choice(['no shutdown', 'shutdown'])}"]
        allowed = spans(draw).replace(" to ", "-").replace(" ", ",")
        address = f"    ip address 10.0.{index}.{draw.randint(1, 3)}/24"
        name = f"    description d{draw.randint(0, 2)}"
        lines += some(draw, [name, f"    vlan trunk allowed {allowed}", address])
    return [*lines, f"hostname h{draw.randint(0, 2)}"]


MAKERS = {
    "aruba_aoscx": aruba_aoscx, "fortinet": fortinet, "hp_comware": hp_comware,
    "huawei_vrp": huawei_vrp, "nokia_srl": nokia_srl, "vyos": vyos,
}  # fmt: skip


def pair(name, seed):
    """Two configurations of a platform, always the same for a seed."""
    draw = Random(seed)  # noqa: S311 - texts, not secrets
    return tuple("".join(f"{line}\n" for line in MAKERS[name](draw)) for _ in range(2))
