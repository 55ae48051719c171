"""What a change came to, in words that name every device's state."""

from dataclasses import dataclass

from changes.running.telling import GOOD, NAMED, outcome
from changes.states import Target


@dataclass
class Stood:
    hostname: str
    state: str
    result: str = ""


def test_where_all_is_as_declared_one_sentence_is_enough():
    assert outcome("", [Stood("r1", Target.DONE), Stood("r2", Target.DONE)]) == GOOD


def test_every_device_is_named_by_where_it_stands():
    told = outcome("r2: lost its neighbour r9.", [
        Stood("r1", Target.DONE), Stood("r2", Target.ROLLED_BACK),
        Stood("r3", Target.INTERRUPTED, "in between: seen but not declared: x"),
        Stood("r4", Target.SKIPPED), Stood("r5", Target.WAITING),
    ])  # fmt: skip
    assert told == (
        "r2: lost its neighbour r9. "
        "Devices were left in between: r3: in between: seen but not declared: x. "
        "Back in the state before: r2. Changed as declared: r1. Not touched: r4, r5."
    )


def test_of_very_many_devices_the_first_are_named_and_the_rest_counted():
    told = outcome("stopped", [Stood(f"r{n}", Target.DONE) for n in range(NAMED + 3)])
    assert told.endswith(f"r{NAMED - 1} and 3 more.")
