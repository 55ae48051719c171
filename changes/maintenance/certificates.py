"""How long the certificates of TLS servers are valid. Shakes hands only; trusts none of them."""

import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from changes.maintenance.options import Certificates
from changes.maintenance.seen import About, Outcome, Seen
from core.counting import counted

THREADS = 16
NOBODYS = (OSError, ValueError)  # sockets and TLS; a certificate that is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a certificate is shown, and the device whose it is, if it is one's."""

    host: str
    port: int
    about: About | None = None

    @property
    def name(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoints(options: Certificates, devices: Sequence[About]) -> list[Endpoint]:
    """The named ones, then those of the devices."""
    found = [_read(one) for one in options.endpoints]
    if options.device_port is not None:
        found += [
            Endpoint(host=one.address, port=options.device_port, about=one) for one in devices
        ]
    return found


def _read(told: str) -> Endpoint:
    host, _, port = told.rpartition(":")
    return Endpoint(host=host.removeprefix("[").removesuffix("]"), port=int(port))


def look(
    asked: Sequence[Endpoint], options: Certificates, *,
    now: Callable[[], datetime], seconds: float,
) -> list[Seen]:  # fmt: skip
    """What each of them shows; one that does not answer within the seconds is a failure."""

    def one(place: Endpoint) -> Seen:
        try:
            shown = certificate(place, seconds=seconds)
        except NOBODYS as error:
            return _seen(place, "failed", f"It shows no certificate: {error or 'no answer'}.")
        return _judged(place, shown, options, now())

    with ThreadPoolExecutor(THREADS, thread_name_prefix="certificate") as pool:
        return list(pool.map(one, asked))


def certificate(place: Endpoint, *, seconds: float) -> x509.Certificate:
    """The server's certificate, or OSError or ValueError. One that is out of date is wanted too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((place.host, place.port), timeout=seconds) as raw,
        context.wrap_socket(raw, server_hostname=place.host) as wrapped,
    ):
        shown = wrapped.getpeercert(binary_form=True)
    if shown is None:
        raise ValueError("the server shows none")
    return x509.load_der_x509_certificate(shown)


def _judged(place: Endpoint, shown: x509.Certificate, options: Certificates, now: datetime) -> Seen:
    until = shown.not_valid_after_utc
    left = (until - now).days
    told = f"{shown.subject.rfc4514_string() or 'nameless'}, valid until {until:%F %H:%M %Z}"
    if until <= now:
        return _seen(place, "failed", f"It is out of date: {told}.")
    if shown.not_valid_before_utc > now:
        return _seen(place, "failed", f"It is not valid yet: {told}.")
    told = f"{counted(left, 'day is', 'days are')} left: {told}."
    if left < options.alarm_days:
        return _seen(place, "failed", told)
    return _seen(place, "attention" if left < options.warn_days else "passed", told)


def _seen(place: Endpoint, outcome: Outcome, detail: str) -> Seen:
    if place.about is not None:
        return place.about.seen(outcome, detail, what=f"port {place.port}")
    return Seen(subject=place.name, outcome=outcome, detail=detail)
