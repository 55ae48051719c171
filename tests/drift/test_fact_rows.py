"""Expected facts beside those seen, as rows for people."""

from drift.device_facts import DeviceFacts, compare
from drift.fact_rows import KindRow, PairRow, by_kind, pairs

EXPECTED = DeviceFacts(
    serial="A1", interfaces=("Gi0/1", "Gi0/2"), neighbours=("Gi0/1 sw1 Gi0/48",),
    packages=("bash 5.1", "curl 7.8"),
)  # fmt: skip
SEEN = DeviceFacts(
    serial="B2", model="X", interfaces=("Gi0/2", "Gi0/3"), neighbours=("Gi0/1 sw2 Gi0/48",),
    packages=("bash 5.2", "vim 9"),
)  # fmt: skip


def test_what_is_expected_and_seen_of_one_thing_is_one_row():
    assert pairs(compare(EXPECTED, SEEN).differences) == (
        PairRow(kind="serial", expected="A1", seen="B2"),
        PairRow(kind="interfaces", expected="Gi0/1", seen=""),
        PairRow(kind="interfaces", expected="", seen="Gi0/3"),
        PairRow(kind="neighbours", expected="Gi0/1 sw1 Gi0/48", seen="Gi0/1 sw2 Gi0/48"),
        PairRow(kind="packages", expected="bash 5.1", seen="bash 5.2"),
        PairRow(kind="packages", expected="curl 7.8", seen=""),
        PairRow(kind="packages", expected="", seen="vim 9"),
    )


def test_nothing_that_differs_has_no_row():
    assert pairs(compare(EXPECTED, EXPECTED).differences) == ()


def test_each_kind_that_somebody_speaks_of_has_a_row():
    rows = by_kind(
        DeviceFacts(serial="A1", packages=("bash 5.1",)), DeviceFacts(serial="A1", model="X")
    )
    assert rows == (
        KindRow(kind="serial", expected=("A1",), seen=("A1",), standing="as_expected"),
        KindRow(kind="model", expected=None, seen=("X",), standing="not_expected"),
        KindRow(kind="packages", expected=("bash 5.1",), seen=None, standing="not_told"),
    )


def test_the_order_of_lines_is_no_difference():
    rows = by_kind(DeviceFacts(interfaces=("a", "b")), DeviceFacts(interfaces=("b", "a")))
    assert [row.standing for row in rows] == ["as_expected"]


def test_other_lines_differ():
    rows = by_kind(DeviceFacts(interfaces=("a",)), DeviceFacts(interfaces=()))
    assert [row.standing for row in rows] == ["differs"]
