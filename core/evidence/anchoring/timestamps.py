"""Tokens of a timestamp authority over heads (RFC 3161). Pure: no network, no database, no clock.

A token says that a head's signed statement was there at a time, in the words of a third party. A
token is checked when it comes, and again from its receipt in every verification.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from core.errors import SettingsError, TrimtabError
from core.settings import Settings

WHAT = "rfc3161"
SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
SHOWN = 300
STATUS = {
    0: "granted", 1: "granted with modifications", 2: "rejection", 3: "waiting",
    4: "revocation warning", 5: "revocation notification",
}  # fmt: skip
"""RFC 3161, 2.4.2."""
_GRANTED = bytes.fromhex("3003020100")
"""A PKIStatusInfo of status 0, to read a kept token as the answer that it came in."""
MALFORMED = (
    ValueError, TypeError, KeyError, RecursionError, UnsupportedAlgorithm, x509.InvalidVersion,
    x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What reading bytes that are no answer, or certificates that are none, ends in."""


class TokenRefused(TrimtabError):
    """What an authority answered is no token over the statement, or not of whom we trust."""

    code = "anchor_failed"


class TokenForeign(TokenRefused):
    """A token over something else."""

    code = "token_foreign"


class TokenUntrusted(TokenRefused):
    """A token of somebody else, or under another policy, than the settings ask for."""

    code = "token_untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Where tokens have to lead to, and the policy that they have to name.

    Without roots neither a chain nor a signature is looked at.
    """

    roots: tuple[x509.Certificate, ...] = ()
    policy: x509.ObjectIdentifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token: its DER, and what it tells; the authority as RFC 4514 writes names."""

    token: bytes
    at: datetime
    authority: str
    serial: int

    @property
    def receipt(self) -> str:
        told = {
            "what": WHAT, "token": base64.b64encode(self.token).decode(),
            "time": self.at.isoformat(), "tsa": self.authority, "serial": f"{self.serial:x}",
        }  # fmt: skip
        return json.dumps(told, separators=(",", ":"))


def trust_of(settings: Settings) -> Trust:
    """What the settings name, or SettingsError for certificates that are none."""
    named = settings.audit_tsa_policy
    policy = x509.ObjectIdentifier(named) if named else None
    file = settings.audit_tsa_ca
    if file is None:
        return Trust(policy=policy)
    try:
        roots = tuple(x509.load_pem_x509_certificates(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"Setting audit_tsa_ca names {file}, which holds no certificates: {error}"
        ) from error
    return Trust(roots=roots, policy=policy)


def request_for(statement: bytes) -> TimeStampRequest:
    """A request over the SHA-256 of it, with a nonce, for a token that brings its certificate."""
    return (
        TimestampRequestBuilder()
        .data(statement)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )


def answered(answer: bytes, statement: bytes, *, request: TimeStampRequest, trust: Trust) -> Token:
    """The token in an authority's answer to this request, or TokenRefused."""
    with _reading():
        response = decode_timestamp_response(answer)
        if response.status != 0:
            said = "; ".join(response.status_string)[:SHOWN] or "no reason given"
            raise TokenRefused(f"it answered {STATUS.get(response.status, 'no status')}: {said}")
        if response.tst_info.nonce != request.nonce:
            raise TokenRefused("its answer belongs to another request (nonce)")
        return _checked(response, statement, trust)


def token_in(receipt: str, statement: bytes, *, trust: Trust) -> Token:
    """The token of a kept receipt, checked again; TokenRefused says what is wrong with it."""
    try:
        told: Mapping[str, str] = json.loads(receipt)
        token = base64.b64decode(told["token"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise TokenRefused("the receipt holds no token") from error
    with _reading():
        response = decode_timestamp_response(_sequence(_GRANTED + token))
        return _checked(response, statement, trust)


def _checked(response: TimeStampResponse, statement: bytes, trust: Trust) -> Token:
    told, digest = response.tst_info, sha256(statement).digest()
    if (told.message_imprint.hash_algorithm, told.message_imprint.message) != (SHA256, digest):
        raise TokenForeign("its token is over something else (imprint)")
    if trust.policy is not None and told.policy != trust.policy:
        raise TokenUntrusted(
            f"its token follows the policy {told.policy.dotted_string}, not "
            f"{trust.policy.dotted_string} of TRIMTAB_AUDIT_TSA_POLICY"
        )
    signer = _signer(response)
    if trust.roots:
        _require_chain(response, digest, trust)
    return Token(
        token=response.time_stamp_token(), at=told.gen_time, serial=told.serial_number,
        authority=signer.subject.rfc4514_string(),
    )  # fmt: skip


def _require_chain(response: TimeStampResponse, digest: bytes, trust: Trust) -> None:
    """That the token is signed by a certificate for timestamps which leads to a root then."""
    try:
        VerifierBuilder(roots=list(trust.roots)).build().verify(response, digest)
    except (VerificationError, *MALFORMED) as error:
        raise TokenUntrusted(
            f"its token does not lead to a certificate of TRIMTAB_AUDIT_TSA_CA: {error}"[:SHOWN]
        ) from error


def _signer(response: TimeStampResponse) -> x509.Certificate:
    """The certificate in the token that its one signer names."""
    signed = response.signed_data
    certificates = [x509.load_der_x509_certificate(one) for one in signed.certificates]
    named = [(one.issuer, one.serial_number) for one in signed.signer_infos]
    found = [one for one in certificates if [(one.issuer, one.serial_number)] == named]
    if len(found) != 1:
        raise TokenRefused("its token brings no certificate of its one signer")
    return found[0]


@contextmanager
def _reading() -> Iterator[None]:
    """The library reads lazily: what is malformed shows wherever something is looked at."""
    try:
        yield
    except MALFORMED as error:
        raise TokenRefused("its answer is no timestamp token (RFC 3161)") from error


def _sequence(content: bytes) -> bytes:
    """A DER SEQUENCE (X.690, 8.1.3 and 10.1)."""
    length = len(content)
    if length < 0x80:
        return bytes([0x30, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([0x30, 0x80 | len(size)]) + size + content
