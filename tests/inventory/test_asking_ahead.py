"""Everything asked at once brings what is asked one thing after another, whatever goes wrong."""

import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from inventory.drivers import conversation
from inventory.drivers.errors import DeviceTimeout, SessionLost
from inventory.platforms import Commands, platform_of
from lab import server
from lab.network import Fault, Lab
from lab.server import Terminal
from tests.inventory.conftest import login_to

PLATFORMS = ("cisco_ios", "arista_eos", "cisco_nxos", "cisco_xr")
ENABLE = "needs-enable"
KINDS = (*PLATFORMS, ENABLE)


@pytest.fixture(scope="module")
def running_lab():
    with Lab(devices=4, platforms=("cisco_nxos", "cisco_xr")) as lab:
        yield lab


@pytest.fixture
def there(lab, kind):
    """A device of each platform; an IOS device whose login is not privileged is one more kind."""
    wanted = "cisco_ios" if kind == ENABLE else kind
    return next(
        one for one in lab.devices
        if one.platform == wanted and (one.enable_secret is not None) == (kind == ENABLE)
    )  # fmt: skip


@pytest.fixture
def typed(monkeypatch):
    """The lines that arrived, by what came in one piece."""
    seen = []
    received = Terminal.data_received

    def counted(self, data, datatype):
        seen.append(data.splitlines())
        received(self, data, datatype)

    monkeypatch.setattr(Terminal, "data_received", counted)
    return seen


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """The usual ones in their order, each shorter."""
    monkeypatch.setattr(conversation, "QUIET", 0.05)
    monkeypatch.setattr(server, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(conversation, "LOST_SECONDS", 0.25)


def commands(platform):
    return [one for one in map(platform.commands.of, Commands.names()) if one]


def answers(device, *, ahead, **login):
    """Each command's answer without the lines that change by themselves."""
    platform = replace(platform_of(device.platform), reads_ahead=ahead)
    with conversation.opened(login_to(device, **login), platform) as session:
        told = session.ask(commands(platform))
    return [
        [line for line in one.splitlines() if not any(p.match(line) for p in platform.volatile)]
        for one in told
    ]


@contextmanager
def faulty(device, *faults):
    device.faults.update(faults)
    yield
    device.faults.difference_update(faults)


@pytest.mark.parametrize("kind", KINDS)
def test_the_platform_is_asked_everything_at_once(there, typed):
    platform = platform_of(there.platform)
    answers(there, ahead=platform.reads_ahead)
    first = next(one for one in typed if commands(platform)[0] in one)
    assert first[-len(commands(platform)) :] == commands(platform)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "faults",
    [
        (), (Fault.SLOW,), (Fault.CUT_OFF,), (Fault.FAKE_PROMPT,), (Fault.ESCAPES,),
        (Fault.HASTY_ECHO,), (Fault.HASTY_ECHO, Fault.FAKE_PROMPT), (Fault.FORGETFUL,),
        (Fault.FORGETFUL, Fault.FAKE_PROMPT), (Fault.SLOW, Fault.FAKE_PROMPT),
        (Fault.SLOW, Fault.HASTY_ECHO),
    ],
    ids="+".join,
)  # fmt: skip
def test_the_answers_are_those_of_one_question_after_another(there, faults):
    plain = {Fault.CUT_OFF, Fault.FAKE_PROMPT, Fault.ESCAPES} & set(faults)
    with faulty(there, *plain):
        one_by_one = answers(there, ahead=False)
    with faulty(there, *faults):
        assert answers(there, ahead=True) == one_by_one


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_that_drops_is_lost_as_it_is_otherwise(there):
    with faulty(there, Fault.DROP), pytest.raises(SessionLost):
        answers(there, ahead=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pager_that_cannot_be_turned_off_is_told_as_silence(there):
    with faulty(there, Fault.PAGER), pytest.raises(DeviceTimeout, match="did not finish"):
        answers(there, ahead=True, timeout=0.5)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_a_device_far_away_is_asked_in_one_round_trip(kind):
    with Lab(devices=4, platforms=("cisco_nxos", "cisco_xr"), round_trip=0.15) as lab:
        device = next(
            one for one in lab.devices if one.platform == kind and one.enable_secret is None
        )
        spans = []
        for ahead in (False, True):
            begun = time.monotonic()
            answers(device, ahead=ahead)
            spans.append(time.monotonic() - begun)
    fewer = len(commands(platform_of(kind))) - 1
    assert spans[0] - spans[1] > 0.15 * (fewer - 1.5)
