"""The sealer: places for records, signed heads, one at a time, nobody waits for it."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.actor import Actor, Origin
from core.evidence import sealing
from core.evidence.keys import LOCK_NUMBER, chain, last_head
from core.evidence.models import Head, Leaf, Node
from core.evidence.nodes import LogBroken, frontier
from core.evidence.sealing import seal, seal_all
from core.evidence.signatures import is_sound
from core.evidence.tree import Frontier, leaf_hash
from tests.core.evidence.rows import SUBJECT, TABLES, grow, sql, unguarded, write

ACTOR, ORIGIN = Actor(name="test"), Origin(door="job")


def leaves(ctx):
    return ctx.session.query(Leaf).order_by(Leaf.position).all()


def test_records_get_their_places_in_the_order_of_their_numbers(ctx):
    grow(ctx, 3, 2)
    found = leaves(ctx)
    assert [leaf.position for leaf in found] == list(range(6))  # the key's own record is the first
    numbers = [leaf.audit_record_id for leaf in found]
    assert numbers[:3] + numbers[4:] == sorted(numbers[:3] + numbers[4:])


def test_a_head_holds_the_root_over_the_canonical_records_and_the_key_in_force_signed_it(ctx):
    grow(ctx, 3)
    tree, rows = Frontier(), sql(ctx, "SELECT r.canonical FROM audit_record r JOIN audit_leaf l"
                                 " ON l.audit_record_id = r.id ORDER BY l.position")  # fmt: skip
    for row in rows:
        tree.append(leaf_hash(row.canonical))
    head = last_head(ctx.session)
    assert (head.size, head.previous, head.root) == (4, 0, tree.root)
    assert is_sound(head, chain(ctx.session))


def test_each_head_names_the_one_before_it(ctx):
    grow(ctx, 3, 1, 2)
    heads = ctx.session.query(Head).order_by(Head.size).all()
    assert [(head.previous, head.size) for head in heads] == [(0, 4), (4, 5), (5, 7)]


def test_nothing_new_makes_no_head(ctx):
    grow(ctx, 1)
    done = seal(ctx)
    assert (done.records, done.size, ctx.session.query(Head).count()) == (0, 2, 1)


def test_complete_subtrees_are_kept_at_every_eighth_level(ctx):
    grow(ctx, 255, 300)
    kept = ctx.session.query(Node).order_by(Node.index).all()
    hashes = [leaf.hash for leaf in leaves(ctx)]
    assert [(node.level, node.index) for node in kept] == [(8, 0), (8, 1)]
    for node in kept:
        tree = Frontier()
        for leaf in hashes[node.index << 8 : node.index + 1 << 8]:
            tree.append(leaf)
        assert node.hash == tree.root


def test_the_kept_rows_give_the_tree_back(ctx):
    grow(ctx, 700)
    tree = frontier(ctx.session, 701)
    assert (tree.size, tree.root) == (701, last_head(ctx.session).root)


def test_a_large_heap_is_sealed_batch_by_batch(ctx, monkeypatch):
    monkeypatch.setattr(sealing.seal, "__kwdefaults__", {"mark": sealing.FIRST, "batch": 4})
    write(ctx, 10)
    assert seal_all(ctx) == 11
    assert [head.size for head in ctx.session.query(Head).order_by(Head.size)] == [4, 8, 11]


def test_a_broken_tree_is_not_sealed_any_further(ctx):
    grow(ctx, 3)
    unguarded(ctx)
    sql(ctx, "UPDATE audit_leaf SET hash = sha256('x') WHERE position = 2")
    write(ctx, 1)
    with pytest.raises(LogBroken, match="does not have the root"):
        seal(ctx)


def test_leaves_without_their_head_are_not_built_upon(ctx):
    grow(ctx, 3, 3)
    unguarded(ctx)
    sql(ctx, "DELETE FROM audit_head WHERE size = 7")
    write(ctx, 1)
    with pytest.raises(LogBroken, match="covers 4 records, and 7 have a place"):
        seal(ctx)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_the_log_is_insert_only(ctx, table):
    grow(ctx, 260 if table == "audit_node" else 1)
    sql(ctx, "INSERT INTO audit_anchor (size, target, anchored_at, receipt)"
             " VALUES (1, 'test', now(), '')")  # fmt: skip
    sql(ctx, "INSERT INTO audit_witnessed VALUES ('log', 1, 'x', now(), 'key', 'x')")
    column = ctx.session.scalar(
        text("SELECT column_name FROM information_schema.columns WHERE table_name = :t LIMIT 1"),
        {"t": table},
    )
    for statement in (f'UPDATE {table} SET "{column}" = "{column}"', f"DELETE FROM {table}",  # noqa: S608
                      f"TRUNCATE {table}"):  # fmt: skip
        with pytest.raises(DBAPIError, match="insert-only"), ctx.session.begin_nested():
            sql(ctx, statement)


def test_not_even_the_owner_holds_the_right_to_change_the_log(ctx):
    held = text(
        "SELECT relname, privilege_type FROM pg_class, aclexplode(relacl)"
        " WHERE relname = ANY (:tables) AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')"
    )
    assert ctx.session.execute(held, {"tables": list(TABLES)}).all() == []
    told = text("SELECT count(*) FROM pg_class WHERE relname = ANY (:tables) AND relacl IS NULL")
    assert ctx.session.scalar(told, {"tables": list(TABLES)}) == 0  # NULL would be every right


def test_a_record_that_is_committed_late_gets_a_later_place(runtime):
    with runtime.context(ACTOR, ORIGIN) as late:
        slow = late.record("test.slow", SUBJECT)
        with runtime.context(ACTOR, ORIGIN) as ctx:
            quick = ctx.record("test.quick", SUBJECT)
        with runtime.context(ACTOR, ORIGIN) as ctx:
            first = seal(ctx)
    with runtime.context(ACTOR, ORIGIN) as ctx:
        second = seal(ctx, mark=first.mark)
    with runtime.context(ACTOR, ORIGIN) as ctx:
        places = {leaf.audit_record_id: leaf.position for leaf in leaves(ctx)}
    assert slow.id < quick.id
    assert (second.records, places[slow.id] > places[quick.id]) == (1, True)


def test_the_mark_spares_the_look_at_transactions_that_had_ended(runtime):
    with runtime.context(ACTOR, ORIGIN) as ctx:
        hidden = ctx.record("test.hidden", SUBJECT)
    with runtime.context(ACTOR, ORIGIN) as ctx:
        first = seal(ctx)
        unguarded(ctx)
        sql(ctx, "DELETE FROM audit_leaf WHERE audit_record_id = :id", id=hidden.id)
        assert seal(ctx, mark=first.mark).records == 0
        with pytest.raises(LogBroken):
            seal(ctx)
        ctx.session.rollback()


def test_a_second_sealer_steps_back(runtime):
    with runtime.context(ACTOR, ORIGIN) as first:
        first.record("test.done", SUBJECT)
        first.commit()
        sql(first, "SELECT pg_advisory_xact_lock(:number)", number=LOCK_NUMBER)
        with runtime.context(ACTOR, ORIGIN) as second:
            assert seal(second) is None


def test_many_writers_and_two_sealers_leave_no_record_out_and_none_twice(runtime):
    done = threading.Event()

    def writer(number):
        for one in range(30):
            with runtime.context(ACTOR, ORIGIN) as ctx:
                write(ctx, 1 + one % 3, first=1000 * number)

    def sealer():
        mark = sealing.FIRST
        while not done.is_set():
            with runtime.context(ACTOR, ORIGIN) as ctx:
                sealed = seal(ctx, mark=mark, batch=7)
            mark = sealed.mark if sealed else mark

    writers = [threading.Thread(target=writer, args=(number,)) for number in range(4)]
    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    with runtime.context(ACTOR, ORIGIN) as ctx:
        seal_all(ctx)
        records = set(ctx.session.scalars(text("SELECT id FROM audit_record")))
        places = leaves(ctx)
    assert {leaf.audit_record_id for leaf in places} == records
    assert len(places) == len(records) == 241
