"""Persons in packs: opened by their salts, and gone from all files once they are erased."""

import hashlib

import rfc8785

from changes.packs.model import OfChange
from organization import people
from organization.erasure import erase_person
from organization.models import Person
from tests.changes.packs.opened import pack, ran


def test_the_names_of_all_persons_in_the_records_are_opened(office):
    change = ran(office, "r1")
    found = pack(office, OfChange(change_id=change.id)).json("persons.json")
    names = {one["username"] for one in found}
    assert {office.people[name].name for name in ("engineer", "approver")} <= names
    for one in found:
        told = rfc8785.dumps({"name": one["name"], "username": one["username"]})
        opened = hashlib.sha256(b"\x02" + bytes.fromhex(one["salt"]) + told).hexdigest()
        assert opened == one["commitment"]


def test_an_erased_person_is_named_in_no_file(office):
    change = ran(office, "r1")
    name = office.people["approver"].name
    before = pack(office, OfChange(change_id=change.id))
    office.dismiss("approver")
    with office.acting("arranger") as ctx:
        people.deactivate(ctx, ctx.get(Person, office.people["approver"].person_id))
        erase_person(ctx, name, reason="asked for by whoever it is")
    after = pack(office, OfChange(change_id=change.id))
    assert after.actions == before.actions
    assert any("erased_at" in one for one in after.json("persons.json"))
    assert "Erased names of persons, whom the records know by commitments: 1." in after.text(
        "report.html"
    )
    for file in (one for one in after.names if one != "report.pdf"):
        assert name.encode() not in after.read(file), file
