# ruff: noqa: S608 - the statements are ours
"""Manipulations that the owner of the database can make, and what has to be told of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from core.evidence.breaks import Kind
from core.evidence.nodes import STEP
from tests.tamper.log import Log, rewritten, sign_anew


@dataclass(frozen=True)
class Due:
    """What has to be told: the kind, and the first place; `near` allows a place before it."""

    kind: Kind
    position: int | None = None
    near: bool = False


COLUMNS: Mapping[str, str] = {
    "record_id": "gen_random_uuid()",
    "recorded_at": "recorded_at - interval '1 microsecond'",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "actor_name": "coalesce(actor_name, '') || ' '",
    "actor_identity": "sha256(coalesce(actor_identity, ''))",
    "action": "upper(action)",
    "subject_type": "'site'",
    "subject_id": "subject_id || '0'",
    "subject_label": "''",
    "change_id": "coalesce(change_id, 0) + 1",
    "execution_id": "coalesce(execution_id, 0) + 1",
    "facts": "facts || '{\"sure\": false}'",
}


def _flip(log: Log, column: str) -> Due:
    place = log.place()
    row = log.record_at(place)
    there = bytearray(getattr(row, column))
    there[log.draw.randrange(len(there))] ^= log.draw.randint(1, 255)
    log.sql(f"UPDATE audit_record SET {column} = :bytes WHERE id = :id",
            bytes=bytes(there), id=row.id)  # fmt: skip
    return Due("altered", place)


def a_byte_of_the_record(log: Log) -> Due:
    return _flip(log, "canonical")


def a_byte_of_the_digest(log: Log) -> Due:
    return _flip(log, "digest")


def a_column(log: Log) -> Due:
    place, column = log.place(at_least=1), log.draw.choice(list(COLUMNS))
    log.sql(f"UPDATE audit_record SET {column} = {COLUMNS[column]} WHERE id = :id",
            id=log.record_at(place).id)  # fmt: skip
    return Due("altered", place)


def a_record_whole(log: Log) -> Due:
    place = log.place()
    rewritten(log, place)
    return Due("altered", place)


def a_leaf(log: Log) -> Due:
    place = log.place()
    log.sql("UPDATE audit_leaf SET hash = sha256(hash) WHERE position = :place", place=place)
    return Due("altered", place)


def a_record_with_its_leaf(log: Log) -> Due:
    place = log.place()
    log.sql("UPDATE audit_leaf SET hash = :hash WHERE position = :place",
            hash=rewritten(log, place), place=place)  # fmt: skip
    return Due("altered", place, near=True)


def a_record_with_the_tree_and_a_wrong_key(log: Log) -> Due:
    a_record_with_its_leaf(log)
    heads = log.sql("SELECT size, signature FROM audit_head").all()
    sign_anew(log)
    for row in heads:
        log.sql("UPDATE audit_head SET signature = sha512(signature) WHERE size = :size",
                size=row.size)  # fmt: skip
    return Due("wrong_signature")


def a_record_with_the_tree_and_the_stolen_key(log: Log) -> Due:
    a_record_with_its_leaf(log)
    sign_anew(log)
    return Due("forked")


def a_past_beside_a_head_that_was_kept(log: Log) -> Due:
    place = log.draw.randrange(log.sizes[-2])
    kept = log.sql("SELECT * FROM audit_head WHERE size = :size", size=log.head_of(place)).one()
    log.sql("UPDATE audit_leaf SET hash = :hash WHERE position = :place",
            hash=rewritten(log, place), place=place)  # fmt: skip
    sign_anew(log)
    log.sql("UPDATE audit_head SET root = :root, signature = :told WHERE size = :size",
            root=kept.root, told=kept.signature, size=kept.size)  # fmt: skip
    return Due("forked")


def a_record_gone(log: Log) -> Due:
    place = log.place()
    log.sql("DELETE FROM audit_record WHERE id = :id", id=log.record_at(place).id)
    return Due("missing", place)


def a_leaf_gone(log: Log) -> Due:
    place = log.place()
    log.sql("DELETE FROM audit_leaf WHERE position = :place", place=place)
    return Due("missing", place, near=place == log.size - 1)  # the last one: the end is cut off


def a_record_cut_out(log: Log) -> Due:
    place = log.place()
    log.sql("DELETE FROM audit_record WHERE id = :id", id=log.record_at(place).id)
    log.sql("DELETE FROM audit_leaf WHERE position = :place", place=place)
    log.sql("UPDATE audit_leaf SET position = -position WHERE position > :place", place=place)
    log.sql("UPDATE audit_leaf SET position = -position - 1 WHERE position < 0")
    return Due("missing", place, near=True)


def the_end_cut_off(log: Log) -> Due:
    place = log.draw.randrange(log.sizes[-2], log.size)
    _cut(log, place)
    return Due("missing", place, near=True)


def the_log_set_back(log: Log) -> Due:
    """All of it, as from an old backup: only what was laid down outside can tell."""
    place = log.draw.choice(log.sizes[:-1])
    _cut(log, place)
    log.sql("DELETE FROM audit_head WHERE size > :place", place=place)
    log.sql('DELETE FROM audit_node WHERE ("index" + 1) * 256 > :place', place=place)
    return Due("missing", place)


def _cut(log: Log, place: int) -> None:
    log.sql("DELETE FROM audit_record WHERE id IN (SELECT audit_record_id FROM audit_leaf"
            " WHERE position >= :place)", place=place)  # fmt: skip
    log.sql("DELETE FROM audit_leaf WHERE position >= :place", place=place)


def _exchange(log: Log, columns: str) -> Due:
    one, other = sorted(log.draw.sample(range(log.size), 2))
    rows = {place: log.sql("SELECT * FROM audit_leaf WHERE position = :place", place=place).one()
            for place in (one, other)}  # fmt: skip
    log.sql("DELETE FROM audit_leaf WHERE position IN (:one, :other)", one=one, other=other)
    for place, source in ((one, rows[other]), (other, rows[one])):
        hashed = source.hash if columns == "both" else rows[place].hash
        log.sql("INSERT INTO audit_leaf VALUES (:place, :record, :hash)",
                place=place, record=source.audit_record_id, hash=hashed)  # fmt: skip
    return Due("reordered", one)


def two_records_exchanged(log: Log) -> Due:
    return _exchange(log, "records")


def two_leaves_exchanged(log: Log) -> Due:
    return _exchange(log, "both")


def a_copy_in_a_records_place(log: Log) -> Due:
    place = log.place(at_least=1)
    row = log.record_at(place)
    [number] = log.sql(
        "INSERT INTO audit_record (record_id, recorded_at, actor_id, actor_name,"
        " actor_identity, action, subject_type, subject_id, subject_label, facts, canonical,"
        " digest)"
        " SELECT :identity, recorded_at, actor_id, actor_name, actor_identity, action,"
        " subject_type, subject_id, subject_label, facts, canonical || ' ', sha256(canonical)"
        " FROM audit_record WHERE id = :id RETURNING id",
        id=row.id, identity=UUID(int=log.draw.getrandbits(128)),
    ).one()  # fmt: skip
    log.sql("UPDATE audit_leaf SET audit_record_id = :number WHERE position = :place",
            number=number, place=place)  # fmt: skip
    return Due("altered", place)


def a_record_slipped_in(log: Log) -> Due:
    """A record of long ago that nobody wrote then."""
    row = log.record_at(log.place(at_least=1))
    identity = UUID(int=log.draw.getrandbits(128))
    canonical = row.canonical.replace(str(row.record_id).encode(), str(identity).encode())
    log.sql(
        "INSERT INTO audit_record (record_id, recorded_at, actor_id, actor_name,"
        " actor_identity, action, subject_type, subject_id, subject_label, facts, canonical,"
        " digest)"
        " SELECT :identity, recorded_at, actor_id, actor_name, actor_identity, action,"
        " subject_type, subject_id, subject_label, facts, :canonical,"
        " sha256('\\x00'::bytea || :canonical)"
        " FROM audit_record WHERE id = :id",
        id=row.id, identity=identity, canonical=canonical,
    )  # fmt: skip
    return Due("unsealed")


def a_head_changed(log: Log) -> Due:
    change = log.draw.choice([
        "root = sha256(root)", "sealed_at = sealed_at - interval '1 microsecond'",
        "signature = sha512(signature)", "previous = previous + 1", "key_id = 'mine'",
    ])  # fmt: skip
    log.sql(f"UPDATE audit_head SET {change} WHERE size = :size", size=log.draw.choice(log.sizes))
    return Due("wrong_signature")


def a_head_gone(log: Log) -> Due:
    size = log.draw.choice(log.sizes)
    log.sql("DELETE FROM audit_head WHERE size = :size", size=size)
    return Due("unsealed", log.sizes[-2]) if size == log.size else Due("missing")


def a_head_made_up(log: Log) -> Due:
    size = log.draw.choice([one for one in range(1, log.size + 9) if one not in log.sizes])
    log.sql("INSERT INTO audit_head SELECT :size, previous, root, sealed_at, key_id, signature"
            " FROM audit_head WHERE size = :last", size=size, last=log.size)  # fmt: skip
    return Due("wrong_signature")


def a_kept_subtree_changed(log: Log) -> Due:
    index = log.draw.randrange(log.size >> STEP)
    log.sql('UPDATE audit_node SET hash = sha256(hash) WHERE "index" = :index', index=index)
    return Due("altered", index << STEP)


def a_kept_subtree_gone(log: Log) -> Due:
    index = log.draw.randrange(log.size >> STEP)
    log.sql('DELETE FROM audit_node WHERE "index" = :index', index=index)
    return Due("missing", index << STEP)


def a_kept_subtree_made_up(log: Log) -> Due:
    log.sql("INSERT INTO audit_node VALUES (8, :index, sha256('x'))", index=log.size)
    return Due("altered")


def the_key_changed(log: Log) -> Due:
    change = log.draw.choice([
        "public_key = sha256(public_key)", "from_size = from_size + 1", "id = 'mine'",
        "made_at = made_at - interval '1 day'", "signature = sha512(signature)", "number = 9",
        "previous_id = 'none'", "previous_signature = signature",
    ])  # fmt: skip
    log.sql(f"UPDATE audit_key SET {change}")
    return Due("wrong_signature")


HANDS: tuple[Callable[[Log], Due], ...] = (
    a_byte_of_the_record, a_byte_of_the_digest, a_column, a_record_whole, a_leaf,
    a_record_with_its_leaf, a_record_with_the_tree_and_a_wrong_key,
    a_record_with_the_tree_and_the_stolen_key, a_past_beside_a_head_that_was_kept, a_record_gone,
    a_leaf_gone, a_record_cut_out, the_end_cut_off, the_log_set_back, two_records_exchanged,
    two_leaves_exchanged, a_copy_in_a_records_place, a_record_slipped_in, a_head_changed,
    a_head_gone, a_head_made_up, a_kept_subtree_changed, a_kept_subtree_gone,
    a_kept_subtree_made_up, the_key_changed,
)  # fmt: skip
