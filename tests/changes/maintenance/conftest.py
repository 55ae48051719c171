"""An office with maintenance plans, and a TLS server whose certificate ends when a test wants."""

import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from changes.maintenance import plans, running
from changes.maintenance.models import MaintenanceResult
from changes.maintenance.plans import Planned
from inventory.models import Device
from operations.models import Event

_n = count(1)


@dataclass
class Upkeep:
    """What the tests of maintenance do again and again; they sign the office's devices."""

    office: object

    def unit(self, ctx):
        return ctx.get(Device, self.office.ids["r1"]).site.unit

    def planned(self, kind, *hostnames, by="engineer", trigger="every 1d", name=None, **options):
        with self.office.acting(by) as ctx:
            told = Planned(
                name=name or f"{kind} {next(_n)} of {self.unit(ctx).code}", kind=kind,
                trigger=trigger, options=options,
                device_ids=tuple(self.office.ids[one] for one in hostnames),
            )  # fmt: skip
            return plans.create(ctx, self.unit(ctx), told)

    def run(self, plan, *, by="arranger", **tools):
        return running.run(
            lambda: self.office.acting(by), plan.id, tools=running.Tools(**tools)
        )  # fmt: skip

    def found(self, kind, *hostnames, **options):
        """Outcome and detail of a plan of one subject."""
        [seen] = self.run(self.planned(kind, *hostnames, **options))
        return seen.outcome, seen.detail

    def kept(self, plan):
        with self.office.acting("arranger") as ctx:
            rows = select(MaintenanceResult).where(MaintenanceResult.plan_id == plan.id)
            return [(one.subject, one.outcome) for one in ctx.session.scalars(rows)]

    def events(self, plan):
        with self.office.acting("arranger") as ctx:
            mark = f"maintenance:{plan.id}:"
            rows = select(Event).where(Event.fingerprint.startswith(mark)).order_by(Event.id)
            return [(one.severity, one.state, one.count) for one in ctx.session.scalars(rows)]


@pytest.fixture
def upkeep(office):
    return Upkeep(office)


@contextmanager
def tls_server(folder, *, until):
    """The port of a server that shakes hands with a certificate that ends at `until`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_made(folder, until))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_serve, args=(listening, context), daemon=True).start()
        yield listening.getsockname()[1]


def _serve(listening, context):
    while True:
        try:
            raw, _ = listening.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(raw, server_side=True) as wrapped:
                wrapped.recv(1)
        except OSError:
            continue


def _made(folder, until):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "core-1")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=900)).not_valid_after(until)
        .sign(key, SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return file
