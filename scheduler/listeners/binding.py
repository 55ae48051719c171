"""The sockets of the syslog listener and its TLS, or why there can be none. Reads no message."""

import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from core.errors import SettingsError, TrimtabError
from core.settings import Settings

BUFFER = 4 << 20  # bytes that the kernel keeps of a burst of datagrams, where it allows so many
WAITING = 128  # connections


class SyslogCannotListen(TrimtabError):
    """The address or a port of the syslog listener cannot be used."""

    code = "cannot_listen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The listening sockets; None where the transport has no port."""

    udp: socket.socket | None
    tcp: socket.socket | None
    tls: socket.socket | None
    tls_context: ssl.SSLContext | None

    @property
    def ports(self) -> dict[str, int]:
        """Port by transport."""
        found = {"udp": self.udp, "tcp": self.tcp, "tls": self.tls}
        return {name: one.getsockname()[1] for name, one in found.items() if one is not None}

    def close(self) -> None:
        for one in (self.udp, self.tcp, self.tls):
            if one is not None:
                one.close()


def wanted(settings: Settings) -> bool:
    """Whether any port of the listener is set."""
    ports = (settings.syslog_udp_port, settings.syslog_tcp_port, settings.syslog_tls_port)
    return any(port is not None for port in ports)


def bind(settings: Settings) -> Bound:
    """Bind every port that is set; all of them, or none and SyslogCannotListen."""
    host, context = settings.syslog_host, _tls(settings)
    with ExitStack() as opened:

        def one(name: str, port: int | None, make: Callable[[str, int], socket.socket],
                ) -> socket.socket | None:  # fmt: skip
            if port is None:
                return None
            try:
                return opened.enter_context(make(host, port))
            except OSError as error:
                raise _cannot(name, host, port, error) from error

        bound = Bound(
            udp=one("udp", settings.syslog_udp_port, _datagrams),
            tcp=one("tcp", settings.syslog_tcp_port, _stream),
            tls=one("tls", settings.syslog_tls_port, _stream), tls_context=context,
        )  # fmt: skip
        opened.pop_all()
        return bound


def _cannot(name: str, host: str, port: int, error: OSError) -> SyslogCannotListen:
    why = (error.strerror or str(error)).partition(" (while")[0]
    return SyslogCannotListen(
        f"Syslog over {name.upper()} cannot listen on port {port} of {host}: {why}. Ports below "
        f"1024 need a right of their own; choose another with TRIMTAB_SYSLOG_{name.upper()}_PORT.",
        host=host, port=port,
    )  # fmt: skip


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _datagrams(host: str, port: int) -> socket.socket:
    made = socket.socket(_family(host), socket.SOCK_DGRAM)
    try:
        with suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


def _stream(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=_family(host), backlog=WAITING)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.syslog_tls_port is None:
        return None
    if settings.syslog_tls_cert is None or settings.syslog_tls_key is None:
        raise SettingsError(
            "Syslog over TLS needs a certificate: set TRIMTAB_SYSLOG_TLS_CERT and "
            "TRIMTAB_SYSLOG_TLS_KEY, or no TRIMTAB_SYSLOG_TLS_PORT."
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.syslog_tls_cert, settings.syslog_tls_key)
        if settings.syslog_tls_ca is not None:
            context.load_verify_locations(settings.syslog_tls_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(
            "The certificate of syslog over TLS cannot be used "
            f"({error.strerror or error}). Look at TRIMTAB_SYSLOG_TLS_CERT, _KEY and _CA."
        ) from error
    return context
