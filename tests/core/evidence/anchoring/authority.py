"""A timestamp authority on this machine: OpenSSL answers, behind a small HTTP server."""

import shutil
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.http_server import Door, answering

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl answers for the authority")
POLICY = "1.2.3.4.1"
CONFIGURATION = f"""
[tsa]
default_tsa = ours
[ours]
serial = {{folder}}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = {POLICY}
digests = {{digests}}
ess_cert_id_alg = sha256
"""


class Authority:
    """Certificates of an authority in a folder, and what it answers."""

    def __init__(self, folder, *, ends=30):
        self.folder, self.ca = folder, folder / "ca.pem"
        folder.mkdir()
        self.root, self.key = _certificate("Test root", ends=ends)
        self.ca.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))
        signer, key = _certificate("Test authority", by=(self.root, self.key))
        (folder / "tsa.pem").write_bytes(signer.public_bytes(serialization.Encoding.PEM))
        (folder / "tsa.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )  # fmt: skip
        (folder / "serial").write_text("01\n")

    def answer(self, query, *, digests="sha256"):
        """The answer to a query, both in DER; without the digest it is a rejection."""
        told = CONFIGURATION.format(folder=self.folder, digests=digests)
        (self.folder / "tsa.conf").write_text(told)
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            [
                OPENSSL, "ts", "-reply", "-config", "tsa.conf", "-queryfile", "query",
                "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "answer",
            ],
            cwd=self.folder, check=True, capture_output=True,
        )  # fmt: skip
        return (self.folder / "answer").read_bytes()


def _certificate(name, *, by=None, ends=30):
    """A certificate and its key; signed by itself where nobody is told to."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing = (by[0].subject, by[1]) if by else (subject, key)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if by:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(purpose, critical=True)
    return made.sign(signing, hashes.SHA256()), key


class _Desk(Door):
    def post(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.headers["Content-Type"], query))
        status, body = self.server.answer(query)
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(self.server.told_length or len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.server.told_length:
            self.server.ended.wait(20)


@contextmanager
def served(answer):
    """The server; `answer(query)` gives status and body, `told_length` a longer one than comes."""
    with answering(_Desk, asked=[], answer=answer, told_length=None, ended=Event()) as server:
        server.url += "/tsr"
        try:
            yield server
        finally:
            server.ended.set()
