"""Verification: each way to break the log, by its right name, at the first broken record."""

import json
from typing import get_args

import pytest

from core.errors import InvalidInput
from core.evidence.breaks import MEANINGS, Kind, Point
from core.evidence.documents import head_line
from core.evidence.keys import chain, last_head, read_signer, rotate_key
from core.evidence.keys import key_file as key_file_of
from core.evidence.models import Head
from core.evidence.sealing import seal
from core.evidence.signatures import statement_of_head
from core.evidence.tree import Frontier, leaf_hash
from core.records import inspect
from tests.core.evidence.rows import grow, sql, unguarded, write
from tests.factories import make_unit


@pytest.fixture
def log(ctx):
    """A log of 301 records under four heads, at the mercy of its owner."""
    grow(ctx, 99, 100, 1, 100)
    unguarded(ctx)
    return ctx


def breaks(ctx, **more):
    return [(one.kind, one.position) for one in inspect(ctx, **more).broken]


def record_at(ctx, position):
    return sql(ctx, "SELECT r.* FROM audit_record r JOIN audit_leaf l ON l.audit_record_id = r.id"
               " WHERE l.position = :position", position=position).one()  # fmt: skip


def rewrite(ctx, position):
    """Another record in the place of this one, columns and hashes and all, but the tree."""
    row = record_at(ctx, position)
    canonical = row.canonical.replace(b'"test.done"', b'"test.gone"')
    assert canonical != row.canonical
    sql(ctx, "UPDATE audit_record SET canonical = :canonical, digest = :digest,"
             " action = 'test.gone' WHERE id = :id",
        canonical=canonical, digest=leaf_hash(canonical), id=row.id)  # fmt: skip
    return leaf_hash(canonical)


def rewrite_with_leaf(ctx, position):
    hashed = rewrite(ctx, position)
    sql(ctx, "UPDATE audit_leaf SET hash = :hash WHERE position = :position",
        hash=hashed, position=position)  # fmt: skip


def exchange(ctx, one, other, columns):
    """Exchange two leaves' record or hash or both."""
    found = sql(ctx, "SELECT * FROM audit_leaf WHERE position IN (:one, :other)",
                one=one, other=other)  # fmt: skip
    rows = {row.position: row for row in found}
    sql(ctx, "UPDATE audit_leaf SET audit_record_id = -position WHERE position IN (:one, :other)",
        one=one, other=other)  # fmt: skip
    for place, source in ((one, other), (other, one)):
        for column in ("audit_record_id", "hash"):
            value = getattr(rows[source if column in columns else place], column)
            sql(ctx, f"UPDATE audit_leaf SET {column} = :value WHERE position = :place",  # noqa: S608
                value=value, place=place)  # fmt: skip


def sign_anew(ctx):
    """Sign every head over the tree as it is now, with the key that was stolen."""
    signer, log = read_signer(key_file_of(ctx.settings)), chain(ctx.session)[0].id
    hashes = [row.hash for row in sql(ctx, "SELECT hash FROM audit_leaf ORDER BY position")]
    tree, sizes = Frontier(), {head.size: head for head in ctx.session.query(Head)}
    for leaf in hashes:
        made = tree.append(leaf)
        if len(made) > 8:
            sql(ctx, 'UPDATE audit_node SET hash = :hash WHERE "index" = :index',
                hash=made[8], index=(tree.size >> 8) - 1)  # fmt: skip
        head = sizes.get(tree.size)
        if head:
            head.root = tree.root
            told = statement_of_head(head, log=log).canonical
            sql(ctx, "UPDATE audit_head SET root = :root, signature = :told WHERE size = :size",
                root=tree.root, told=signer.sign(told), size=tree.size)  # fmt: skip
            ctx.session.expire(head)


def test_an_untouched_log_is_sound(log):
    told = inspect(log)
    assert (told.ok, told.records, told.size, told.unsealed) == (True, 301, 301, 0)
    assert told.root == last_head(log.session).root


def test_every_kind_of_break_has_a_meaning():
    assert set(MEANINGS) == set(get_args(Kind))


def test_an_altered_record_is_named_by_its_place(log):
    rewrite(log, 150)
    number = record_at(log, 150).id
    found = inspect(log).broken
    assert [(one.kind, one.position, one.id) for one in found] == [("altered", 150, number)]


def test_an_altered_column_is_named_by_its_place(log):
    sql(log, "UPDATE audit_record SET actor_name = 'somebody' WHERE id = :id",
        id=record_at(log, 7).id)  # fmt: skip
    assert breaks(log) == [("altered", 7)]


def test_of_many_altered_records_the_first_is_told_first(log):
    for place in (299, 20, 150):
        rewrite(log, place)
    assert breaks(log) == [("altered", 20), ("altered", 150), ("altered", 299)]


def test_an_altered_leaf_is_told_from_an_altered_record(log):
    sql(log, "UPDATE audit_leaf SET hash = sha256('x') WHERE position = 33")
    [found] = inspect(log).broken
    assert (found.kind, found.position) == ("altered", 33)
    assert "the record's, which is as it was sealed" in found.what


def test_a_record_rewritten_with_its_leaf_is_found_by_the_tree(log):
    rewrite_with_leaf(log, 150)
    [found] = inspect(log).broken
    assert (found.kind, found.position) == ("altered", 100)
    assert "from position 100 to 199" in found.what


def test_a_record_rewritten_with_leaf_and_heads_but_without_the_key_is_found(log):
    rewrite_with_leaf(log, 150)
    key_file_of(log.settings).write_bytes(b"another key of 32 bytes, no more")
    sign_anew(log)
    assert {kind for kind, _ in breaks(log)} == {"wrong_signature"}


def test_a_record_that_is_gone_is_missing(log):
    sql(log, "DELETE FROM audit_record WHERE id = :id", id=record_at(log, 42).id)
    assert breaks(log) == [("missing", 42)]


def test_a_leaf_that_is_gone_is_missing(log):
    sql(log, "DELETE FROM audit_leaf WHERE position = 42")
    assert breaks(log)[0] == ("missing", 42)


def test_a_record_cut_out_with_its_leaf_is_missing(log):
    sql(log, "DELETE FROM audit_record WHERE id = :id", id=record_at(log, 42).id)
    sql(log, "DELETE FROM audit_leaf WHERE position = 42")
    sql(log, "UPDATE audit_leaf SET position = -position WHERE position > 42")
    sql(log, "UPDATE audit_leaf SET position = -position - 1 WHERE position < 0")
    assert breaks(log)[0] == ("missing", 0)
    assert "1 fewer than were sealed" in inspect(log).broken[0].what


def test_the_last_records_cut_off_are_missing(log):
    sql(log, "DELETE FROM audit_record WHERE id = :id", id=record_at(log, 300).id)
    sql(log, "DELETE FROM audit_leaf WHERE position = 300")
    assert breaks(log) == [("missing", 201)]  # from the last head on that still fits


def test_a_head_that_is_gone_is_missing(log):
    sql(log, "DELETE FROM audit_head WHERE size = 200")
    [found] = inspect(log).broken
    assert (found.kind, found.what) == ("missing", "the head of 200 records is not there")


@pytest.mark.parametrize("columns", [("audit_record_id",), ("audit_record_id", "hash")])
@pytest.mark.parametrize(("one", "other"), [(10, 20), (10, 11), (120, 250), (99, 100), (199, 300)])
def test_exchanged_records_are_reordered(log, columns, one, other):
    exchange(log, one, other, columns)
    assert breaks(log) == [("reordered", one), ("reordered", other)]


def test_a_head_that_somebody_else_signed_has_the_wrong_signature(log):
    sql(log, "UPDATE audit_head SET sealed_at = sealed_at - interval '1 day' WHERE size = 200")
    assert breaks(log) == [("wrong_signature", None)]


def test_a_head_signed_by_a_key_that_was_not_in_force_has_the_wrong_signature(log):
    make_unit(log)
    rotate_key(log, reason="due")
    write(log, 1)
    seal(log)
    second = chain(log.session)[1]
    head = log.session.get(Head, 200)
    told = statement_of_head(head, log=chain(log.session)[0].id)
    signature = read_signer(key_file_of(log.settings)).sign(told.canonical)
    sql(log, "UPDATE audit_head SET key_id = :key, signature = :signature WHERE size = 200",
        key=second.id, signature=signature)  # fmt: skip
    assert breaks(log) == [("wrong_signature", None)]


def test_a_kept_subtree_that_was_altered_is_told(log):
    sql(log, "UPDATE audit_node SET hash = sha256('x')")
    assert breaks(log) == [("altered", 0)]


def test_a_kept_subtree_that_is_gone_is_missing(log):
    sql(log, "DELETE FROM audit_node")
    assert breaks(log) == [("missing", 0)]


def test_a_kept_subtree_too_many_is_told(log):
    sql(log, "INSERT INTO audit_node VALUES (8, 9, sha256('x'))")
    assert breaks(log) == [("altered", None)]


def test_an_old_record_without_a_place_is_unsealed(log, clock):
    number = write(log, 1)[0].id
    assert (inspect(log).ok, inspect(log).unsealed) == (True, 1)
    clock.forward(seconds=61)
    [found] = inspect(log).broken
    assert (found.kind, found.id) == ("unsealed", number)


def test_leaves_without_their_head_are_unsealed(log):
    sql(log, "DELETE FROM audit_head WHERE size = 301")
    assert breaks(log) == [("unsealed", 201)]


def test_the_log_of_a_thief_of_the_key_is_a_fork_of_what_was_laid_down(log, tmp_path):
    anchors = tmp_path / "anchors"
    anchors.write_text(head_line(last_head(log.session), log=chain(log.session)[0].id) + "\n")
    assert breaks(log, anchors=anchors) == []
    rewrite_with_leaf(log, 150)
    sign_anew(log)
    assert breaks(log) == []  # nothing inside can tell
    [found] = inspect(log, anchors=anchors).broken
    assert (found.kind, f"{anchors}:1" in found.what) == ("forked", True)


def test_two_heads_that_contradict_each_other_are_a_fork(log):
    kept = sql(log, "SELECT root, signature FROM audit_head WHERE size = 200").one()
    rewrite_with_leaf(log, 150)
    sign_anew(log)
    sql(log, "UPDATE audit_head SET root = :root, signature = :signature WHERE size = 200",
        root=kept.root, signature=kept.signature)  # fmt: skip
    assert breaks(log) == [("forked", 100)]


def test_a_log_set_back_to_an_older_state_is_cut_off_from_what_was_laid_down(log, tmp_path):
    anchors = tmp_path / "anchors"
    anchors.write_text(head_line(last_head(log.session), log=chain(log.session)[0].id) + "\n")
    sql(log, "DELETE FROM audit_record WHERE id IN"
             " (SELECT audit_record_id FROM audit_leaf WHERE position >= 201)")  # fmt: skip
    for statement in ("audit_leaf WHERE position >= 201", "audit_head WHERE size > 201",
                      "audit_node"):  # fmt: skip
        sql(log, f"DELETE FROM {statement}")  # noqa: S608
    assert breaks(log) == []  # nothing inside can tell
    assert breaks(log, anchors=anchors) == [("missing", 201)]


def test_a_forged_line_among_the_anchors_is_told(log, tmp_path):
    line = json.loads(head_line(last_head(log.session), log=chain(log.session)[0].id))
    anchors = tmp_path / "anchors"
    anchors.write_text(json.dumps(line | {"size": 300}) + "\nno head at all\n")
    assert breaks(log, anchors=anchors) == [("wrong_signature", None)] * 2


def test_heads_of_another_log_in_the_same_file_are_left_alone(log, tmp_path):
    line = json.loads(head_line(last_head(log.session), log=chain(log.session)[0].id))
    anchors = tmp_path / "anchors"
    anchors.write_text(json.dumps(line | {"log": "ff" * 32}) + "\n")
    assert breaks(log, anchors=anchors) == []


def test_anchors_that_cannot_be_read_are_told(log, tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        inspect(log, anchors=tmp_path)


@pytest.mark.parametrize("size", [1, 100, 200, 256, 300])
def test_verification_goes_on_from_a_tree_that_was_verified(log, size):
    hashes = [row.hash for row in sql(log, "SELECT hash FROM audit_leaf ORDER BY position")]
    tree = Frontier()
    for leaf in hashes[:size]:
        tree.append(leaf)
    before = {head.size for head in log.session.query(Head)}
    since = Point(size=size, root=tree.root)
    told = inspect(log, since=since)
    assert (told.since, told.size, told.root) == (size, 301, last_head(log.session).root)
    assert told.ok is (size in before)  # only heads are verified points
    rewrite(log, 300)
    assert ("altered", 300) in breaks(log, since=since)


def test_what_was_verified_before_and_is_another_now_is_told(log):
    since = Point(size=200, root=b"x" * 32)
    assert breaks(log, since=since) == [("altered", None)]


def test_an_age_counts_from_the_moment_that_the_record_names(log, clock):
    write(log, 1)
    clock.forward(seconds=60)
    assert inspect(log).ok
