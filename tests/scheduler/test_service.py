"""Services start in order, stop in reverse, and end whatever happens in between."""

import pytest

from scheduler.service import ClockService, running


class Noted:
    def __init__(self, name, seen, *, fails=False):
        self.name, self.seen, self.fails, self.alive = name, seen, fails, False

    def start(self):
        if self.fails:
            raise RuntimeError(self.name)
        self.alive = True
        self.seen.append(f"{self.name} starts")

    def stop(self):
        self.alive = False
        self.seen.append(f"{self.name} stops")


def test_services_stop_in_reverse_order():
    seen = []
    with running([Noted("a", seen), Noted("b", seen)]):
        seen.append("work")
    assert seen == ["a starts", "b starts", "work", "b stops", "a stops"]


def test_a_service_that_cannot_start_stops_those_that_did():
    seen = []
    with (
        pytest.raises(RuntimeError, match="b"),
        running([Noted("a", seen), Noted("b", seen, fails=True), Noted("c", seen)]),
    ):
        raise AssertionError
    assert seen == ["a starts", "a stops"]


def test_the_clock_is_alive_between_start_and_stop(runtime):
    service = ClockService(runtime)
    assert not service.alive
    service.stop()
    service.start()
    assert service.alive
    service.stop()
    assert not service.alive
