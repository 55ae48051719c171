"""The order of commands: define, bind, unbind, delete; access last; and no more than needed."""

import pytest

import drift
from tests.drift.devices import Refused, apply, state

HEADS = {
    "cisco_ios": (
        "ip access-list extended {}\n permit ip any any\n",
        "interface Gi1\n ip access-group {} in\n",
    ),
    "arista_eos": (
        "ip access-list {}\n   10 permit ip any any\n",
        "interface Ethernet1\n   ip access-group {} in\n",
    ),
    "cisco_nxos": (
        "ip access-list {}\n  10 permit ip any any\n",
        "interface Ethernet1/1\n  no switchport\n  ip access-group {} in\n",
    ),
    "cisco_xr": (
        "ipv4 access-list {}\n 10 permit ipv4 any any\n",
        "interface GigabitEthernet0/0/0/0\n ipv4 access-group {} ingress\n",
    ),
    "frr": (
        "route-map {} permit 10\n",
        (
            "router bgp 1\n neighbor 192.0.2.1 remote-as 2\n"
            " address-family ipv4 unicast\n  neighbor 192.0.2.1 route-map {} in\n"
            " exit-address-family\n"
        ),
    ),
}
every_platform = pytest.mark.parametrize("platform", HEADS)


def text(platform, name):
    definition, binding = HEADS[platform]
    return binding.format(name) + definition.format(name)


def remediation(platform, running, intended):
    return drift.assess(running, intended, platform=platform).remediation


def place(lines, ending):
    """Where the first line with that end stands."""
    return next(index for index, line in enumerate(lines) if line.strip().endswith(ending))


@every_platform
def test_what_is_bound_is_defined_before(platform):
    lines = remediation(platform, text(platform, "OLD"), text(platform, "NEW"))
    definition = HEADS[platform][0].format("NEW").split("\n")[0]
    bound = place(lines, HEADS[platform][1].format("NEW").strip().split("\n")[-1].strip())
    if platform == "frr":
        bound = place(lines, "route-map NEW in")
    assert lines.index(definition) < bound


@every_platform
def test_what_is_deleted_is_unbound_before(platform):
    lines = remediation(platform, text(platform, "OLD"), text(platform, "NEW"))
    definition = HEADS[platform][0].format("OLD").split("\n")[0]
    assert lines[-1] == f"no {definition}"


ACCESS = {
    "cisco_ios": (
        "username a secret 9 x\naaa new-model\nline vty 0 4\n login local\nntp server 1.1.1.1\n",
        "username b secret 9 x\naaa new-model\nline vty 0 4\n login\nntp server 2.2.2.2\n",
        ("username", "line", "no username"),
    ),
    "arista_eos": (
        (
            "username a secret x\ninterface Management1\n   ip address 1.1.1.1/24\n"
            "ntp server 1.1.1.1\n"
        ),
        (
            "username b secret x\ninterface Management1\n   ip address 1.1.1.2/24\n"
            "ntp server 2.2.2.2\n"
        ),
        ("username", "interface Management1", "no username"),
    ),
    "cisco_nxos": (
        "username a role x\ninterface mgmt0\n  ip address 1.1.1.1/24\nntp server 1.1.1.1\n",
        "username b role x\ninterface mgmt0\n  ip address 1.1.1.2/24\nntp server 2.2.2.2\n",
        ("username", "interface mgmt0", "no username"),
    ),
    "cisco_xr": (
        "username a\n group x\nline default\n exec-timeout 5 0\nhostname a\n",
        "username b\n group x\nline default\n exec-timeout 6 0\nhostname b\n",
        ("username", "line default", "no username"),
    ),
}


@pytest.mark.parametrize("platform", ACCESS)
def test_what_a_person_logs_in_through_is_touched_last_and_taken_away_at_the_end(platform):
    running, intended, words = ACCESS[platform]
    lines = remediation(platform, running, intended)
    places = {
        word: next(i for i, line in enumerate(lines) if line.startswith(word)) for word in words
    }
    others = [i for i, line in enumerate(lines) if line.startswith(("ntp", "no ntp", "hostname"))]
    assert max(others) < min(places.values())
    assert max(places, key=lambda word: places[word]) == "no username"


def test_a_list_that_only_a_login_refers_to_is_deleted_behind_the_login():
    running = "ip access-list standard OLD\n permit 1.1.1.1\nline vty 0 4\n access-class OLD in\n"
    intended = running.replace("OLD", "NEW")
    assert remediation("cisco_ios", running, intended) == (
        "ip access-list standard NEW",
        " permit 1.1.1.1",
        "line vty 0 4",
        " access-class NEW in",
        "no ip access-list standard OLD",
    )


def test_a_list_is_unbound_as_long_as_it_is_rewritten():
    rest = "interface Gi1\n ip access-group 101 in\n"
    running = f"access-list 101 permit ip host 1.1.1.1 any\n{rest}"
    intended = f"access-list 101 permit ip host 2.2.2.2 any\n{rest}"
    assert remediation("cisco_ios", running, intended) == (
        "interface Gi1",
        " no ip access-group 101 in",
        "no access-list 101",
        "access-list 101 permit ip host 2.2.2.2 any",
        "interface Gi1",
        " ip access-group 101 in",
    )


MINIMAL = {
    "one entry leaves a list": (
        "cisco_ios",
        (
            "ip access-list extended A\n permit tcp any any eq 22\n permit tcp any any eq 23\n"
            " deny ip any any\n"
        ),
        "ip access-list extended A\n permit tcp any any eq 22\n deny ip any any\n",
        ("ip access-list extended A", " no permit tcp any any eq 23"),
    ),
    "one term comes between": (
        "juniper_junos",
        "".join(f"set firewall filter F term {name} then accept\n" for name in "ABDEF"),
        "".join(f"set firewall filter F term {name} then accept\n" for name in "ABCDEF"),
        (
            "set firewall filter F term C then accept",
            "insert firewall filter F term C before term D",
        ),
    ),
    "an interface goes": (
        "juniper_junos",
        "set interfaces a mtu 9\nset interfaces b mtu 9\nset interfaces b unit 0 family inet\n",
        "set interfaces a mtu 9\n",
        ("delete interfaces b",),
    ),
    "one VLAN of many": ("cisco_nxos", "vlan 1,5-99\n", "vlan 1,5-50,52-99\n", ("no vlan 51",)),
    "a VLAN loses its name": (
        "cisco_nxos",
        "vlan 1,5\nvlan 5\n  name a\n",
        "vlan 1,5\n",
        ("vlan 5", "  no name a"),
    ),
    "a trunk written otherwise": (
        "cisco_ios",
        "interface Gi1\n switchport trunk allowed vlan 1-3\n switchport trunk allowed vlan add 5\n",
        "interface Gi1\n switchport trunk allowed vlan 1-3,5\n",
        (),
    ),
    "VLANs named by sections too": (
        "cisco_nxos",
        "vlan 1,5\nvlan 5\n  name a\n",
        "vlan 1\nvlan 5\n  name a\n",
        (),
    ),
    "a name that is below something": (
        "juniper_junos",
        "set interfaces a unit 0\nset interfaces a unit 0 family inet address 1.1.1.1/24\n",
        "set interfaces a unit 0 family inet address 1.1.1.1/24\n",
        (),
    ),
}


@pytest.mark.parametrize("name", MINIMAL)
def test_no_more_is_typed_than_needed(name):
    platform, running, intended, lines = MINIMAL[name]
    assert remediation(platform, running, intended) == lines


def outcome(platform, running, lines):
    """What the device does afterwards; None where it refuses a line."""
    try:
        return state(platform, apply(platform, running, lines))
    except Refused:
        return None


@pytest.mark.parametrize("name", [name for name in MINIMAL if MINIMAL[name][3]])
def test_every_line_typed_is_needed(name):
    platform, running, intended, lines = MINIMAL[name]
    for index in range(len(lines)):
        if platform != "juniper_junos" and len(lines) > 1 and not lines[index].startswith(" "):
            continue  # a header alone
        fewer = (*lines[:index], *lines[index + 1 :])
        assert outcome(platform, running, fewer) != state(platform, intended)


def test_a_port_that_changes_its_kind_is_not_shut_by_a_guess():
    found = drift.assess(
        "interface Ethernet1/1\n  no switchport\n  ip address 192.0.2.1/24\n  no shutdown\n",
        "interface Ethernet1/1\n  switchport access vlan 5\n", platform="cisco_nxos",
    )  # fmt: skip
    assert [one.path for one in found.refusals] == [("interface Ethernet1/1", "no shutdown")]
    assert found.remediation == ()


def test_a_banner_that_is_never_ended_is_refused_and_not_typed():
    found = drift.assess(
        "hostname a\n", "hostname a\nbanner motd ^C\nopen\nntp server 192.0.2.1\n",
        platform="cisco_ios",
    )  # fmt: skip
    assert found.remediation == ()
    assert "never ended" in found.refusals[0].reason


def test_empty_lines_behind_a_banner_that_is_never_ended_are_no_difference():
    text = "banner motd ^C\nopen\n"
    assert drift.assess(text, f"{text}\n", platform="cisco_ios").in_sync


TRUNK = " switchport trunk allowed vlan"


@pytest.mark.parametrize(
    ("running", "intended", "commands"),
    [
        (["1,3,5", "add 7,9"], ["1,3,5", "add 7,11"], ["add 11", "remove 9"]),
        (["1-9"], ["1-3", "add 20"], ["add 20", "remove 4-9"]),
        (["1,3", "add 5"], ["1"], ["remove 3,5"]),
        (["1"], ["1,3"], ["1,3"]),
        (["none"], ["1", "add 3"], ["1", "add 3"]),
    ],
)  # fmt: skip
def test_of_a_trunk_over_several_lines_only_the_numbers_that_differ_come_and_go(
    running, intended, commands
):
    def port(lists):
        return "interface Gi1\n" + "".join(f"{TRUNK} {one}\n" for one in lists)

    found = drift.assess(port(running), port(intended), platform="cisco_ios")
    assert found.remediation == ("interface Gi1", *(f"{TRUNK} {one}" for one in commands))


def test_a_long_list_is_sent_in_lines_that_a_terminal_holds():
    many = ",".join(str(number) for number in range(2, 900, 2))
    running = f"interface Gi1\n{TRUNK} 1\n{TRUNK} add 3\n"
    found = drift.assess(running, f"interface Gi1\n{TRUNK} 1,3\n{TRUNK} add {many}\n",
                         platform="cisco_ios")  # fmt: skip
    assert max(map(len, found.remediation)) < 200
    told = ",".join(line.removeprefix(f"{TRUNK} add ") for line in found.remediation[1:])
    assert told == many
