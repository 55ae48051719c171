"""A minute of chaos: each fault at least once, on a few devices; what is claimed holds after it."""

import pytest

from tests.chaos import markers
from tests.chaos.children import Kept, init_system, within
from tests.chaos.markers import Marked, marked
from tests.chaos.play import SHORT, play

SEED = 11


@pytest.mark.slow
def test_whatever_dies_no_change_is_lost_or_typed_twice_and_every_device_is_as_it_is_said_to_be():
    played = play(SHORT, SEED)
    found = played.judgement
    logs = "\n".join(f"== {name}\n{log[-4000:]}" for name, log in played.logs.items())
    assert played.adversary.done.keys() == played.adversary.faults.keys(), logs
    assert (found.unsettled, found.lost, found.twice) == ([], [], []), logs
    assert (found.untrue, found.unnamed, found.audit) == ([], [], []), logs
    assert sum(found.states.values()) == len(played.staff.asked) >= SHORT.changes
    assert found.typed > 0


@pytest.mark.parametrize("number", [1, 255, 256, 1000])
def test_a_devices_line_tells_whose_change_it_is(number):
    first, second = markers.lines(number)
    assert marked(f" {first} ") == Marked(number=number, line=markers.FIRST, back=False)
    assert marked(f"no {second}") == Marked(number=number, line=markers.SECOND, back=True)
    assert marked("ntp server 10.254.0.11") is None


def test_what_is_killed_is_started_again_and_ends_with_the_body(tmp_path):
    program = Kept(words=("sleep", "60"), environment={}, log=tmp_path / "log")
    with init_system([program]):
        first = program.pid
        assert program.kill()
        assert within(20, lambda: program.pid != first)
    assert (program.killed, program.starts, program.process.poll() is None) == (1, 2, False)
