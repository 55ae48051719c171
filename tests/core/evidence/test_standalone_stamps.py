"""Time stamps in evidence (RFC 3161), as the stand-alone verifier reads them by itself."""

import base64
import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from core.evidence.standalone.certificates import read_certificates
from core.evidence.standalone.telling import Refused
from core.evidence.standalone.timestamps import check_stamp
from tests.core.evidence.anchoring.authority import Authority, needs_openssl
from tests.core.evidence.pack_scene import anchor, draft
from tests.core.evidence.packing import canonical, zipped
from tests.tamper.prey import faults

pytestmark = needs_openssl

HEAD = b'{"what":"trimtab tree head"}'


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority") / "one")


@pytest.fixture(scope="module")
def long_chain(tmp_path_factory):
    """An authority with an RSA key, whose certificate another one issued, not the root."""
    made = Authority(tmp_path_factory.mktemp("rsa") / "one")
    middle, middle_key = certificate("Middle", (made.root, made.key), ca=True)
    signer, key = certificate("RSA authority", (middle, middle_key), ca=False)
    pem = serialization.Encoding.PEM
    (made.folder / "tsa.pem").write_bytes(signer.public_bytes(pem))
    (made.folder / "tsa.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    made.middle = middle
    return made


def certificate(name, by, *, ca):
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    number = x509.random_serial_number()
    made = (
        x509.CertificateBuilder(by[0].subject, subject, key.public_key(), number)
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(purpose, critical=True)
    return made.sign(by[1], hashes.SHA256()), key


def stamped(authority, told=HEAD):
    """The token that the authority gives for these bytes."""
    asked = (
        TimestampRequestBuilder().data(told).hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True).cert_request(cert_request=True).build()
    )  # fmt: skip
    answer = decode_timestamp_response(authority.answer(asked.as_bytes()))
    return answer.time_stamp_token()


def roots(authority):
    return read_certificates(authority.ca.read_bytes(), "ca.pem")


def test_a_stamp_tells_its_authority_and_its_time(authority):
    stamp = check_stamp(stamped(authority), HEAD, [])
    made = datetime.fromisoformat(stamp.at)
    assert (stamp.authority, stamp.trusted, made.tzinfo) == ("Test authority", False, UTC)


def test_a_stamp_leads_to_the_root_that_is_trusted(authority):
    assert check_stamp(stamped(authority), HEAD, roots(authority)).trusted


def test_a_stamp_of_a_stranger_is_refused(authority, long_chain):
    with pytest.raises(Refused, match="does not lead to a certificate of --tsa-cert") as refused:
        check_stamp(stamped(authority), HEAD, roots(long_chain))
    assert refused.value.kind == "wrong_signature"


def test_a_stamp_by_rsa_leads_over_another_certificate_to_the_root(long_chain):
    token = stamped(long_chain)
    assert check_stamp(token, HEAD, [*roots(long_chain), long_chain.middle]).trusted
    with pytest.raises(Refused, match="does not lead"):
        check_stamp(token, HEAD, roots(long_chain))


def test_a_stamp_of_another_head_is_refused(authority):
    with pytest.raises(Refused, match="another head"):
        check_stamp(stamped(authority), HEAD + b" ", [])


def test_a_stamp_without_the_purpose_is_refused(authority):
    """Whoever has any certificate of the same issuer could date heads otherwise."""
    token = stamped(authority)
    oid = bytes.fromhex("2b06010505070308")  # id-kp-timeStamping, within the certificate
    assert oid in token
    with pytest.raises(Refused):
        check_stamp(token.replace(oid, bytes.fromhex("2b06010505070309")), HEAD, [])


def test_no_byte_of_a_stamp_can_be_altered_unnoticed(authority):
    """What is not signed (version numbers, a set of algorithms) may differ, its meaning may not."""
    token, draw, passed = stamped(authority), Random(4), 0  # noqa: S311 - not for secrets
    sound = check_stamp(token, HEAD, roots(authority))
    for _ in range(600):
        there = bytearray(token)
        there[draw.randrange(len(there))] ^= draw.randint(1, 255)
        try:
            told = check_stamp(bytes(there), HEAD, roots(authority))
        except Refused:
            continue
        passed += 1
        assert told == sound
    assert passed < 60


@pytest.mark.parametrize("cut", [0, 1, 2, 5, 40, -1, -40])
def test_a_stamp_cut_off_is_refused(authority, cut):
    with pytest.raises(Refused):
        check_stamp(stamped(authority)[:cut], HEAD, [])


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x30\x80\x00\x00", b"\x30\x84\xff\xff\xff\xff", b"\x1f\x81\x01", b"\x30\x00",
        b"\x30\x81\x05\x02\x01\x00\x05\x00", b"\x30\x0b\x06\x09" + b"\x80" * 9,
        b"\x30" + b"\x82\x0b\xb8" + b"\x05\x00" * 1500, b"\x30\x02\x06\x00",
    ],
)  # fmt: skip
def test_what_is_no_der_is_refused(hostile):
    with pytest.raises(Refused):
        check_stamp(hostile, HEAD, [])


@pytest.fixture(scope="module")
def dated(authority):
    """A pack whose head an authority dated, and the receipt."""
    made = draft()
    token = stamped(authority, canonical(made.log.head_statement(made.size)))
    receipt = {"what": "rfc3161", "token": base64.b64encode(token).decode(), "serial": "1"}
    made.anchors.append(anchor("rfc3161:https://tsa.example.net", made.size, json.dumps(receipt)))
    return zipped(made.packed())


def test_a_pack_with_a_stamp_is_whole(dated, authority, tmp_path):
    assert faults(dated, tmp_path, ()) == []
    assert faults(dated, tmp_path, ("--tsa-cert", str(authority.ca))) == []


def test_a_pack_with_a_stamp_of_a_stranger_is_told(dated, long_chain, tmp_path):
    [first, second] = faults(dated, tmp_path, ("--tsa-cert", str(long_chain.ca)))
    assert (first["kind"], second["kind"]) == ("wrong_signature", "missing")


def test_a_certificate_that_nothing_led_to_is_told(authority, tmp_path):
    found = faults(zipped(draft().packed()), tmp_path, ("--tsa-cert", str(authority.ca)))
    assert [one["what"] for one in found] == ["no time stamp for --tsa-cert is there"]
