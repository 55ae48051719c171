"""Certificates of time stamp authorities: what they signed, and who issued them."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.evidence.standalone.der import SEQUENCE, Node, at
from core.evidence.standalone.telling import Refused, need

HASH_OF = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
PSS = "1.2.840.113549.1.1.10"
NAMED_IN = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
LONGEST_CHAIN = 8


def is_signed_by(
    certificate: x509.Certificate, told: bytes, signature: bytes, algorithm: Node, digest: str
) -> bool:
    """Whether the certificate's key made the signature, by the algorithm that the signer names."""
    parts = algorithm.parts(SEQUENCE, "the signature's algorithm")
    name = at(parts, 0, "the signature's algorithm").dotted("the signature's algorithm")
    by = HASH_OF[NAMED_IN.get(name, digest)]
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            salted = padding.PSS(mgf=padding.MGF1(by), salt_length=padding.PSS.AUTO)
            key.verify(signature, told, salted if name == PSS else padding.PKCS1v15(), by)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, told, ec.ECDSA(by))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, told)
        else:
            raise Refused("the time stamp is signed by a kind of key that is not known here")
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def issued(
    certificate: x509.Certificate, others: list[x509.Certificate],
    trusted: list[x509.Certificate], stamped_at: datetime,
) -> None:  # fmt: skip
    """The certificate is for time stamps, held at that time, and leads to one that is trusted."""
    _check_purpose(certificate)
    _check_time(certificate, stamped_at)
    if trusted:
        _check_chain(certificate, others, trusted, stamped_at)


def name_of(certificate: x509.Certificate) -> str:
    """What the subject is called."""
    try:
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else certificate.subject.rfc4514_string()
    except ValueError:
        return "an authority whose name cannot be read"


def read_certificates(content: bytes, where: str) -> list[x509.Certificate]:
    """The certificates of a PEM file."""
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise Refused(f"{where} holds no certificate in PEM") from None


def _check_purpose(certificate: x509.Certificate) -> None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Refused("the certificate of the time stamp is not for time stamps") from None
    need(found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
         "the certificate of the time stamp is not for time stamps alone")  # fmt: skip


def _check_time(certificate: x509.Certificate, moment: datetime) -> None:
    within = certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    need(within, f"the certificate of {name_of(certificate)} was not in force at the stamp's time")


def _check_chain(
    certificate: x509.Certificate, others: list[x509.Certificate],
    trusted: list[x509.Certificate], stamped_at: datetime,
) -> None:  # fmt: skip
    here = certificate
    for _ in range(LONGEST_CHAIN):
        if here in trusted:
            return
        above = next((one for one in [*trusted, *others] if _is_issuer(one, here)), None)
        if above is None or above == here:
            break
        _check_time(above, stamped_at)
        here = above
    raise Refused(
        f"the time stamp of {name_of(certificate)} does not lead to a certificate of --tsa-cert",
        "wrong_signature",
    )


def _is_issuer(above: x509.Certificate, below: x509.Certificate) -> bool:
    if above.subject != below.issuer:
        return False
    try:
        basic = above.extensions.get_extension_for_class(x509.BasicConstraints)
        below.verify_directly_issued_by(above)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return basic.value.ca
