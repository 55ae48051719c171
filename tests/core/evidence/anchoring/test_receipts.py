"""Countersignatures that were kept are checked again in every verification."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.evidence.anchoring.receipts import receipts
from core.evidence.breaks import Point
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.evidence.statements import WitnessStatement, key_id_of
from core.records import inspect
from core.settings import Settings
from tests.core.evidence.rows import grow, sql, unguarded
from tests.factories import make_unit

WITNESS = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()
TARGET = "witness:https://witness.example.net"


@pytest.fixture
def log(ctx):
    make_unit(ctx)
    grow(ctx, 3)
    return ctx


def public(key):
    return key.public_key().public_bytes_raw()


def kept(ctx, *, key=WITNESS, size=None, root=None, log=None, altered=None):
    """Keep a countersignature of the newest head, or of what is told instead."""
    head = last_head(ctx.session)
    told = WitnessStatement(
        log=log or chain(ctx.session)[0].id, size=size or head.size, root=root or head.root,
        witness="ff" * 32, key_id=key_id_of(public(key)), witnessed_at=ctx.now(),
    ).canonical  # fmt: skip
    receipt = json.loads(told) | {
        "signature": key.sign(told).hex(), "public_key": public(key).hex()
    }  # fmt: skip
    receipt = json.dumps(receipt | (altered or {}))
    ctx.add(Anchor(size=head.size, target=TARGET, anchored_at=ctx.now(), receipt=receipt))


def pinned(ctx, *keys):
    ids = tuple(key_id_of(public(key)) for key in keys)
    ctx.settings = Settings(home=ctx.settings.home, audit_witness_key=ids)


def broken(ctx):
    return [(one.kind, one.what) for one in inspect(ctx).broken]


def told(what):
    return f"{TARGET}'s receipt for 5 records {what}"


def test_a_sound_countersignature_is_a_root_that_the_tree_has_to_have(log):
    kept(log)
    points, unsound = receipts(log.session, log.settings, chain(log.session))
    root = last_head(log.session).root
    assert points == [Point(size=5, root=root, source=f"the countersignature of {TARGET}")]
    assert (unsound, inspect(log).ok) == ([], True)


def test_a_countersignature_of_another_past_is_a_fork(log):
    kept(log, root=bytes(32))
    [(kind, what)] = broken(log)
    assert (kind, TARGET in what) == ("forked", True)


def test_a_countersignature_tells_that_the_log_was_cut_off(log):
    grow(log, 4)
    kept(log)
    unguarded(log)
    sql(log, "DELETE FROM audit_record WHERE id IN (SELECT audit_record_id FROM audit_leaf"
             " WHERE position >= 5)")  # fmt: skip
    sql(log, "DELETE FROM audit_leaf WHERE position >= 5")
    sql(log, "DELETE FROM audit_head WHERE size > 5")
    assert "missing" in [kind for kind, _ in broken(log)]


def test_a_countersignature_by_the_key_that_is_expected_holds(log):
    pinned(log, WITNESS)
    kept(log)
    assert broken(log) == []


def test_after_a_rotation_of_the_witness_both_its_keys_hold(log):
    pinned(log, WITNESS, OTHER)
    kept(log)
    kept(log, key=OTHER)
    assert broken(log) == []


def test_a_countersignature_by_another_key_is_told(log):
    pinned(log, WITNESS)
    kept(log, key=OTHER)
    other = key_id_of(public(OTHER))
    assert broken(log) == [
        ("wrong_signature",
         told(f"is signed by the key {other}, which TRIMTAB_AUDIT_WITNESS_KEY does not name"))
    ]  # fmt: skip


@pytest.mark.parametrize(
    "altered",
    [
        {"witnessed_at": "2020-01-01T00:00:00+00:00"}, {"root": "00" * 32},
        {"signature": "00" * 64},
        {"public_key": public(OTHER).hex()}, {"key": key_id_of(public(OTHER))}, {"signature": ""},
    ],
)  # fmt: skip
def test_an_altered_countersignature_is_told(log, altered):
    kept(log, altered=altered)
    assert broken(log) == [("wrong_signature", told("is not signed by the key that it names"))]


def test_a_countersignature_of_another_head_or_log_is_told(log):
    kept(log, size=4)
    kept(log, log="ee" * 32)
    name = chain(log.session)[0].id[:16]
    assert broken(log) == [
        ("altered", told(f"is for 4 records of the log {name}")),
        ("altered", told(f"is for 5 records of the log {'ee' * 8}")),
    ]


@pytest.mark.parametrize(
    "receipt",
    [
        "",
        "{}",
        "[]",
        "7",
        '"log"',
        "null",
        '{"log": 1, "size": []}',
        '{"log": "x", "size": 1e999}',
        "[" * 4000,
        "[" * 99_999,
        "\u2028",
    ],
)
def test_a_receipt_that_is_none_is_told(log, receipt):
    log.add(Anchor(size=5, target=TARGET, anchored_at=log.now(), receipt=receipt))
    assert broken(log) == [("altered", told("is none"))]


@pytest.mark.parametrize(
    "altered",
    [
        {"size": 2**60}, {"size": "9" * 5000}, {"witnessed_at": "0001-01-01T00:00:00+23:59"},
        {"root": "x"}, {"witness": "\ud800"}, {"signature": None},
    ],
)  # fmt: skip
def test_a_countersignature_with_impossible_members_is_told(log, altered):
    kept(log, altered=altered)
    assert broken(log) == [("altered", told("is none"))]


def test_of_many_unsound_receipts_the_first_twenty_are_told(log):
    for _ in range(25):
        kept(log, altered={"signature": ""})
    assert len(broken(log)) == 20


def test_receipts_of_other_kinds_of_places_are_left_alone(log):
    log.add(Anchor(size=5, target="syslog:udp://x", anchored_at=log.now(), receipt="sent"))
    assert broken(log) == []


@pytest.mark.parametrize("key", ["ff", "FF" * 32, "g" * 64])
def test_a_witness_key_is_the_id_of_one(tmp_path, key):
    with pytest.raises(ValueError, match="audit_witness_key"):
        Settings(home=tmp_path, audit_witness_key=(key,))


def test_several_witness_keys_are_written_with_a_space(tmp_path):
    settings = Settings(home=tmp_path, audit_witness_key=f"{'aa' * 32} {'bb' * 32}")
    assert settings.audit_witness_key == ("aa" * 32, "bb" * 32)
