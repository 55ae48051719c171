"""The syslog listener over real sockets: from a message to the job, the event and the counts."""

import socket
import ssl
import time
from contextlib import ExitStack, suppress
from ipaddress import ip_network

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError

from core.errors import SettingsError
from core.runtime import Runtime
from operations.models import Event
from operations.syslog.counts import kept
from scheduler.listeners.binding import SyslogCannotListen, bind, wanted
from scheduler.listeners.service import SyslogService
from tests.factories import make_device
from tests.scheduler.running import context, jobs, wait_for
from tests.scheduler.syslog_running import (
    CONFIGURED,
    certificate,
    listening,
    send_tcp,
    send_tls,
    send_udp,
    trusting,
)

DOWN = b"<187>45: %%LINK-3-UPDOWN: Interface Gi0/%d, changed state to down"


@pytest.fixture
def device_id(runtime):
    with context(runtime) as ctx:
        return make_device(ctx, hostname="r1", address="127.0.0.5").id


@pytest.fixture
def listener(runtime, device_id):  # noqa: ARG001 - the device is there before the listener
    with listening(runtime) as service:
        yield service


def scans(runtime):
    return [args["device_ids"] for task, _, _, args in jobs(runtime) if task == "drift.scan"]


def events(runtime, kind="syslog"):
    with context(runtime) as ctx:
        rows = select(Event).where(Event.kind == kind).order_by(Event.id)
        return [(one.title, one.count, one.severity) for one in ctx.session.scalars(rows)]


def test_a_datagram_makes_a_job_of_its_senders_device(runtime, listener, device_id):
    send_udp(listener, CONFIGURED, source="127.0.0.5")
    wait_for(lambda: scans(runtime) == [[device_id]])


@pytest.mark.parametrize("stream", [CONFIGURED + b"\n", b"%d %s" % (len(CONFIGURED), CONFIGURED),
                                    CONFIGURED])  # fmt: skip
def test_a_stream_makes_a_job_however_it_is_framed(runtime, listener, device_id, stream):
    send_tcp(listener, stream, source="127.0.0.5")
    wait_for(lambda: scans(runtime) == [[device_id]])


def test_a_burst_makes_one_job(runtime, listener, device_id):
    for _ in range(50):
        send_udp(listener, CONFIGURED, source="127.0.0.5")
    wait_for(lambda: listener.counts.changed == 50)
    wait_for(lambda: not listener._intake.changes)
    assert scans(runtime) == [[device_id]]


def test_over_tls_a_message_is_heard_as_over_tcp(runtime, device_id, tmp_path):
    cert, key = certificate(tmp_path)
    tls = {"syslog_tls_port": 0, "syslog_tls_cert": cert, "syslog_tls_key": key}
    with listening(runtime, **tls) as listener:
        framed = b"%d %s" % (len(CONFIGURED), CONFIGURED)
        send_tls(listener, framed, context=trusting(cert), source="127.0.0.5")
        wait_for(lambda: scans(runtime) == [[device_id]])
    assert events(runtime, "configuration_changed") == [
        ("r1 reports a change of its configuration", 1, "info")
    ]


def test_with_authorities_a_sender_without_a_certificate_is_not_heard(runtime, tmp_path):
    cert, key = certificate(tmp_path)
    tls = {"syslog_tls_port": 0, "syslog_tls_cert": cert, "syslog_tls_key": key,
           "syslog_tls_ca": cert}  # fmt: skip
    with listening(runtime, **tls) as listener:
        where = ("127.0.0.1", listener.ports["tls"])
        with (
            socket.create_connection(where) as plain,
            trusting(cert).wrap_socket(plain, server_hostname="127.0.0.1") as sender,
            suppress(ssl.SSLError, ConnectionError),
        ):
            sender.sendall(b"<13>from a stranger\n")
            sender.recv(1)
        known = trusting(cert)
        known.load_cert_chain(cert, key)
        send_tls(listener, b"no priority\n", context=known)
        wait_for(lambda: (listener.counts.received, listener.counts.unparsed) == (1, 1))


def test_behind_a_relay_the_message_names_the_device(runtime, device_id):
    named = CONFIGURED.replace(b"45: ", b"45: r1: ")
    with listening(runtime, syslog_relays=(ip_network("127.0.0.8/32"),)) as listener:
        send_udp(listener, named, source="127.0.0.7")
        wait_for(lambda: listener.counts.received == 1)
        send_udp(listener, named, source="127.0.0.8")
        wait_for(lambda: scans(runtime) == [[device_id]])
    assert listener.counts.unknown == {"127.0.0.7": 1}


def test_a_storm_of_errors_is_one_event_with_its_count(runtime, listener):
    send_tcp(listener, b"\n".join(DOWN % port for port in range(2000)), source="127.0.0.5")
    wait_for(lambda: listener.counts.errors == 2000)
    listener.stop()
    assert events(runtime) == [
        ("r1: LINK-3-UPDOWN: Interface #, changed state to down", 2000, "major")
    ]


def test_a_device_in_maintenance_is_silent_at_once(runtime, listener, device_id):
    with context(runtime) as ctx:
        ctx.session.execute(text("UPDATE device SET state = 'maintenance'"))
    send_udp(listener, CONFIGURED, source="127.0.0.5")
    wait_for(lambda: listener.counts.silenced == 1)
    assert (device_id > 0, scans(runtime)) == (True, [])


def test_a_device_that_is_added_is_known_soon(runtime, listener):
    with context(runtime) as ctx:
        added = make_device(ctx, hostname="r2", address="127.0.0.6").id
    listener._directory.refresh()
    send_udp(listener, CONFIGURED, source="127.0.0.6")
    wait_for(lambda: scans(runtime) == [[added]])


def test_a_device_is_known_by_what_its_name_resolves_to(runtime):
    with context(runtime) as ctx:
        named = make_device(ctx, hostname="r3", address="localhost").id
    with listening(runtime) as listener:
        wait_for(lambda: "127.0.0.1" in listener._directory.current.by_address)
        send_udp(listener, CONFIGURED)
        wait_for(lambda: scans(runtime) == [[named]])


def test_what_is_no_message_ends_nothing(runtime, listener, device_id):
    for raw in (b"", b"\0" * 100, b"<" * 9000, bytes(range(256)), b"99999 x"):
        send_udp(listener, raw, source="127.0.0.5")
        send_tcp(listener, raw, source="127.0.0.5")
    send_udp(listener, CONFIGURED, source="127.0.0.5")
    wait_for(lambda: scans(runtime) == [[device_id]])
    assert listener.alive


def test_what_was_heard_is_kept_for_others_to_see(runtime, listener):
    send_udp(listener, b"hello", source="127.0.0.9")
    wait_for(lambda: listener.counts.received == 1)
    listener.stop()
    counts = kept(runtime.settings.home)
    assert (counts.received, counts.unparsed, counts.unknown) == (1, 1, {"127.0.0.9": 1})
    assert counts.listening == ()


def test_a_message_waits_for_a_database_that_is_away(runtime, device_id):
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with listening(runtime) as listener:
        here, listener._runtime.engine = listener._runtime.engine, away
        send_udp(listener, CONFIGURED, source="127.0.0.5")
        wait_for(lambda: listener.counts.changed == 1)
        time.sleep(0.5)
        assert scans(runtime) == []
        listener._runtime.engine = here
        wait_for(lambda: scans(runtime) == [[device_id]])
    away.dispose()


def test_one_sender_gets_a_few_connections_only(listener):
    where = ("127.0.0.1", listener.ports["tcp"])
    with ExitStack() as held:
        opened = [
            held.enter_context(socket.create_connection(where, 5, source_address=("127.0.0.5", 0)))
            for _ in range(25)
        ]
        assert opened[-1].recv(1) == b""
        assert len(listener._receiver._writers) == 20
        send_tcp(listener, CONFIGURED + b"\n", source="127.0.0.6")
        wait_for(lambda: listener.counts.received == 1)


def test_a_port_that_is_taken_is_told_with_its_setting(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        update = {"syslog_host": "127.0.0.1", "syslog_tcp_port": taken.getsockname()[1]}
        with pytest.raises(SyslogCannotListen, match="TRIMTAB_SYSLOG_TCP_PORT"):
            bind(settings.model_copy(update={"syslog_udp_port": 0} | update))


@pytest.mark.parametrize(("name", "why"), [(None, "needs a certificate"), ("none", "cannot be")])
def test_tls_without_a_usable_certificate_is_refused(settings, tmp_path, name, why):
    file = tmp_path / name if name else None
    update = {"syslog_tls_port": 0, "syslog_tls_cert": file, "syslog_tls_key": file}
    with pytest.raises(SettingsError, match=why):
        bind(settings.model_copy(update=update))


def test_without_a_port_nothing_listens(settings):
    assert not wanted(settings)
    assert wanted(settings.model_copy(update={"syslog_tls_port": 6514}))


def test_a_listener_that_cannot_read_the_devices_keeps_no_port(runtime):
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {"syslog_host": "127.0.0.1", "syslog_udp_port": port}
    broken = Runtime(
        settings=runtime.settings.model_copy(update=chosen), engine=away,
        authority=runtime.authority,
    )  # fmt: skip
    with pytest.raises(OperationalError, match="refused"):
        SyslogService(broken).start()
    bind(broken.settings).close()
    away.dispose()
