"""What the engine proposes, typed on a real router, does what the engine says."""

import pytest

from drift import assess
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = pytest.mark.real

TYPED = [
    "enable password secret1", "password secret2",
    "ip route 10.8.0.0/16 10.254.0.1 200",
    "ip prefix-list P seq 5 permit 10.0.0.0/8 le 24",
    "access-list A seq 5 permit 10.0.0.0/8",
    "bgp as-path access-list X seq 5 permit ^1$",
    "interface lo", "description typed by hand", "bandwidth 1000", "ip ospf cost 12",
    "ip ospf message-digest-key 1 md5 abc", "exit",
    "route-map R permit 10", "description some words", "match ip address prefix-list P",
    "set local-preference 200", "set as-path prepend 65001 65001", "on-match next", "exit",
    "router bgp 65002", "neighbor 10.254.0.1 description the other one",
    "neighbor 10.254.0.9 remote-as 65009", "neighbor 10.254.0.9 password abc",
    "address-family ipv4 unicast", "network 10.7.0.0/16", "redistribute connected route-map R",
    "neighbor 10.254.0.1 maximum-prefix 100", "exit-address-family", "exit",
    "router ospf", "passive-interface lo", "log-adjacency-changes detail",
    "redistribute static metric 5",
]  # fmt: skip


@pytest.fixture
def changed(real_lab):
    """A router's running configuration before and after somebody typed all of that."""
    router = real_lab[1]
    before = router.run("show running-config")
    said = router.type_lines(TYPED)
    assert "% Unknown" not in said
    return router, before, router.run("show running-config")


def test_the_proposed_lines_take_back_all_that_was_typed_by_hand(changed):
    router, before, after = changed
    proposed = assess(after, before, platform="frr")
    assert proposed.refusals == ()
    said = router.type_lines([line.strip() for line in proposed.remediation])
    assert "% Unknown" not in said
    assert assess(router.run("show running-config"), before, platform="frr").differences == ()
