"""Encrypted originals: when they are kept, who sees them, and what an altered one gives."""

import pytest
from sqlalchemy import func, select, update

from core.audit import AuditRecord
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.secrets import read_secret, write_secret
from inventory import captures, key_rotation, originals, results, snapshots
from inventory.drivers.protocol import Collection, Facts
from inventory.key_rotation import Rotation
from inventory.original_models import Original
from inventory.originals import OriginalUnavailable
from inventory.results import Ended
from inventory.snapshot_models import Snapshot
from tests.factories import make_device

SHOWN = "hostname {}\nsnmp-server community s3cret RO\nntp server 10.1.1.1\nend\n"


def collected(ctx, device, text):
    """A collection of the device that showed this."""
    collection = Collection(
        running=text, startup=None, facts=Facts(), neighbours=(), hostname=device.hostname,
        host_key=None,
    )  # fmt: skip
    found = captures.judge(ctx, device, collection)
    ended = results.keep(ctx, Ended(device=device, found=found, seconds=0.0))
    ctx.commit()
    ctx.recorded.clear()
    return ctx.get(Snapshot, ended.snapshot_id)


@pytest.fixture
def device(ctx):
    return make_device(ctx, platform="cisco_ios")


@pytest.fixture
def snapshot(ctx, device):
    return collected(ctx, device, SHOWN.format(device.hostname))


def kept(ctx):
    return ctx.session.scalar(select(func.count()).select_from(Original))


def test_a_revealed_text_is_the_one_that_the_device_showed(ctx, device, snapshot):
    assert "<secret:" in snapshots.text_of(ctx, snapshot.digest)
    shown = originals.reveal(ctx, snapshot.id, reason="restore")
    assert shown == SHOWN.format(device.hostname)


def test_one_line_is_revealed_alone(ctx, snapshot):
    assert originals.reveal(ctx, snapshot.id, reason="restore", line=2) == (
        "snmp-server community s3cret RO\n"
    )


def test_a_look_is_recorded_with_its_reason_before_anything_is_seen(ctx, snapshot):
    originals.reveal(ctx, snapshot.id, reason="restore after fire", line=2)
    record = ctx.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "snapshot.revealed")
    ).one()
    assert (ctx.session.in_transaction(), record.subject_id, record.facts) == (
        True,
        str(snapshot.id),
        {"reason": "restore after fire", "line": 2, "digest": snapshot.digest.hex()},
    )
    assert "s3cret" not in str(record.canonical)


def test_without_a_reason_nothing_is_revealed(ctx, snapshot):
    with pytest.raises(InvalidInput, match="the reason is recorded"):
        originals.reveal(ctx, snapshot.id, reason=" ")
    assert ctx.recorded == []


def test_without_the_permission_nothing_is_revealed(ctx, snapshot):
    class Nobody:
        def units(self, *_):
            return frozenset()

        def allows(self, *_):
            return False

        def post(self, *_):
            return None

    ctx.authority = Nobody()
    with pytest.raises(NotPermitted, match=r"snapshot\.reveal"):
        originals.reveal(ctx, snapshot.id, reason="curious")
    assert ctx.recorded == []


@pytest.mark.parametrize("line", [0, 5, -1])
def test_a_line_that_is_not_there_is_refused(ctx, snapshot, line):
    with pytest.raises(InvalidInput, match="has the lines 1 to 4"):
        originals.reveal(ctx, snapshot.id, reason="r", line=line)


@pytest.mark.usefixtures("snapshot")
def test_the_same_original_is_kept_once(ctx, device):
    collected(ctx, device, SHOWN.format(device.hostname) + "\n")
    assert kept(ctx) == 1


@pytest.mark.usefixtures("snapshot")
def test_another_secret_is_another_original(ctx, device):
    text = SHOWN.format(device.hostname).replace("s3cret", "other")
    assert originals.reveal(ctx, collected(ctx, device, text).id, reason="r") == text
    assert kept(ctx) == 2


def test_a_text_without_secrets_is_kept_once_and_in_the_clear(ctx, device):
    snapshot = collected(ctx, device, f"hostname {device.hostname}\nend\n")
    assert (kept(ctx), originals.is_kept(ctx, snapshot)) == (0, False)
    with pytest.raises(NotFound, match="held no secret"):
        originals.reveal(ctx, snapshot.id, reason="r")


def test_of_an_untrusted_capture_no_original_is_kept(ctx, device):
    cut = SHOWN.format(device.hostname).removesuffix("end\n")
    assert collected(ctx, device, cut).trusted is False
    assert kept(ctx) == 0


@pytest.mark.usefixtures("snapshot")
def test_no_secret_stands_in_the_database(ctx):
    row = ctx.session.scalars(select(Original)).one()
    assert b"s3cret" not in row.ciphertext + row.nonce + row.digest
    assert len(row.ciphertext) < 400


@pytest.mark.parametrize("column", ["ciphertext", "nonce"])
def test_an_altered_row_says_so(ctx, snapshot, column):
    value = getattr(ctx.session.scalars(select(Original)).one(), column)
    flipped = bytes([value[0] ^ 1]) + value[1:]
    ctx.session.execute(update(Original).values({column: flipped}))
    ctx.session.expire_all()
    with pytest.raises(OriginalUnavailable, match="was altered in the database"):
        originals.reveal(ctx, snapshot.id, reason="r")


def test_an_original_that_was_moved_to_another_device_does_not_open(ctx, snapshot):
    other = make_device(ctx, platform="cisco_ios")
    moved = Snapshot(
        device_id=other.id, source="running", digest=snapshot.digest, lines=1, trusted=True,
        doubts=[], facts={}, first_seen_at=ctx.now(), last_seen_at=ctx.now(),
    )  # fmt: skip
    ctx.add(moved)
    ctx.session.execute(update(Original).values(device_id=other.id))
    ctx.session.expire_all()
    with pytest.raises(OriginalUnavailable, match="was altered in the database"):
        originals.reveal(ctx, moved.id, reason="r")


def test_another_key_says_which_one_is_needed(ctx, snapshot):
    row = ctx.session.scalars(select(Original)).one()
    ctx.settings.key_path.write_bytes(b"x" * 32)
    with pytest.raises(OriginalUnavailable, match=f"with the key {row.key_id}; .*secret.key gives"):
        originals.reveal(ctx, snapshot.id, reason="r")


def test_after_a_rotation_everything_opens_with_the_new_key_alone(ctx, device, snapshot):
    reference = write_secret(ctx, "core", "login")
    assert key_rotation.rotate(ctx, reason="yearly") == Rotation(secrets=1, originals=1)
    ctx.settings.key_path.with_name("secret.key.previous").unlink()
    assert read_secret(ctx, reference) == "login"
    shown = originals.reveal(ctx, snapshot.id, reason="r")
    assert shown == SHOWN.format(device.hostname)
    assert ctx.recorded == ["secret.written", "key.rotated", "snapshot.revealed"]


def test_a_rotation_changes_no_mark(ctx, device, snapshot):
    key_rotation.rotate(ctx, reason="yearly")
    again = collected(ctx, device, SHOWN.format(device.hostname))
    assert again.id == snapshot.id


def test_a_rotation_that_died_half_way_left_everything_readable_and_is_ended(ctx, device, snapshot):
    reference = write_secret(ctx, "core", "login")
    ctx.commit()
    key_rotation.rotate(ctx, reason="yearly")
    ctx.session.rollback()  # the files are new, the rows are not
    ctx.session.expire_all()
    assert read_secret(ctx, reference) == "login"
    assert originals.reveal(ctx, snapshot.id, reason="r") == SHOWN.format(device.hostname)
    before = ctx.settings.key_path.read_bytes()
    assert key_rotation.rotate(ctx, reason="again") == Rotation(secrets=1, originals=1)
    assert ctx.settings.key_path.read_bytes() == before


@pytest.mark.usefixtures("snapshot")
def test_a_second_rotation_waits_for_the_first_ones_key_to_be_put_away(ctx):
    key_rotation.rotate(ctx, reason="yearly")
    with pytest.raises(Conflict, match="Move it to a safe place"):
        key_rotation.rotate(ctx, reason="again")


@pytest.mark.usefixtures("snapshot")
def test_keys_are_files_for_their_owner_alone(ctx):
    key_rotation.rotate(ctx, reason="yearly")
    folder = ctx.settings.key_path.parent
    assert {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()} == {
        "secret.key": 0o600, "secret.key.previous": 0o600, "redaction.key": 0o600,
    }  # fmt: skip
