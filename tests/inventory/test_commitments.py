"""Commitments to hidden parts: told with collections, kept, opened on the record only."""

import pytest
import rfc8785
from sqlalchemy import select, update

from core.audit import AuditRecord
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.evidence.standalone.configurations import Opening, check_configuration
from inventory import captures, commitments, hidden_parts, key_rotation, results, snapshots
from inventory.drivers.protocol import Collection, Facts
from inventory.original_models import RedactionCommitment
from inventory.results import Ended
from inventory.snapshot_models import Snapshot
from tests.factories import make_device

SHOWN = "hostname {}\nsnmp-server community {} RO\nntp server 10.1.1.1\nend\n"


def collected(ctx, device, text):
    """Have the device show this; what its record tells."""
    collection = Collection(
        running=text, startup=None, facts=Facts(), neighbours=(), hostname=device.hostname,
        host_key=None,
    )  # fmt: skip
    found = captures.judge(ctx, device, collection)
    results.keep(ctx, Ended(device=device, found=found, seconds=0.0))
    ctx.commit()
    told = (
        select(AuditRecord.facts)
        .where(AuditRecord.action == "device.collected", AuditRecord.subject_id == str(device.id))
        .order_by(AuditRecord.id.desc())
    )
    return ctx.session.scalars(told.limit(1)).one()


def snapshot_of(ctx, device):
    return ctx.session.scalars(
        select(Snapshot).where(Snapshot.device_id == device.id).order_by(Snapshot.id.desc())
    ).first()


@pytest.fixture
def device(ctx):
    return make_device(ctx, platform="cisco_ios")


@pytest.fixture
def shown(device):
    return SHOWN.format(device.hostname, "s3cret")


def redaction(ctx, facts):
    return commitments.redaction_of(ctx, bytes.fromhex(facts["digest"]))


def test_a_collection_tells_the_commitment_whose_leaves_are_kept(ctx, device, shown):
    facts = collected(ctx, device, shown)
    kept = redaction(ctx, facts)
    assert (kept.commitment.hex(), len(kept.secrets)) == (facts["redaction"], 1)


def test_one_that_brought_the_same_again_tells_the_same(ctx, device, shown, monkeypatch):
    first = collected(ctx, device, shown)
    monkeypatch.setattr(commitments, "hidden_parts", None)  # nothing is worked out
    assert collected(ctx, device, shown)["redaction"] == first["redaction"]


def test_a_text_from_before_commitments_has_one_with_its_next_collection(ctx, device, shown):
    first = collected(ctx, device, shown)
    row = ctx.session.get(RedactionCommitment, (device.id, bytes.fromhex(first["redaction"])))
    ctx.session.delete(row)
    ctx.record("test.removed", device)
    ctx.commit()
    assert collected(ctx, device, shown)["redaction"] == first["redaction"]
    assert redaction(ctx, first) is not None


def test_a_key_rotation_leaves_commitments_as_they_are(ctx, device, shown):
    first = collected(ctx, device, shown)
    collected(ctx, device, SHOWN.format(device.hostname, "other"))
    key_rotation.rotate(ctx, reason="yearly")
    assert collected(ctx, device, shown)["redaction"] == first["redaction"]


def test_a_text_without_secrets_is_committed_to_as_well(ctx, device):
    facts = collected(ctx, device, f"hostname {device.hostname}\nntp server 10.1.1.1\nend\n")
    assert redaction(ctx, facts).secrets == ()


def test_texts_that_do_not_fit_tell_no_commitment_and_are_kept(ctx, device, shown, monkeypatch):
    monkeypatch.setattr(commitments, "hidden_parts", lambda *_, **__: None)
    facts = collected(ctx, device, shown)
    assert (facts["outcome"], facts["redaction"], redaction(ctx, facts)) == ("changed", None, None)


def test_marks_that_a_device_shows_itself_do_not_pass_for_anothers_secret(ctx, device, shown):
    true = collected(ctx, device, shown)
    marked = SHOWN.format(device.hostname, "{}").format(
        hidden_parts.mark("s3cret", commitments.installation_key(ctx, "redaction"))
    )
    false = collected(ctx, device, marked)
    assert (false["digest"], false["redaction"] == true["redaction"]) == (true["digest"], False)
    assert collected(ctx, device, marked)["redaction"] == false["redaction"]
    assert collected(ctx, device, shown)["redaction"] == true["redaction"]
    for told in (true, false):
        commitment = bytes.fromhex(told["redaction"])
        kept = commitments.redaction_of(ctx, bytes.fromhex(told["digest"]), commitment=commitment)
        assert kept.commitment == commitment


def test_what_another_device_shows_is_not_told_of_one_that_is_known(ctx, device, shown):
    told = collected(ctx, device, shown)["redaction"]
    other = make_device(ctx, platform="cisco_ios")
    ctx.session.execute(
        update(RedactionCommitment)
        .where(RedactionCommitment.device_id == device.id)
        .values(device_id=other.id, commitment=b"f" * 32)
    )
    ctx.record("test.moved", device)
    ctx.commit()
    assert collected(ctx, device, shown)["redaction"] == told


def test_a_commitment_of_another_text_is_not_found_by_the_digest(ctx, device, shown):
    facts = collected(ctx, device, shown)
    found = commitments.redaction_of(ctx, bytes.fromhex(facts["digest"]), commitment=b"\x00" * 32)
    assert found is None


def test_an_opened_secret_is_proved_by_its_leaf_and_recorded(ctx, device, shown):
    kept = redaction(ctx, collected(ctx, device, shown))
    snapshot = snapshot_of(ctx, device)
    opened = commitments.open_secret(ctx, snapshot.id, 1, reason="the auditor asks")
    assert opened.secret == "s3cret"
    assert hidden_parts.leaf(opened.salt, opened.secret) == kept.secrets[0]
    record = ctx.session.scalars(
        select(AuditRecord).where(
            AuditRecord.action == "snapshot.secret_opened",
            AuditRecord.subject_id == str(snapshot.id),
        )
    ).one()
    assert {key: record.facts[key] for key in ("reason", "index")} == {
        "reason": "the auditor asks", "index": 1,
    }  # fmt: skip
    assert "s3cret" not in str(record.facts)


@pytest.mark.parametrize("index", [0, 2, -1])
def test_there_is_no_other_part_than_those_that_are_hidden(ctx, device, shown, index):
    collected(ctx, device, shown)
    with pytest.raises(NotFound, match="hides 1 parts"):
        commitments.open_secret(ctx, snapshot_of(ctx, device).id, index, reason="r")


def test_a_secret_is_opened_for_a_reason_only(ctx, device, shown):
    collected(ctx, device, shown)
    with pytest.raises(InvalidInput, match="reason"):
        commitments.open_secret(ctx, snapshot_of(ctx, device).id, 1, reason=" ")


def test_a_secret_whose_commitment_is_gone_is_not_opened(ctx, device, shown):
    facts = collected(ctx, device, shown)
    ctx.session.delete(
        ctx.session.get(RedactionCommitment, (device.id, bytes.fromhex(facts["redaction"])))
    )
    ctx.record("test.removed", device)
    with pytest.raises(Conflict, match="Collect the device again"):
        commitments.open_secret(ctx, snapshot_of(ctx, device).id, 1, reason="r")


def test_nobody_opens_a_secret_without_the_permission(ctx, device, shown):
    class Nobody:
        def units(self, *_):
            return frozenset()

        def allows(self, *_):
            return False

    collected(ctx, device, shown)
    ctx.recorded.clear()
    ctx.authority = Nobody()
    with pytest.raises(NotPermitted, match=r"snapshot\.reveal"):
        commitments.open_secret(ctx, snapshot_of(ctx, device).id, 1, reason="curious")
    assert ctx.recorded == []


def test_the_stand_alone_verifier_computes_the_same(ctx, device, shown):
    facts = collected(ctx, device, shown)
    kept, snapshot = redaction(ctx, facts), snapshot_of(ctx, device)
    told = {"commitment": facts["redaction"], "secrets": [one.hex() for one in kept.secrets]}
    opened = commitments.open_secret(ctx, snapshot.id, 1, reason="the auditor asks")
    opening = Opening("", opened.index, opened.salt, opened.secret)
    text = snapshots.text_of(ctx, snapshot.digest).encode()
    name = facts["digest"]
    found = check_configuration(name, text, rfc8785.dumps(told), {facts["redaction"]})
    assert opening.check({name: found}) == f"number 1 of configuration {name} is what --open says"
