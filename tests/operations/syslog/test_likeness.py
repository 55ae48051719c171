"""Messages that differ in their variable parts only are alike."""

import pytest

from operations.syslog import parse
from operations.syslog.likeness import LONGEST, likeness


@pytest.mark.parametrize(
    ("sent", "alike"),
    [
        ("%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down",
         "LINK-3-UPDOWN: Interface #, changed state to down"),
        ("kernel: eth0: link down at 0x1f, aa:bb:cc:00:11:22", "kernel: #: link down at #, #"),
        ("bgpd[12]: neighbor 10.0.0.2 said 'no such 1'", "bgpd: neighbor # said #"),
        ("just words", "message: just words"),
    ],
)  # fmt: skip
def test_variable_parts_are_left_out(sent, alike):
    assert likeness(parse(f"<187>{sent}".encode())) == alike


def test_what_is_kept_is_short():
    assert len(likeness(parse(b"<187>" + b"word " * 2000))) <= LONGEST
