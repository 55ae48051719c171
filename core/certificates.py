"""The certificate of the embedded database's door, by an authority of our own. Opens no socket.

The authority's key stays in HOME/database-ca.key (0600). Far workers get HOME/database-ca.pem.
"""

import ipaddress
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import SettingsError
from core.secrets import write_once
from core.settings import Settings

AUTHORITY_KEY, AUTHORITY = "database-ca.key", "database-ca.pem"
SERVER = "database-server.pem"  # key and certificate
AUTHORITY_LASTS = timedelta(days=20 * 365)
LASTS = timedelta(days=2 * 365)
RENEWED = timedelta(days=180)  # before its end
SKEW = timedelta(days=1)  # for clocks that are behind
ANYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not listened on

UNUSABLE = (OSError, ValueError, TypeError)  # what files raise, and what is in them; ssl's too

Issued = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def names(settings: Settings) -> tuple[str, ...]:
    """By what far workers reach the door; the first one stands in the address they are given."""
    listened = settings.database_listen_host or ""
    own = () if listened in ANYWHERE else (listened,)
    return settings.database_names or (*own, socket.getfqdn())


def door_context(settings: Settings) -> ssl.SSLContext:
    """What the door shows: the given certificate, or the one of our own authority.

    Raises SettingsError where files cannot be used. A certificate of ours is made anew half a year
    before its end, and where the names are other ones.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(*_given(settings) or (_own(settings),))
    except UNUSABLE as error:
        raise SettingsError(
            f"The certificate of the database's door cannot be used: {error}. Look at "
            f"TRIMTAB_DATABASE_TLS_CERT and _KEY; without them at {settings.home / SERVER}."
        ) from error
    return context


def authority_of(settings: Settings) -> str:
    """The certificate, PEM, that far workers verify the door with; made at first use.

    Empty where a certificate is given and its authority is not.
    """
    try:
        if _given(settings) is None:
            return _authority(settings.home)[1].public_bytes(Encoding.PEM).decode()
        return settings.database_tls_ca.read_text() if settings.database_tls_ca else ""
    except UNUSABLE as error:
        raise SettingsError(
            f"The authority of the database's door cannot be read: {error}. Look at "
            f"TRIMTAB_DATABASE_TLS_CA; without it at {settings.home / AUTHORITY_KEY}."
        ) from error


def _given(settings: Settings) -> tuple[Path, Path] | None:
    certificate, key = settings.database_tls_cert, settings.database_tls_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise SettingsError(
            "A certificate of your own needs both TRIMTAB_DATABASE_TLS_CERT and "
            "TRIMTAB_DATABASE_TLS_KEY; without both Trimtab makes one."
        )
    return certificate, key


def _own(settings: Settings) -> Path:
    """The file of our certificate and its key, fit for the next half year."""
    path, authority = settings.home / SERVER, _authority(settings.home)
    if not (path.exists() and _fits(path, authority[1], names(settings))):
        path.unlink(missing_ok=True)
        write_once(path, _pem(_signed(names(settings), authority)))
    return path


def _authority(home: Path) -> Issued:
    path = home / AUTHORITY_KEY
    if not path.exists():
        write_once(path, _pem(_self_signed()))
    issued = _read(path)
    public = home / AUTHORITY
    shown = issued[1].public_bytes(Encoding.PEM)
    if not (public.exists() and public.read_bytes() == shown):
        public.write_bytes(shown)
    return issued


def _read(path: Path) -> Issued:
    text = path.read_bytes()
    key = load_pem_private_key(text, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds another kind of key than Trimtab makes")
    return key, x509.load_pem_x509_certificate(text)


def _fits(path: Path, authority: x509.Certificate, wanted: tuple[str, ...]) -> bool:
    with suppress(ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        _, held = _read(path)
        held.verify_directly_issued_by(authority)
        shown = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        lasting = held.not_valid_after_utc - datetime.now(UTC) > RENEWED
        return lasting and shown == _alternatives(wanted)
    return False


def _pem(issued: Issued) -> bytes:
    key, certificate = issued
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ) + certificate.public_bytes(Encoding.PEM)


def _self_signed() -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _called(f"Trimtab database authority of {socket.gethostname()}")
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _begun(subject, subject, key, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return key, made.sign(key, SHA256())


def _signed(wanted: tuple[str, ...], authority: Issued) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    signer, certificate = authority
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    made = (
        _begun(_called(wanted[0]), certificate.subject, key, LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(signed_by, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternatives(wanted), critical=False)
    )
    return key, made.sign(signer, SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=issuer, subject_name=subject, public_key=key.public_key(),
        serial_number=x509.random_serial_number(), not_valid_before=now - SKEW,
        not_valid_after=now + lasts,
    ).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
    )  # fmt: skip


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _alternatives(wanted: tuple[str, ...]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_alternative(one) for one in wanted])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
