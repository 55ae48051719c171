"""Texts in the database: keyframes, deltas, dictionaries, and what takes no room."""

import pytest
from alembic import command
from sqlalchemy import func, select, text, update

from core.database import connect
from core.errors import NotFound
from inventory import snapshots
from inventory.snapshot_models import (
    Content,
    DeltaSet,
    Keyframe,
    ObservedFacts,
    Snapshot,
    ZstdDictionary,
)
from inventory.store import dictionaries, verifying
from inventory.store.frames import compressed
from inventory.store.texts import EVERY, digest_of
from tests.factories import make_device, make_site
from tests.inventory.store_rows import config, show
from trimtab.schema import alembic_config


def count(ctx, table):
    return ctx.session.scalar(select(func.count()).select_from(table))


def test_ten_versions_are_one_keyframe_and_one_set_of_deltas(ctx):
    device = make_device(ctx)
    shown = [show(ctx, device, config(f"ntp server 10.0.0.{n}")) for n in range(EVERY)]
    assert (count(ctx, Keyframe), count(ctx, DeltaSet), count(ctx, Content)) == (1, 1, EVERY)
    read = [snapshots.text_of(ctx, one.digest) for one in shown]
    assert read == [config(f"ntp server 10.0.0.{n}") for n in range(EVERY)]


def test_the_eleventh_version_is_a_keyframe_again(ctx):
    device = make_device(ctx)
    shown = [show(ctx, device, config(f"ntp server 10.0.0.{n}")) for n in range(EVERY + 1)]
    assert ctx.session.get(Content, shown[-1].digest).place == 0
    assert count(ctx, Keyframe) == 2


def test_nothing_is_written_when_nothing_changed(ctx):
    device = make_device(ctx)
    show(ctx, device, config())
    tables = (Content, Keyframe, DeltaSet, Snapshot, ObservedFacts)
    before = [count(ctx, one) for one in tables]
    show(ctx, device, config())
    assert [count(ctx, one) for one in tables] == before


def test_another_text_altogether_is_a_keyframe(ctx):
    device = make_device(ctx)
    show(ctx, device, config())
    other = show(ctx, device, "".join(f"vlan {n}\n" for n in range(300)))
    assert ctx.session.get(Content, other.digest).place == 0


def test_the_startup_configuration_is_stored_beside_the_running_one(ctx):
    device = make_device(ctx)
    show(ctx, device, config("ntp server 10.0.0.1"))
    startup = show(ctx, device, config(), source="startup")
    assert ctx.session.get(Content, startup.digest).place == 1


def test_an_intended_text_is_stored_beside_what_its_device_shows(ctx):
    device = make_device(ctx)
    show(ctx, device, config())
    digest = snapshots.put_content(ctx, config("ntp server 10.0.0.1"), device=device)
    assert ctx.session.get(Content, digest).place == 1


def test_a_keyframe_that_another_transaction_holds_is_left_alone(runtime, ctx):
    with runtime.context(ctx.person, ctx.origin) as one:
        first = snapshots.put_content(one, config())
        device = make_device(one)
        show(one, device, config())
    with runtime.context(ctx.person, ctx.origin) as holder:
        held = select(Keyframe.id).with_for_update(key_share=True)
        holder.session.execute(held).all()
        with runtime.context(ctx.person, ctx.origin) as writer:
            device = writer.session.merge(device)
            shown = show(writer, device, config("ntp server 10.0.0.1"))
            kept = writer.session.get(Content, shown.digest)
            assert kept.place == 0
            assert kept.keyframe_id != writer.session.get(Content, first).keyframe_id


def test_facts_that_stay_the_same_are_kept_once(ctx):
    device = make_device(ctx)
    said = {"hostname": "r1", "serial": "FDO1"}
    first = show(ctx, device, config(), facts=said)
    second = show(ctx, device, config("x"), facts=said)
    third = show(ctx, device, config("y"), facts=said | {"serial": "FDO2"})
    assert first.facts_id == second.facts_id != third.facts_id
    assert (second.facts, third.facts["serial"]) == (said, "FDO2")


def test_a_dictionary_is_trained_once_there_are_enough_texts(ctx):
    site = make_site(ctx)
    for n in range(dictionaries.ENOUGH):
        assert dictionaries.train(ctx) == 0
        show(ctx, make_device(ctx, site=site), config(f"hostname r{n}", f"snmp location {n * n}"))
    assert (dictionaries.train(ctx), dictionaries.train(ctx)) == (1, 0)
    made = ctx.session.scalars(select(ZstdDictionary)).one()
    assert (made.platform, made.unit_id, made.version) == ("cisco_ios", site.unit_id, 1)


def test_the_next_keyframe_of_the_platform_in_the_unit_uses_the_dictionary(ctx):
    site = make_site(ctx)
    for n in range(dictionaries.ENOUGH):
        show(ctx, make_device(ctx, site=site), config(f"hostname r{n}", f"snmp location {n * n}"))
    dictionaries.train(ctx)
    mine, other = make_device(ctx, site=site), make_device(ctx)
    here, there = show(ctx, mine, config("hostname me")), show(ctx, other, config("hostname it"))
    later = show(ctx, mine, config("hostname me", "ntp server 10.0.0.1"))
    frames = [
        ctx.session.get(Keyframe, ctx.session.get(Content, one.digest).keyframe_id)
        for one in (here, there, later)
    ]
    assert [one.dictionary_id is not None for one in frames] == [True, False, True]
    assert len(frames[0].body) < len(frames[1].body)
    assert snapshots.text_of(ctx, later.digest) == config("hostname me", "ntp server 10.0.0.1")


def test_every_text_is_verified_against_its_name(ctx):
    device = make_device(ctx)
    show(ctx, device, config())
    spoiled = show(ctx, device, "".join(f"vlan {n}\n" for n in range(300)))
    assert verifying.verify(ctx) == verifying.Verified(texts=2, broken=())
    row = ctx.session.get(Content, spoiled.digest)
    ctx.session.execute(
        update(Keyframe).where(Keyframe.id == row.keyframe_id).values(body=compressed(b"forged"))
    )
    assert verifying.verify(ctx).broken == (spoiled.digest.hex(),)


def test_a_text_nobody_kept_is_not_found(ctx):
    with pytest.raises(NotFound, match="No text is kept"):
        snapshots.packed(ctx, [digest_of("never")])


@pytest.fixture
def before_the_store(database_url):
    """A connection to a database as it was before this migration."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        settings = alembic_config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0004")
        yield connection, settings
    engine.dispose()


def test_what_was_kept_before_is_readable_after_the_migration(before_the_store):
    connection, settings = before_the_store
    plain = config().encode()
    connection.execute(
        text("INSERT INTO content (digest, body, size) VALUES (:digest, :body, :size)"),
        {"digest": digest_of(config()), "body": compressed(plain), "size": len(plain)},
    )
    connection.execute(text("SET session_replication_role = replica"))  # no device is needed
    connection.execute(
        text(
            "INSERT INTO snapshot (device_id, source, digest, lines, trusted, doubts, facts,"
            " first_seen_at, last_seen_at) VALUES (1, 'running', :digest, 3, false,"
            " '{cut: x,shrunk: y}', '{\"serial\": \"FDO1\"}', now(), now())"
        ),
        {"digest": digest_of(config())},
    )
    connection.execute(text("SET session_replication_role = origin"))
    command.upgrade(settings, "0005")
    row = connection.execute(
        text(
            "SELECT k.body, c.place, s.doubts, f.facts FROM snapshot s"
            " JOIN content c USING (digest) JOIN keyframe k ON k.id = c.keyframe_id"
            " JOIN observed_facts f ON f.id = s.facts_id"
        )
    ).one()
    assert (row.body, row.place) == (compressed(plain), 0)
    assert (row.doubts, row.facts) == ("cut: x\nshrunk: y", {"serial": "FDO1"})
