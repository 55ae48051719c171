"""Many sessions at a time: each device is told of once, a failing one ends no other's session."""

from dataclasses import dataclass, field
from threading import Event, Lock
from time import sleep
from typing import ClassVar

import pytest

from core.secrets import SecretUnavailable
from inventory.collecting.room import LARGE, PLACES
from inventory.collecting.sessions import read_all
from inventory.collecting.throttle import Throttle, Wanted
from inventory.drivers.errors import DeviceUnreachable
from inventory.drivers.login import Login
from inventory.drivers.protocol import Collection, Facts


@dataclass
class Counting:
    """A driver that answers at once, fails where told, and counts what goes on at a time."""

    name: ClassVar[str] = "counting"
    errors: dict[str, Exception] = field(default_factory=dict)
    seconds: float = 0.0
    running: int = 0
    most: int = 0
    asked: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def supports(self, _platform, _options):
        return True

    def collect(self, login):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.asked.append(login.hostname)
        sleep(self.seconds)
        with self.lock:
            self.running -= 1
        if login.hostname in self.errors:
            raise self.errors[login.hostname]
        return Collection(
            running=f"hostname {login.hostname}\n", startup=None, facts=Facts(), neighbours=(),
            hostname=login.hostname, host_key=None,
        )  # fmt: skip


def login(wanted):
    return Login(
        hostname=f"d{wanted.device_id}", address="127.0.0.1", platform="cisco_ios",
        username="admin", driver="counting",
    )  # fmt: skip


def throttle(count, *, limit=100, site="s"):
    made = Throttle(limit)
    made.add([Wanted(device_id=number, site=site) for number in range(count)])
    return made


def read(made, driver, *, threads=8, logins=login, stopping=None):
    told = read_all(
        made, logins=logins, driver=lambda _: driver, threads=threads, stopping=stopping
    )
    return [one for together in told for one in together]


def test_every_device_is_told_of_once():
    readings = read(throttle(50), Counting())
    assert sorted(one.wanted.device_id for one in readings) == list(range(50))


@pytest.mark.parametrize(("limit", "threads", "most"), [(3, 8, 3), (100, 4, 4)])
def test_no_more_sessions_go_on_than_site_and_threads_bear(limit, threads, most):
    driver = Counting(seconds=0.01)
    read(throttle(30, limit=limit), driver, threads=threads)
    assert driver.most == most


def test_a_device_that_fails_is_a_reading_with_its_error():
    away = DeviceUnreachable("d1 is away.")
    readings = read(throttle(3), Counting(errors={"d1": away}))
    told = {one.wanted.device_id: (one.error, one.unreachable) for one in readings}
    assert told == {0: (None, False), 1: (away, True), 2: (None, False)}


def test_a_defect_met_at_one_device_ends_no_other_session():
    readings = read(throttle(3), Counting(errors={"d0": ZeroDivisionError()}))
    assert sum(one.collection is not None for one in readings) == 2


def test_a_login_that_cannot_be_known_is_the_outcome_of_that_device():
    def logins(wanted):
        if wanted.device_id == 1:
            raise SecretUnavailable("no secret")
        return login(wanted)

    readings = read(throttle(2), Counting(), logins=logins)
    assert sorted(str(one.error) for one in readings) == ["None", "no secret"]


@dataclass
class Stopping(Counting):
    """Wants all to stop with its third session: whoever asks may be slow to say so."""

    stopping: Event = field(default_factory=Event)

    def collect(self, login):
        if len(self.asked) >= 2:
            self.stopping.set()
        return super().collect(login)


def test_no_session_begins_once_all_is_to_stop():
    driver = Stopping()
    list(
        read_all(
            throttle(100), logins=login, driver=lambda _: driver, threads=2,
            stopping=driver.stopping,
        )
    )  # fmt: skip
    assert len(driver.asked) < 10


def test_the_rest_of_a_site_that_cannot_be_reached_is_not_asked():
    driver = Counting(errors={f"d{n}": DeviceUnreachable("away") for n in range(100)})
    made = throttle(100)
    read(made, driver, threads=1)
    assert len(driver.asked) == 50
    assert len(made.cut["s"]) == 50


def test_sessions_end_when_nobody_listens_any_more():
    driver = Counting()
    reading = read_all(throttle(2000), logins=login, driver=lambda _: driver, threads=8)
    next(reading)
    reading.close()
    assert len(driver.asked) < 2000


def test_sessions_go_on_while_the_caller_keeps_what_it_was_told():
    driver = Counting()
    reading = read_all(throttle(100), logins=login, driver=lambda _: driver, threads=4)
    first = next(reading)
    sleep(0.3)
    assert len(driver.asked) == 100
    assert sum(map(len, (first, *reading))) == 100


def test_a_device_may_be_asked_again_before_all_is_over():
    driver, made = Counting(), throttle(3)
    asked = 0
    for together in read_all(made, logins=login, driver=lambda _: driver, threads=4):
        asked += len(together)
        made.add([one.wanted for one in together if driver.asked.count("d1") < 2])
    assert driver.asked.count("d1") == 2
    assert asked == len(driver.asked)


@dataclass
class Wordy(Counting):
    """A driver whose devices show large texts; counts those that are held at a time."""

    held: int = 0
    most_held: int = 0

    def collect(self, login):
        assert login.admit(LARGE) == 0.0
        login.admit(LARGE + 1)
        with self.lock:
            self.held += 1
            self.most_held = max(self.most_held, self.held)
        if login.hostname in self.errors:
            with self.lock:
                self.held -= 1
        return super().collect(login)


def test_no_more_large_texts_are_held_than_there_is_room_for():
    driver, kept = Wordy(errors={"d3": DeviceUnreachable("gone")}), 0
    for together in read_all(throttle(12), logins=login, driver=lambda _: driver, threads=8):
        kept += len(together)
        with driver.lock:
            driver.held -= sum(one.collection is not None for one in together)
    assert (kept, driver.most_held) == (12, PLACES)


def test_who_waits_for_room_is_let_go_when_nobody_listens_any_more():
    driver = Wordy()
    reading = read_all(throttle(12), logins=login, driver=lambda _: driver, threads=8)
    next(reading)
    reading.close()
    assert len(driver.asked) < 12
