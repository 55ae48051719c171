"""Serving: several parts in one process, until a signal."""

import os
import signal
import socket
import threading

import pytest

from core.settings import Settings
from trimtab.serving import CannotListen, ServiceEnded, listen, serve


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
