"""The key of the log: made once, rotated under both signatures, never made anew in silence."""

import pytest

from core.audit import AuditRecord
from core.errors import NotPermitted
from core.evidence import keys
from core.evidence.errors import LogKeyUnavailable
from core.evidence.keys import chain, ensure_key, key_file, rotate_key
from core.evidence.models import Head
from core.evidence.sealing import seal
from core.evidence.signatures import in_force, is_sound, key_breaks
from core.evidence.statements import key_id_of
from core.records import inspect
from tests.acting import acting
from tests.core.evidence.rows import grow, sql, unguarded, write
from tests.factories import make_person, make_unit


@pytest.fixture(autouse=True)
def _unit(ctx):
    make_unit(ctx)


def test_the_key_lies_in_a_file_that_only_its_owner_reads(ctx):
    key = ensure_key(ctx)
    path = key_file(ctx.settings)
    assert path == ctx.settings.key_path.with_name("audit.key")
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_id_of(keys.read_signer(path).public_key) == key.id


def test_the_key_is_made_once_and_recorded(ctx):
    first = ensure_key(ctx)
    assert ensure_key(ctx) is first
    assert ctx.recorded == ["audit.key_made"]


def test_a_lost_key_file_is_not_made_anew(ctx):
    grow(ctx, 1)
    key_file(ctx.settings).unlink()
    write(ctx, 1)
    with pytest.raises(LogKeyUnavailable, match="Bring it back"):
        seal(ctx)


def test_another_key_in_the_file_seals_nothing_and_is_told(ctx):
    grow(ctx, 1)
    key_file(ctx.settings).write_bytes(b"another key of 32 bytes, no more")
    write(ctx, 1)
    with pytest.raises(LogKeyUnavailable, match="another key"):
        seal(ctx)
    assert [one.kind for one in inspect(ctx).broken] == ["wrong_signature"]


def test_a_rotation_is_signed_by_both_keys_and_recorded(ctx):
    grow(ctx, 1)
    key = rotate_key(ctx, reason="a year is over")
    first, second = chain(ctx.session)
    assert (second.id, second.previous_id, second.number, second.from_size) == (
        key.id, first.id, 2, 3,
    )  # fmt: skip
    assert list(key_breaks([first, second], ctx.settings)) == []
    record = ctx.session.query(AuditRecord).order_by(AuditRecord.id.desc()).first()
    assert record.action == "audit.key_rotated"
    assert record.facts["signature"] == second.signature.hex()
    assert record.facts["previous_signature"] == second.previous_signature.hex()
    assert (record.facts["reason"], record.facts["previous"]) == ("a year is over", first.id)


def test_heads_after_a_rotation_are_signed_by_the_new_key_alone(ctx):
    grow(ctx, 1)
    rotate_key(ctx, reason="due")
    grow(ctx, 1)
    before, after = ctx.session.query(Head).order_by(Head.size)
    first, second = chain(ctx.session)
    assert (before.key_id, after.key_id) == (first.id, second.id)
    assert (in_force([first, second], 3), in_force([first, second], 4)) == (first, second)
    assert is_sound(after, [first, second])
    assert inspect(ctx).ok


def test_the_old_key_is_gone_once_the_new_one_has_signed(ctx):
    grow(ctx, 1)
    old = key_file(ctx.settings).read_bytes()
    rotate_key(ctx, reason="due")
    assert key_file(ctx.settings).read_bytes() == old
    grow(ctx, 1)
    assert key_file(ctx.settings).read_bytes() != old
    assert [one.name for one in key_file(ctx.settings).parent.glob("audit.key*")] == ["audit.key"]


def test_a_rotation_that_was_taken_back_leaves_the_key_as_it_was(ctx):
    grow(ctx, 1)
    ctx.commit()
    savepoint = ctx.session.begin_nested()
    rotate_key(ctx, reason="not really")
    savepoint.rollback()
    grow(ctx, 1)
    assert inspect(ctx).ok
    rotate_key(ctx, reason="now")
    grow(ctx, 1)
    assert inspect(ctx).ok


def test_two_rotations_without_a_head_between_them_hold(ctx):
    grow(ctx, 1)
    rotate_key(ctx, reason="one")
    third = rotate_key(ctx, reason="two")
    grow(ctx, 1)
    assert ctx.session.query(Head).order_by(Head.size.desc()).first().key_id == third.id
    assert inspect(ctx).ok


def test_who_may_only_read_the_log_rotates_no_key(ctx):
    with pytest.raises(NotPermitted, match=r"audit\.seal"):
        rotate_key(acting(ctx, make_person(ctx)), reason="mine")


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE audit_key SET public_key = sha256('mine') WHERE number = 2",
        "UPDATE audit_key SET from_size = from_size + 1 WHERE number = 2",
        "UPDATE audit_key SET made_at = made_at + interval '1 day' WHERE number = 1",
        "UPDATE audit_key SET previous_signature = signature WHERE number = 2",
        "UPDATE audit_key SET previous_id = NULL, previous_signature = NULL WHERE number = 2",
        "DELETE FROM audit_key WHERE number = 1",
    ],
)
def test_a_key_that_was_slipped_in_or_altered_is_found(ctx, forged):
    grow(ctx, 1)
    rotate_key(ctx, reason="due")
    grow(ctx, 1)
    unguarded(ctx)
    sql(ctx, forged)
    assert {one.kind for one in inspect(ctx).broken} == {"wrong_signature"}
