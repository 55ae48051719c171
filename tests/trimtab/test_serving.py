"""Serving: several parts in one process, until a signal."""

import os
import signal
import socket
import threading

import pytest

from core.settings import Settings
from trimtab.listening import CannotListen, listen
from trimtab.serving import ServiceEnded, serve


class Part:
    name = "part"

    def __init__(self):
        self.alive = False

    def start(self):
        self.alive = True

    def stop(self):
        self.alive = False


@pytest.fixture
def part():
    return Part()


def soon(act):
    threading.Timer(0.3, act).start()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_parts_in_order(part, number):
    before = signal.getsignal(number)
    seen = []
    soon(lambda: os.kill(os.getpid(), number))
    serve([part], ready=lambda: seen.append(part.alive))
    assert (seen, part.alive) == ([True], False)
    assert signal.getsignal(number) is before


def test_a_part_that_ends_by_itself_ends_the_whole(part):
    other = Part()
    soon(part.stop)
    with pytest.raises(ServiceEnded, match="part ended by itself"):
        serve([other, part])
    assert not other.alive


def test_a_port_in_use_is_named_with_its_setting(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"Port {port} .*TRIMTAB_API_PORT"):
            listen(Settings(home=tmp_path, api_port=port))


def test_an_address_that_is_not_ours_is_named_with_its_setting(tmp_path):
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1.*TRIMTAB_API_HOST"):
        listen(Settings(home=tmp_path, api_host="192.0.2.1", api_port=0))


def test_the_loopback_of_ipv6_can_be_listened_on(tmp_path):
    with listen(Settings(home=tmp_path, api_host="::1", api_port=0)) as listening:
        assert listening.family == socket.AF_INET6


@pytest.fixture
def ended_when_ready():
    """Sends SIGTERM to this process once somebody minds it."""
    before, over = signal.getsignal(signal.SIGTERM), threading.Event()

    def end():
        while signal.getsignal(signal.SIGTERM) is before:
            if over.wait(0.02):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=end)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("ended_when_ready")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("serve", "Trimtab serves at http://127.0.0.1:"),
        ("api", "Trimtab serves at http://127.0.0.1:"),
        ("scheduler", "The scheduler runs.\n"),
        ("worker --queue changes", "The worker runs changes.\n"),
    ],
)
def test_each_part_tells_that_it_runs_and_ends_at_a_signal(line, monkeypatch, command, said):
    monkeypatch.setenv("TRIMTAB_API_PORT", "0")
    done = line(command)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(said)
