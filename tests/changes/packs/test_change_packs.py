"""A pack of a change: what is in it, and who may have it."""

import hashlib
from datetime import timedelta

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from changes.packs.making import make
from changes.packs.model import OfChange
from core.errors import NotFound, NotPermitted
from core.evidence.keys import chain
from core.evidence.proofs import NotSealed
from core.settings import Settings
from tests.changes.packs.opened import collected, pack, ran


@pytest.fixture
def told(office):
    before = collected(office, "r1")
    change = ran(office, "r1", "r2")
    return change, before, pack(office, OfChange(change_id=change.id))


def test_a_pack_holds_what_was_recorded_of_the_change(office, told):
    change, before, found = told
    assert found.actions == ["device.collected", *office.recorded(change)]
    assert found.made.records == len(found.actions)
    assert found.made.digest == hashlib.sha256(found.content).hexdigest()
    assert found.folder("configurations") == [f"{before}.txt"]


def test_what_no_record_tells_of_is_not_in_it(told):
    """Of r2 no collection was recorded: its configuration would be bound by nothing."""
    found = told[2]
    assert len(found.folder("configurations")) == 1


def test_the_plan_is_the_one_that_was_signed(told):
    change, _, found = told
    [name] = found.folder("plans")
    assert name == f"{change.digest}.json"
    assert hashlib.sha256(found.read(f"plans/{name}")).hexdigest() == change.digest


def test_a_pack_names_its_files_in_the_manifest(told):
    found = told[2]
    manifest = found.json("manifest.json")
    assert sorted([*manifest["files"], "manifest.json", "manifest.sig"]) == found.names
    for name, digest in manifest["files"].items():
        assert hashlib.sha256(found.read(name)).hexdigest() == digest
    assert found.read("manifest.json") == rfc8785.dumps(manifest)


def test_the_log_s_key_signed_the_manifest(office, told):
    found = told[2]
    signed = found.json("manifest.sig")
    with office.acting() as ctx:
        key = chain(ctx.session)[-1]
    statement = {
        "format": 1, "what": "trimtab evidence pack", "log": found.json("manifest.json")["log"],
        "key": key.id, "manifest": hashlib.sha256(found.read("manifest.json")).hexdigest(),
    }  # fmt: skip
    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    public.verify(bytes.fromhex(signed["signature"]), rfc8785.dumps(statement))
    assert signed["key"] == key.id


def test_the_evidence_is_canonical_json_with_the_records_last(told):
    content = told[2].read("evidence.json")
    assert content == rfc8785.dumps(told[2].json("evidence.json"))
    assert content.endswith(b"}]}")


def test_that_it_was_made_is_recorded_and_never_part_of_a_pack(office, told):
    change, _, found = told
    again = pack(office, OfChange(change_id=change.id))
    assert again.content == found.content
    assert "pack.made" not in again.actions


def test_who_does_not_audit_a_device_of_it_gets_none(office, told):
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        pack(office, OfChange(change_id=told[0].id), by="engineer")


def test_there_is_no_pack_of_a_change_that_is_not(office):
    with pytest.raises(NotFound):
        pack(office, OfChange(change_id=2**31 - 1))


def test_records_that_cannot_be_sealed_are_told(office, tmp_path):
    change = office.requested("r3")
    office.runtime.settings = Settings(home=tmp_path)
    with (
        office.acting("auditor") as ctx,
        pytest.raises(NotSealed, match="no place in the signed log yet"),
        (tmp_path / "pack").open("w+b") as target,
    ):
        make(ctx, OfChange(change_id=change.id), target)


def test_what_came_after_its_last_record_is_no_part_of_it(office, told):
    change, _, found = told
    office.clock.at += timedelta(days=1)
    collected(office, "r1", description="another day")
    assert pack(office, OfChange(change_id=change.id)).content == found.content
