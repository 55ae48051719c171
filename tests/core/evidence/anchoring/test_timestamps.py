"""Heads dated by a timestamp authority (RFC 3161): asked, checked when it comes and again later."""

import base64
import json
import subprocess
from hashlib import sha256

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from core.errors import SettingsError
from core.evidence.anchoring.anchors import anchor
from core.evidence.anchoring.timestamp_target import TimestampTarget
from core.evidence.anchoring.timestamps import TokenForeign, TokenRefused, Trust, token_in, trust_of
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.evidence.signatures import statement_of_head
from core.records import inspect
from core.settings import Settings
from tests.core.evidence.anchoring.authority import (
    OPENSSL,
    POLICY,
    Authority,
    needs_openssl,
    served,
)
from tests.core.evidence.rows import grow, sql, unguarded
from tests.factories import make_unit

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority") / "one")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("stranger") / "one")


@pytest.fixture
def door(authority):
    with served(lambda query: (200, authority.answer(query))) as server:
        yield server


@pytest.fixture
def log(ctx, tmp_path, authority, door):
    make_unit(ctx)
    ctx.settings = Settings(home=tmp_path, audit_tsa_url=door.url, audit_tsa_ca=authority.ca)
    grow(ctx, 3)
    return ctx


def statement(ctx):
    return statement_of_head(last_head(ctx.session), log=chain(ctx.session)[0].id).canonical


def fault(log):
    [done] = anchor(log)
    assert done.receipt == ""
    return done.fault


def set_to(log, **settings):
    log.settings = log.settings.model_copy(update=settings)


def test_a_head_is_dated_by_the_authority(log, door):
    [done] = anchor(log)
    told = json.loads(done.receipt)
    assert (done.target, done.size, done.fault) == (f"rfc3161:{door.url}", 5, "")
    assert (told["what"], told["tsa"]) == ("rfc3161", "CN=Test authority")
    [(kind, _)] = door.asked
    assert kind == "application/timestamp-query"
    assert sha256(statement(log)).digest() in base64.b64decode(told["token"])
    assert inspect(log).ok


def test_what_is_kept_is_the_token_as_the_authority_wrote_it(log, door, authority):
    got = []
    door.answer = lambda query: (200, got.append(authority.answer(query)) or got[0])
    [done] = anchor(log)
    assert base64.b64decode(json.loads(done.receipt)["token"]) == (
        decode_timestamp_response(got[0]).time_stamp_token()
    )


def test_anybody_checks_a_kept_token_with_openssl(log, authority, tmp_path):
    [done] = anchor(log)
    (tmp_path / "token").write_bytes(base64.b64decode(json.loads(done.receipt)["token"]))
    (tmp_path / "statement").write_bytes(statement(log))
    told = subprocess.run(
        [
            OPENSSL, "ts", "-verify", "-token_in", "-in", "token", "-CAfile", authority.ca,
            "-data", "statement",
        ],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "Verification: OK" in told.stdout + told.stderr


def test_without_a_root_the_imprint_is_checked_all_the_same(log):
    set_to(log, audit_tsa_ca=None)
    [done] = anchor(log)
    assert (done.fault, inspect(log).ok) == ("", True)
    with pytest.raises(TokenForeign):
        token_in(done.receipt, b"another head", trust=Trust())


def test_an_authority_is_asked_again_after_its_pause_only(log, door, clock):
    anchor(log)
    grow(log, 1)
    [early] = anchor(log)
    assert (early.receipt[:10], early.fault) == ("not before", "")
    clock.forward(minutes=11)
    [late] = anchor(log)
    assert (late.size, len(door.asked)) == (6, 2)


def test_an_answer_to_another_request_is_refused(log, door, authority):
    other = TimestampRequestBuilder().data(statement(log)).hash_algorithm(HashAlgorithm.SHA256)
    door.answer = lambda _: (200, authority.answer(other.build().as_bytes()))
    assert "another request (nonce)" in fault(log)


def test_an_answer_over_another_imprint_is_refused(log, door, authority):
    old = sha256(statement(log)).digest()
    door.answer = lambda query: (
        200, authority.answer(query.replace(old, sha256(b"x").digest()))
    )  # fmt: skip
    assert "over something else (imprint)" in fault(log)


def test_a_grant_with_modifications_is_refused(log, door, authority):
    def modified(query):
        answer = authority.answer(query)
        at = answer.index(bytes.fromhex("3003020100"))
        return 200, answer[: at + 4] + b"\x01" + answer[at + 5 :]

    door.answer = modified
    assert "granted with modifications" in fault(log)


def test_a_rejection_is_told_with_its_reason(log, door, authority):
    door.answer = lambda query: (200, authority.answer(query, digests="sha512"))
    said = fault(log)
    assert "it answered rejection: " in said
    assert "TRIMTAB_AUDIT_TSA_URL" in said


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", bytes.fromhex("3005300302010030"), b"\x30\x80" * 40]
)
def test_an_answer_that_is_none_is_refused(log, door, body):
    door.answer = lambda _: (200, body)
    assert "is no timestamp token" in fault(log)


@pytest.mark.parametrize("status", [302, 403, 500])
def test_an_authority_that_refuses_is_told_and_followed_nowhere(log, door, status):
    door.answer = lambda _: (status, b"no")
    assert f"refused ({status})" in fault(log)


def test_an_authority_that_is_away_is_told(log):
    set_to(log, audit_tsa_url="http://127.0.0.1:1/tsr")
    assert "does not answer" in fault(log)


def test_an_authority_that_does_not_end_its_answer_is_left(log, door, monkeypatch):
    monkeypatch.setattr(TimestampTarget, "SECONDS", 0.3)
    door.answer, door.told_length = (lambda _: (200, b"0")), 1000
    assert "does not answer" in fault(log)


def test_an_answer_without_measure_is_left(log, door):
    door.answer = lambda _: (200, bytes(1 << 20))
    assert "does not end its answer" in fault(log)


def test_a_token_of_somebody_else_is_refused(log, door, stranger):
    door.answer = lambda query: (200, stranger.answer(query))
    assert "does not lead to a certificate of TRIMTAB_AUDIT_TSA_CA" in fault(log)


def test_a_token_by_an_authority_that_had_ended_is_refused(log, door, tmp_path):
    ended = Authority(tmp_path / "ended", ends=-1)
    set_to(log, audit_tsa_ca=ended.ca)
    door.answer = lambda query: (200, ended.answer(query))
    assert "does not lead to a certificate" in fault(log)


def test_a_token_under_another_policy_is_refused(log):
    set_to(log, audit_tsa_policy="1.2.3.4.9")
    assert f"follows the policy {POLICY}, not 1.2.3.4.9" in fault(log)
    set_to(log, audit_tsa_policy=POLICY)
    [done] = anchor(log)
    assert done.fault == ""
    set_to(log, audit_tsa_policy="1.2.3.4.9")  # it may have been changed since
    assert inspect(log).ok


def test_certificates_that_are_none_are_a_setting_to_correct(log, tmp_path):
    (tmp_path / "none.pem").write_text("no certificate")
    for file in (tmp_path / "none.pem", tmp_path / "away.pem"):
        set_to(log, audit_tsa_ca=file)
        with pytest.raises(SettingsError, match="audit_tsa_ca"):
            trust_of(log.settings)
        with pytest.raises(SettingsError, match="audit_tsa_ca"):
            anchor(log)


@pytest.mark.parametrize("url", ["tsa.example.net", "http://ann:pw@tsa.example.net/", "ftp://t/"])
def test_the_address_of_an_authority_is_one_without_a_password(tmp_path, url):
    with pytest.raises(ValueError, match="audit_tsa_url"):
        Settings(home=tmp_path, audit_tsa_url=url)


def test_a_head_that_was_signed_anew_is_not_the_one_that_was_dated(log):
    anchor(log)
    unguarded(log)
    sql(log, "UPDATE audit_head SET sealed_at = sealed_at + interval '1 day'")
    assert "forked" in [one.kind for one in inspect(log).broken]


def test_a_dated_head_that_is_gone_is_missed(log):
    anchor(log)
    unguarded(log)
    sql(log, "DELETE FROM audit_head")
    [told] = [one for one in inspect(log).broken if "receipt" in one.what]
    assert (told.kind, "for 5 records" in told.what) == ("missing", True)


@pytest.mark.parametrize("receipt", ["", "{}", "[]", '{"token": "!"}', '{"token": "MAA="}', "null"])
def test_a_receipt_that_was_replaced_is_told(log, receipt):
    anchor(log)
    unguarded(log)
    sql(log, "UPDATE audit_anchor SET receipt = :receipt", receipt=receipt)
    assert [one.kind for one in inspect(log).broken] == ["altered"]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_an_altered_token_is_told_whatever_byte_it_is(log):
    anchor(log)
    [row] = log.session.query(Anchor)
    token = base64.b64decode(json.loads(row.receipt)["token"])
    told, trust = statement(log), trust_of(log.settings)
    passed = []
    for at in range(0, len(token), 7):
        altered = token[:at] + bytes([token[at] ^ 0x41]) + token[at + 1 :]
        receipt = json.dumps({"token": base64.b64encode(altered).decode()})
        try:
            token_in(receipt, told, trust=trust)
        except TokenRefused:
            continue
        passed.append(at)
    assert len(passed) < len(token) / 70  # only bytes that no signature covers


def test_a_token_of_somebody_else_that_was_slipped_in_is_told(log, stranger):
    anchor(log)
    set_to(log, audit_tsa_ca=stranger.ca)
    assert [one.kind for one in inspect(log).broken] == ["wrong_signature"]
