"""From a message to the finding: on a simulated device, and on a real router within seconds."""

import asyncio
import socket
import time

import asyncssh
import pytest

from operations.models import Event
from scheduler.service import WorkerService
from tests.changes.conftest import ALL, house, network, staffed
from tests.changes.test_real_loop import enrol
from tests.real_devices import real_lab
from tests.scheduler.running import wait_for
from tests.scheduler.syslog_running import listening, send_tcp, send_udp

__all__ = ["house", "network", "real_lab"]

CONFIGURED = {
    "cisco_ios": b"<189>45: *Nov 25 12:00:00: %SYS-5-CONFIG_I: Configured from console by eve "
    b"on vty0 (10.0.0.9)",
    "frr": b"<30>Nov 25 12:00:00 r1 watchfrr[12]: [ABCDE-12345] configuration write completed "
    b"with exit code 0",
}
WITHIN = 10.0  # seconds from the message to the finding


def found(house, hostname):
    """The open finding of a device, if there is one by now."""
    try:
        finding = house.finding(hostname)
    except StopIteration:
        return None
    return finding if finding.state == "open" else None


def events(house):
    with house.acting(ALL) as ctx:
        return [(one.kind, one.state) for one in ctx.session.query(Event).order_by(Event.id)]


def facing(router):
    """This machine's address on the way to a router."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((router.address, 9))
        return probe.getsockname()[0]


async def say(router, stream, *, to):
    """Send a stream from the router's own address: its SSH server opens the connection."""
    async with asyncssh.connect(
        router.address, router.port, username=router.username, config=None, agent_path=None,
        client_keys=[asyncssh.import_private_key(router.key)],
        known_hosts=([asyncssh.import_public_key(router.host_key)], [], []),
    ) as connection:  # fmt: skip
        _, writer = await connection.open_connection(*to, encoding=None)
        writer.write(stream)
        writer.write_eof()
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
def working(house):
    """A worker and a listener beside the lab and its organization."""
    worker = WorkerService(house.runtime)
    worker.start()
    with listening(house.runtime, syslog_settle_seconds=0.5) as service:
        yield service
    worker.stop()


@pytest.mark.slow
@pytest.mark.parametrize("send", [send_udp, send_tcp])
def test_a_change_at_a_devices_console_is_found_and_tells_who_made_it(house, working, send):
    device = next(one for one in house.lab.devices if one.platform == "cisco_ios")
    house.lab.apply(device, ["interface Loopback0", " description changed by eve"])
    send(working, CONFIGURED["cisco_ios"] + b"\n", source=device.address)
    wait_for(lambda: found(house, device.hostname), seconds=WITHIN)
    finding = found(house, device.hostname)
    assert finding.verdict == "unauthorised"
    assert "eve from 10.0.0.9 on vty0 (syslog over " in finding.verdict_reason
    assert events(house) == [("configuration_changed", "open"), ("drift", "open")]


@pytest.mark.slow
def test_a_report_without_a_change_ends_with_the_device_in_sync(house, working):
    device = next(one for one in house.lab.devices if one.platform == "cisco_ios")
    send_udp(working, CONFIGURED["cisco_ios"], source=device.address)
    wait_for(lambda: events(house) == [("configuration_changed", "closed")], seconds=WITHIN)
    assert found(house, device.hostname) is None


@pytest.mark.real
@pytest.mark.slow
def test_a_line_typed_on_a_real_router_is_found_within_ten_seconds(runtime, real_lab, tmp_path):
    router, key = real_lab[1], tmp_path / "login.key"
    key.touch(mode=0o600)
    key.write_text(router.key)
    house = staffed(runtime, None)
    enrol(house, router, key_ref=f"file:{key}")
    house.approve_what_runs()
    worker = WorkerService(house.runtime)
    worker.start()
    here = facing(router)
    with listening(house.runtime, syslog_host=here) as service:
        router.type_lines(["interface lo", "description changed by somebody"])
        try:
            begun = time.monotonic()
            asyncio.run(say(router, CONFIGURED["frr"] + b"\n", to=(here, service.ports["tcp"])))
            wait_for(lambda: found(house, router.hostname), seconds=WITHIN)
            assert time.monotonic() - begun < WITHIN
        finally:
            router.type_lines(["interface lo", "no description"])
    worker.stop()
    assert found(house, router.hostname).verdict == "unauthorised"
