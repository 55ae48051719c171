"""Persons: commitments in records, opened by the pack's salts unless a person's name was erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from core.evidence.standalone.reading import canonical, object_of, read_json
from core.evidence.standalone.telling import Findings, Refused, need


@dataclass
class Persons:
    """Names by commitment, and the commitments whose names were erased."""

    names: dict[str, str] = field(default_factory=dict)
    erased: dict[str, str] = field(default_factory=dict)

    def compare(self, identities: set[str], findings: Findings) -> None:
        """Each identity that records name is here, and no other one."""
        known = {**self.names, **self.erased}
        for one in sorted(identities - set(known)):
            findings.add("missing", f"persons.json lacks the person {one}, whom records name")
        for one in sorted(set(known) - identities):
            findings.add("not_bound", f"no record names the person {one} of persons.json")


def read_persons(content: bytes, findings: Findings) -> Persons:
    """Each salt and name give the commitment that they stand beside."""
    persons, listed = Persons(), read_json(content, "persons.json")
    if not isinstance(listed, list):
        raise Refused("persons.json is no list")
    for number, value in enumerate(listed):
        with findings.going_on():
            _read(persons, value, f"[{number}] of persons.json")
    return persons


def _read(persons: Persons, value: object, where: str) -> None:
    told = object_of(value, where)
    commitment = told.raw("commitment").hex()
    need(commitment not in persons.names and commitment not in persons.erased,
         f"the person {commitment} stands in persons.json twice")  # fmt: skip
    if "erased_at" in told.members:
        persons.erased[commitment] = told.text("erased_at")
        return
    name, username = told.text("name"), told.text("username")
    opened = b"\x02" + told.raw("salt") + canonical({"name": name, "username": username})
    need(sha256(opened).hexdigest() == commitment,
         f"the name of person {commitment} is not the one that records were made with")  # fmt: skip
    persons.names[commitment] = f"{name} ({username})"
