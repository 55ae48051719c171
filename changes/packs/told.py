"""What the records of a pack tell by hashes: persons and states. Noted as they are written out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.audit import Fact


@dataclass(slots=True)
class Told:
    """Commitments to persons, and hashes of states (both hex), of all records noted so far."""

    identities: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)

    def note(self, canonical: bytes) -> None:
        """Take in one record; those of format 1 tell neither."""
        record = json.loads(canonical)
        identity, state = record["actor"].get("identity"), record.get("state") or {}
        self.identities.update(one for one in [identity] if one is not None)
        self.identities.update(identities_in(record["facts"]))
        self.states.update(one for one in state.values() if one is not None)


def identities_in(fact: Fact) -> Iterator[str]:
    """Every person in a fact, at whatever depth, by the commitment to the name."""
    left = [fact]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if "person" in one and isinstance(one.get("identity"), str):
                yield one["identity"]
            left += one.values()
        elif isinstance(one, list):
            left += one


def acting_for(canonical: bytes) -> str:
    """The post that an action was done for, in words; empty where the record tells none."""
    told = json.loads(canonical).get("acting_for")
    return f"{told['post']['title']} of {told['unit']['code']}" if told else ""
