"""Which device a message is from."""

import ipaddress

import pytest

from operations.syslog.senders import Directory, Known

R1 = Known(id=1, hostname="r1.example.net", platform="frr", addresses=("10.0.0.1", "2001:db8::1"))
R2 = Known(id=2, hostname="r2", platform="frr", addresses=("10.0.0.2",))
A, B = (
    Known(id=key, hostname=name, platform="frr", addresses=("10.0.0.3",))
    for key, name in ((3, "a"), (4, "b"))
)
DIRECTORY = Directory.of([R1, R2, A, B])
RELAYS = (ipaddress.ip_network("10.9.0.0/24"), ipaddress.ip_network("2001:db8:9::/64"))


@pytest.mark.parametrize(
    ("address", "hostname", "device"),
    [
        ("10.0.0.1", "", R1),
        ("::ffff:10.0.0.1", "", R1),
        ("2001:0db8::0001%eth0", "", R1),
        ("10.0.0.1", "r2", R1),
        ("10.0.0.99", "r1", None),
        ("10.0.0.3", "b", B),
        ("10.0.0.3", "r1", None),
        ("10.0.0.3", "", None),
        ("10.9.0.5", "R1", R1),
        ("10.9.0.5", "r1.example.net", R1),
        ("10.9.0.5", "r2.example.net", R2),
        ("10.9.0.5", "10.0.0.2", R2),
        ("::ffff:10.9.0.5", "r2", R2),
        ("2001:db8:9::7", "r2", R2),
        ("10.9.0.5", "nobody", None),
        ("10.9.0.5", "", None),
        ("nonsense", "r1", None),
    ],
)
def test_an_address_names_the_device_and_a_name_only_behind_a_relay(address, hostname, device):
    assert DIRECTORY.sender(address, hostname, relays=RELAYS) == device
