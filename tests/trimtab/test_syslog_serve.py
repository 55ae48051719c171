"""`trimtab serve` and `trimtab syslog` as processes that listen where a port is set."""

import signal
import socket

import pytest

from operations.syslog.counts import kept
from tests.trimtab.test_serve import installation, wait_for

__all__ = ["installation"]


def heard(home):
    counts = kept(home)
    return (counts.received, counts.unknown) if counts else None


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "syslog"])
def test_it_hears_datagrams_and_ends_with_the_rest(installation, command):
    told = {"TRIMTAB_SYSLOG_UDP_PORT": "0", "TRIMTAB_SYSLOG_HOST": "127.0.0.1"}
    installation.environment.update(told)
    (installation.home / "syslog.json").unlink(missing_ok=True)
    with installation.start(command, "--json") as process:
        process.stdout.readline()
        wait_for(lambda: heard(installation.home))
        port = int(kept(installation.home).listening[0].partition(" ")[2])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<13>hello", ("127.0.0.1", port))
        wait_for(lambda: heard(installation.home) == (1, {"127.0.0.1": 1}))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert kept(installation.home).listening == ()
