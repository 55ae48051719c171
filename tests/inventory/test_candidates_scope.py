"""Where a search may go: pure rules, asked before every contact."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.candidates.scope import NotAllowed, Scope, Territory


def territory(key, cidr, credential=None):
    return Territory(range_id=key, unit_id=1, network=ipaddress.ip_network(cidr), ports=(22,),
                     credential_id=credential)  # fmt: skip


WIDE, NARROW, SIX = (
    territory(1, "10.0.0.0/8", 7), territory(2, "10.1.0.0/16"), territory(3, "2001:db8::/32"),
)  # fmt: skip
SCOPE = Scope(territories=(WIDE, NARROW, SIX), enterable=frozenset({1, 3}))


@pytest.mark.parametrize(
    ("address", "holder"),
    [("10.2.0.1", WIDE), ("10.1.0.1", NARROW), ("2001:db8::5", SIX), ("11.0.0.1", None),
     ("::ffff:10.2.0.1", None), ("core-01", None), ("", None), ("010.2.0.1", None)],
)  # fmt: skip
def test_the_most_specific_range_holds_an_address(address, holder):
    assert SCOPE.holder(address) == holder


def test_a_range_that_may_not_be_entered_hides_the_wider_one_around_it():
    assert SCOPE.enter("10.2.0.1") == WIDE
    with pytest.raises(NotAllowed, match=r"10\.1\.0\.0/16, which this search may not enter"):
        SCOPE.enter("10.1.0.1")


def test_a_network_that_is_not_wholly_allowed_has_no_targets():
    with pytest.raises(NotAllowed):
        SCOPE.targets(ipaddress.ip_network("9.255.255.252/30"))
    assert list(SCOPE.targets(ipaddress.ip_network("10.2.0.0/30"))) == ["10.2.0.1", "10.2.0.2"]


@given(st.ip_addresses(v=4))
def test_the_holder_is_the_smallest_network_around_an_address(address):
    around = [one for one in SCOPE.territories if address in one.network]
    expected = max(around, key=lambda one: one.network.prefixlen, default=None)
    assert SCOPE.holder(str(address)) == expected
