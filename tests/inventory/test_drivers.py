"""Each driver keeps the contract; NAPALM and Netmiko tell each fault."""

import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncssh
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.plugins import PluginBroken
from inventory.drivers import host_keys, napalm_sessions, registry
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyChanged,
    SessionLost,
    UnknownDriver,
    UnsupportedPlatform,
)
from inventory.drivers.linux import LinuxDriver
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.napalm_apis import NapalmDriver
from inventory.drivers.netmiko_cli import FrrDriver, NetmikoDriver
from lab import server
from lab.network import Fault
from tests.inventory.conftest import login_to
from tests.inventory.driver_contract import DriverContract, FakeDriver
from tests.inventory.linux_server import PASSWORD, LinuxServer


class TestNetmikoDriver(DriverContract):
    @pytest.fixture
    def driver(self):
        return NetmikoDriver()

    @pytest.fixture
    def login(self, lab):
        return login_to(lab.devices[0])


class TestNapalmDriver(DriverContract):
    @pytest.fixture
    def driver(self):
        return NapalmDriver()

    @pytest.fixture
    def login(self, lab):
        return login_to(lab.devices[0])


class TestLinuxDriver(DriverContract):
    @pytest.fixture
    def driver(self):
        return LinuxDriver()

    @pytest.fixture
    def login(self):
        with LinuxServer() as there:
            login = Login(
                hostname="?", address="127.0.0.1", port=there.port, username="root",
                platform="linux", password=PASSWORD, timeout=20.0,
            )  # fmt: skip
            name = LinuxDriver().collect(login).hostname
            yield Login(
                hostname=name, address="127.0.0.1", port=there.port, username="root",
                platform="linux", password=PASSWORD, timeout=20.0,
            )  # fmt: skip


class TestFakeDriver(DriverContract):
    @pytest.fixture
    def driver(self):
        return FakeDriver()

    @pytest.fixture
    def login(self):
        return Login(
            hostname="fake", address="127.0.0.1", platform="cisco_ios", username="x",
            password="right",
        )  # fmt: skip


def test_the_built_in_drivers_are_found_by_name():
    assert isinstance(registry.driver_for("frr"), FrrDriver)
    with pytest.raises(UnknownDriver, match="there are netmiko, napalm, frr, linux"):
        registry.driver_for("telepathy")


@pytest.fixture
def plugins(monkeypatch):
    registry.drivers.cache_clear()
    yield lambda *found: monkeypatch.setattr(registry, "load", lambda _group, _kind: found)
    registry.drivers.cache_clear()


def test_a_plugins_driver_stands_beside_the_built_in_ones(plugins):
    fake = FakeDriver()
    plugins(fake)
    assert registry.driver_for("fake") is fake


def test_a_plugin_does_not_replace_a_built_in_driver(plugins):
    class Impostor(FakeDriver):
        name = "netmiko"

    plugins(Impostor())
    with pytest.raises(PluginBroken, match="'netmiko', a name already taken"):
        registry.driver_for("netmiko")


def test_a_platform_without_commands_is_unsupported(lab):
    login = login_to(lab.devices[0], platform="linux")
    with pytest.raises(UnsupportedPlatform, match="Nobody told how linux"):
        NetmikoDriver().collect(login)


def test_a_devices_own_commands_go_before_its_platforms(lab):
    login = login_to(lab.devices[0], options={"commands": {"running": "show version"}})
    assert "Version 15.2" in NetmikoDriver().collect(login).running


def test_a_platform_that_napalm_has_no_driver_for_is_unsupported(lab):
    with pytest.raises(UnsupportedPlatform, match="NAPALM has no driver for frr"):
        NapalmDriver().collect(login_to(lab.devices[0], platform="frr"))


def test_napalm_reads_eos_over_eapi_with_facts_and_neighbours(lab):
    eos = lab.devices[1]
    login = login_to(eos, options={"transport": "http", "port": eos.eapi_port})
    collection = NapalmDriver().collect(login)
    assert collection.running.endswith("end\n")
    assert collection.startup.endswith("end\n")
    assert (collection.facts.model, collection.hostname) == ("LAB-EOS-48", eos.hostname)
    assert collection.neighbours[0].peer_name == lab.devices[0].hostname
    assert collection.host_key is None


@pytest.mark.parametrize(
    ("values", "error"),
    [({"password": "wrong"}, AuthenticationRefused), ({"port": 1}, DeviceUnreachable)],
)
def test_napalm_over_eapi_tells_what_failed(lab, values, error):
    eos = lab.devices[1]
    port = values.pop("port", eos.eapi_port)
    with pytest.raises(error):
        NapalmDriver().collect(login_to(eos, options={"transport": "http", "port": port}, **values))


def test_no_tls_where_tls_is_asked_is_unreachable(lab):
    eos = lab.devices[1]
    with pytest.raises(DeviceUnreachable, match="offers no TLS"):
        NapalmDriver().collect(login_to(eos, options={"port": eos.eapi_port}, timeout=0.5))


def test_napalm_reads_eos_over_ssh_too(lab):
    arguments = napalm_sessions.optional(
        login_to(lab.devices[1], key="x"), "eos", "ssh", {"known_hosts": "/k", "key": "/p"}
    )
    assert (arguments["transport"], arguments["alt_key_file"], arguments["key_file"]) == (
        "ssh", "/k", "/p",
    )  # fmt: skip


def test_a_wrong_enable_secret_is_refused_by_napalm(lab):
    with pytest.raises(AuthenticationRefused):
        NapalmDriver().collect(login_to(lab.devices[0], enable="wrong"))


def test_napalm_waits_no_longer_than_the_timeout(lab, monkeypatch):
    monkeypatch.setattr(server, "SLOW_SECONDS", 3.0)
    lab.set_fault(lab.devices[2], Fault.SLOW)
    with pytest.raises(DeviceTimeout):
        NapalmDriver().collect(login_to(lab.devices[2], timeout=1.0))


def test_a_host_that_shows_another_key_than_the_pinned_gets_no_login(lab):
    there = lab.devices[2]
    pinned = login_to(there, host_key=host_keys.fetch(login_to(there)))
    lab.set_fault(there, Fault.NEW_HOST_KEY)
    logins = there.logins
    for driver in (NetmikoDriver(), NapalmDriver()):
        with pytest.raises(HostKeyChanged):
            driver.collect(pinned)
    assert there.logins == logins


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeError("odd\nsecond line"), SessionLost),
        (RuntimeError(), SessionLost),
        (ConnectionResetError("gone"), DeviceUnreachable),
        (TimeoutError("timed out"), DeviceTimeout),
        (RuntimeError("Failed to enter enable mode."), AuthenticationRefused),
    ],
)
def test_what_napalms_libraries_raise_becomes_one_of_ours(lab, error, kind):
    assert type(napalm_sessions._error(login_to(lab.devices[0]), error)) is kind


def test_a_listener_that_speaks_no_ssh_is_unreachable(lab):
    eos = lab.devices[1]
    with pytest.raises(DeviceUnreachable, match="key exchange"):
        host_keys.fetch(login_to(eos, port=eos.eapi_port, timeout=0.5))


def test_a_fingerprint_reads_as_openssh_prints_it():
    key = PublicKey(algorithm="ssh-ed25519", public_key="AAAA")
    assert host_keys.fingerprint(key) == "SHA256:cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw"


def test_a_pinned_key_of_another_kind_gets_no_login(lab):
    there = lab.devices[2]
    rsa = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode().split()[1]
    logins = there.logins
    with pytest.raises(HostKeyChanged, match="nothing was sent to it"):
        NetmikoDriver().collect(
            login_to(there, host_key=PublicKey(algorithm="ssh-rsa", public_key=rsa))
        )
    assert there.logins == logins


def test_a_pinned_device_that_is_gone_is_unreachable(lab):
    key = host_keys.fetch(login_to(lab.devices[2]))
    with pytest.raises(DeviceUnreachable, match="Check the address, the port and the route"):
        NetmikoDriver().collect(login_to(lab.devices[2], port=1, host_key=key))


@pytest.fixture
def web_interface(tmp_path):
    """A TLS listener with a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sw1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "both.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        for _ in range(2):
            plain, _address = listener.accept()
            with suppress(OSError), plain, context.wrap_socket(plain, server_side=True):
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join()
    listener.close()


def test_a_web_interface_is_held_to_its_certificate(web_interface):
    login = Login(hostname="sw1", address="127.0.0.1", platform="arista_eos", username="x")
    found = host_keys.verified_certificate(login, port=web_interface)
    assert found.algorithm == "x509"
    other = replace(login, host_key=PublicKey(algorithm="x509", public_key="AAAA"))
    with pytest.raises(HostKeyChanged):
        host_keys.verified_certificate(other, port=web_interface)
