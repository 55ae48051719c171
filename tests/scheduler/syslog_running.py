"""A listener on free ports of this machine, and senders for it."""

import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.runtime import Runtime
from scheduler.listeners.service import SyslogService

CONFIGURED = b"<189>45: *Nov 25 12:00:00: %SYS-5-CONFIG_I: Configured from console by admin on vty0"
PORTS = {"syslog_host": "127.0.0.1", "syslog_udp_port": 0, "syslog_tcp_port": 0}


@contextmanager
def listening(runtime, **settings):
    """A running listener on this runtime's database."""
    chosen = runtime.settings.model_copy(update=PORTS | settings)
    service = SyslogService(
        Runtime(
            settings=chosen, engine=runtime.engine, authority=runtime.authority, now=runtime.now
        )
    )
    service.start()
    try:
        yield service
    finally:
        service.stop()
    assert not service.alive


def send_udp(service, raw, *, source="127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        sender.sendto(raw, ("127.0.0.1", service.ports["udp"]))


def send_tcp(service, stream, *, source="127.0.0.1"):
    where = ("127.0.0.1", service.ports["tcp"])
    with socket.create_connection(where, source_address=(source, 0)) as sender:
        sender.sendall(stream)


def send_tls(service, stream, *, context, source="127.0.0.1"):
    where = ("127.0.0.1", service.ports["tls"])
    with (
        socket.create_connection(where, source_address=(source, 0)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as sender,
    ):
        sender.sendall(stream)


def certificate(folder):
    """A self-signed certificate for 127.0.0.1: its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    return cert, secret


def trusting(cert):
    return ssl.create_default_context(cafile=str(cert))
