"""Time stamps of RFC 3161: a token over a tree head, signed as CMS (RFC 5652) by an authority."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from core.evidence.standalone.certificates import is_signed_by, issued, name_of
from core.evidence.standalone.der import INTEGER, OCTETS, SEQUENCE, SET, TIME, Node, at, node_of
from core.evidence.standalone.telling import Refused, need

SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
UNREADABLE = (
    ValueError, TypeError, IndexError, UnsupportedAlgorithm, x509.InvalidVersion,
    x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What certificates and parts that are none end in, also those that are read late."""
HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


@dataclass(frozen=True)
class Stamp:
    """That an authority saw the head's hash at that time."""

    authority: str
    at: str
    trusted: bool


@dataclass(frozen=True)
class Signer:
    """What the one signer of the token told, by the names of RFC 5652."""

    sid: Node
    digest: str
    attributes: Node
    algorithm: Node
    signature: bytes


def check_stamp(token: bytes, told: bytes, trusted: list[x509.Certificate]) -> Stamp:
    """The token is over SHA-256 of `told` and soundly signed; with `trusted`, by one of theirs."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a library thinks of odd certificates
            return _checked_stamp(token, told, trusted)
    except UNREADABLE as error:
        raise Refused(f"the time stamp cannot be read ({type(error).__name__})") from None


def _checked_stamp(token: bytes, told: bytes, trusted: list[x509.Certificate]) -> Stamp:
    content, certificates, signer = _signed_data(token)
    stamped_at = _check_info(node_of(content, "the time stamp's TSTInfo"), told)
    certificate = _certificate_of(signer, certificates)
    _check_attributes(signer, content, certificate)
    signed = b"\x31" + signer.attributes.raw[1:]  # RFC 5652, section 5.4: as a SET OF
    need(is_signed_by(certificate, signed, signer.signature, signer.algorithm, signer.digest),
         "the signature of the time stamp is wrong", "wrong_signature")  # fmt: skip
    issued(certificate, certificates, trusted, stamped_at)
    told_at = stamped_at.isoformat(timespec="seconds")
    return Stamp(name_of(certificate), told_at, trusted=bool(trusted))


def _signed_data(token: bytes) -> tuple[bytes, list[x509.Certificate], Signer]:
    """The signed content, the certificates that came with it, and its one signer."""
    whole = node_of(token, "the time stamp").parts(SEQUENCE, "the time stamp")
    kind = at(whole, 0, "the time stamp").dotted("the time stamp's type")
    need(kind == SIGNED_DATA and len(whole) == 2, "the time stamp is no signed data")
    parts = whole[1].one(0xA0, "the signed data").parts(SEQUENCE, "the signed data")
    held = at(parts, 2, "the signed data").parts(SEQUENCE, "the signed content")
    need(len(held) == 2 and held[0].dotted("the content's type") == TST_INFO,
         "the signed content is no time stamp")  # fmt: skip
    content = held[1].one(0xA0, "the signed content").need(OCTETS, "the signed content")
    certificates = [_certificate(one) for part in parts[3:] if part.tag == 0xA0
                    for one in part.parts(0xA0, "the certificates")]  # fmt: skip
    signers = parts[-1].parts(SET, "the signers")
    need(len(signers) == 1, "the time stamp has not one signer")
    return content, certificates, _signer_told(signers[0])


def _signer_told(node: Node) -> Signer:
    parts = node.parts(SEQUENCE, "the signer")
    attributes = at(parts, 3, "the signer")
    attributes.need(0xA0, "the signed attributes")
    return Signer(
        parts[1], _hash_name(parts[2]), attributes, at(parts, 4, "the signer"),
        at(parts, 5, "the signer").need(OCTETS, "the signature"),
    )  # fmt: skip


def _check_info(info: Node, told: bytes) -> datetime:
    """TSTInfo (RFC 3161, section 2.4.2): it is over the head, and says when."""
    parts = info.parts(SEQUENCE, "TSTInfo")
    need(at(parts, 0, "TSTInfo").number("its version") == 1, "the time stamp has another version")
    imprint = at(parts, 2, "TSTInfo").parts(SEQUENCE, "the imprint")
    name = _hash_name(at(imprint, 0, "the imprint"))
    need(name == "sha256" and len(imprint) == 2, "the imprint is not by SHA-256")
    need(imprint[1].need(OCTETS, "the imprint") == sha256(told).digest(),
         "the time stamp is of another head")  # fmt: skip
    at(parts, 3, "TSTInfo").need(INTEGER, "the serial number")
    return _time(at(parts, 4, "TSTInfo").need(TIME, "the time"))


def _time(content: bytes) -> datetime:
    """GeneralizedTime as RFC 3161 has it: UTC, fractions of a second without trailing zeros."""
    text = content.decode("ascii", "replace")
    whole, _, fraction = text[:-1].partition(".")
    try:
        need(text.endswith("Z") and len(whole) == 14 and (whole + fraction).isdecimal(), text)
        moment = datetime.strptime(whole, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the Z was cut off
    except (ValueError, Refused):
        raise Refused("the time of the time stamp is none") from None
    micro = int((fraction + "000000")[:6])
    return moment.replace(microsecond=micro, tzinfo=timezone.utc)  # noqa: UP017 - Python 3.9


def _check_attributes(signer: Signer, content: bytes, certificate: x509.Certificate) -> None:
    """What was signed names the content and the certificate (RFC 5652, RFC 5035, RFC 5816)."""
    found: dict[str, Node] = {}
    for one in signer.attributes.parts(0xA0, "the signed attributes"):
        parts = one.parts(SEQUENCE, "an attribute")
        name = at(parts, 0, "an attribute").dotted("an attribute's type")
        need(name not in found, "an attribute stands there twice")
        found[name] = at(parts, 1, "an attribute").one(SET, "an attribute's value")
    need(CONTENT_TYPE in found and MESSAGE_DIGEST in found, "the signed attributes are not whole")
    need(found[CONTENT_TYPE].dotted("the content's type") == TST_INFO, "another type was signed")
    digest = hashlib.new(signer.digest, content).digest()
    need(found[MESSAGE_DIGEST].need(OCTETS, "the digest") == digest,
         "the time stamp's content is not what was signed")  # fmt: skip
    kinds = [kind for kind in (SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2) if kind in found]
    named = [_names(found[kind], kind, certificate) for kind in kinds]
    need(bool(named), "the time stamp does not name its signer's certificate")
    need(all(named), "the time stamp names another certificate than the one that came with it")


def _names(value: Node, kind: str, certificate: x509.Certificate) -> bool:
    """Whether ESSCertID or ESSCertIDv2 is the hash of this certificate."""
    listed = at(value.parts(SEQUENCE, "the signer's certificate"), 0, "the signer's certificate")
    first = at(listed.parts(SEQUENCE, "the certificates named"), 0, "the certificates named")
    parts = first.parts(SEQUENCE, "the certificate named")
    name, place = ("sha1" if kind == SIGNING_CERTIFICATE else "sha256"), 0
    if kind == SIGNING_CERTIFICATE_V2 and parts and parts[0].tag == SEQUENCE:
        name, place = _hash_name(parts[0]), 1
    told = at(parts, place, "the certificate named").need(OCTETS, "the certificate's hash")
    return told == hashlib.new(name, _der(certificate), usedforsecurity=False).digest()


def _certificate_of(signer: Signer, certificates: list[x509.Certificate]) -> x509.Certificate:
    """The certificate that the signer's identifier names: issuer and serial, or a key's id."""
    if signer.sid.tag == SEQUENCE:
        issuer, serial = signer.sid.parts(SEQUENCE, "the signer's identifier")[:2]
        for one in certificates:
            if one.serial_number == serial.number("the serial number") and (
                one.issuer.public_bytes() == issuer.raw
            ):
                return one
    else:
        identifier = signer.sid.need(0x80, "the signer's identifier")
        for one in certificates:
            if _key_identifier(one) == identifier:
                return one
    raise Refused("the certificate of the time stamp's signer did not come with it", "missing")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (ValueError, x509.ExtensionNotFound):
        return None
    return extension.value.digest


def _certificate(node: Node) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(node.raw)
    except ValueError as error:
        raise Refused(f"a certificate of the time stamp is none: {error}") from None


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _hash_name(algorithm: Node) -> str:
    parts = algorithm.parts(SEQUENCE, "a hash's name")
    name = HASHES.get(at(parts, 0, "a hash's name").dotted("a hash's name"))
    if name is None:
        raise Refused("the time stamp is by a hash that is not SHA-256, SHA-384 or SHA-512")
    return name
