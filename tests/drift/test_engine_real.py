"""What the engine proposes for FRR, typed on a real router, read back, and taken back."""

import pytest

import drift
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = pytest.mark.real

# What runs is first extended by the lines on the left; the text is then edited as on the right.
BEFORE = """ip route 10.90.0.0/16 192.0.2.1
ip prefix-list T seq 5 permit 10.90.0.0/16
ip prefix-list T seq 10 permit 10.91.0.0/16
route-map T permit 10
 match ip address prefix-list T
 set metric 5
exit
router bgp {asn}
 neighbor 192.0.2.77 remote-as 65077
 neighbor 192.0.2.77 description one
 address-family ipv4 unicast
  neighbor 192.0.2.77 route-map T in
 exit-address-family
exit
"""
EDITS = {
    "an interface's description": ("interface lo\n", "interface lo\n description of a test\n"),
    "a static route": ("ip route 10.90.0.0/16 192.0.2.1\n", "ip route 10.90.0.0/16 192.0.2.2\n"),
    "an entry of a prefix list replaced": (
        "ip prefix-list T seq 5 permit 10.90.0.0/16\n",
        "ip prefix-list T seq 5 permit 10.90.0.0/16 le 24\n",
    ),
    "an entry of a prefix list taken away": ("ip prefix-list T seq 10 permit 10.91.0.0/16\n", ""),
    "the body of a route map": (
        " match ip address prefix-list T\n set metric 5\n",
        " match tag 7\n set metric 6\n",
    ),
    "another AS of a neighbor": (
        " neighbor 192.0.2.77 remote-as 65077\n", " neighbor 192.0.2.77 remote-as 65078\n",
    ),
    "a neighbor added": (
        " neighbor 192.0.2.77 remote-as 65077\n",
        (" neighbor 192.0.2.77 remote-as 65077\n neighbor 192.0.2.78 remote-as 65078\n"
        " neighbor 192.0.2.78 description two\n"),
    ),
    "a neighbor taken away": (
        " neighbor 192.0.2.77 remote-as 65077\n neighbor 192.0.2.77 description one\n", "",
    ),
}  # fmt: skip


def shown(router):
    return router.run("show running-config").replace("\r", "")


def typed(router, lines):
    said = router.type_lines([line.strip() for line in lines])
    assert "% " not in said.replace("% Warning", ""), said


def judged(running, intended):
    return drift.assess(running, intended, platform="frr")


@pytest.fixture(scope="module")
def router(real_lab):
    """A router that runs more than the lab gave it, and afterwards what it ran before."""
    router = real_lab[1]
    first = shown(router)
    asn = next(line.split()[2] for line in first.splitlines() if line.startswith("router bgp "))
    typed(router, BEFORE.format(asn=asn).splitlines())
    yield router
    typed(router, judged(shown(router), first).remediation)
    assert judged(shown(router), first).differences == ()


def edited(text, name):
    old, new = EDITS[name]
    assert old in text
    text = text.replace(old, new)
    if name == "a neighbor taken away":
        text = text.replace("  neighbor 192.0.2.77 route-map T in\n", "")
    return text


@pytest.mark.parametrize("name", EDITS)
def test_a_real_router_is_corrected_and_restored(router, name):
    running = shown(router)
    intended = edited(running, name)
    found = judged(running, intended)
    assert found.refusals == ()
    typed(router, found.remediation)
    after = shown(router)
    typed(router, found.rollback)
    assert judged(after, intended).differences == ()
    assert judged(shown(router), running).differences == ()
