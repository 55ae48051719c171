"""What the records of a document say, once their places in the tree are proven."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.evidence.standalone.reading import Told, read_object
from core.evidence.standalone.telling import need

FORMATS = (1, 2)
COMMITMENT = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Record:
    """A record that is in the tree of a signed head."""

    position: int
    leaf: bytes
    told: Told

    @property
    def facts(self) -> Told:
        return self.told.inner("facts")


def read_record(content: bytes, position: int) -> Told:
    """The record's members; Refused for a format that this program does not know."""
    told = read_object(content, f"the record of position {position}")
    version = told.number("format")
    need(version in FORMATS, f"{told.where} has the format {version}: take a newer verifier")
    return told


@dataclass
class Bound:
    """Everything that records tell by its hash, and by which the rest of a pack is bound."""

    plans: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    identities: set[str] = field(default_factory=set)
    configurations: dict[str, set[str]] = field(default_factory=dict)
    events: dict[str, dict[int, str]] = field(default_factory=dict)
    approved: dict[str, list[str]] = field(default_factory=dict)
    claimed: dict[str, list[str]] = field(default_factory=dict)


def bind(one: Record, bound: Bound) -> None:
    """Note what the record tells by its hash."""
    told, facts, action = one.told, one.facts, one.told.text("action")
    digest = facts.members.get("digest")
    if isinstance(digest, str) and action.startswith(("change.", "freeze.exception_")):
        bound.plans.add(digest)
        if action == "change.approved":
            bound.approved.setdefault(digest, []).append(who_of(told))
        if action == "change.claimed":
            bound.claimed.setdefault(digest, []).append(str(facts.member("fence")))
    if action == "device.collected" and isinstance(digest, str):
        _bind_configuration(digest, facts, bound)
    if action == "execution.event":
        run = told.members.get("execution") or facts.member("execution")
        events = bound.events.setdefault(str(run), {})
        number = facts.number("number")
        need(number not in events, f"event {number} of run {run} has two records")
        events[number] = facts.text("sha256")
    state = told.optional("state")
    if state is not None:
        bound.states.update(str(state.member(when)) for when in ("before", "after"))
    identity = told.inner("actor").members.get("identity")
    bound.identities.update([identity] if isinstance(identity, str) else [])
    bound.identities.update(identities_in(facts.members))


def named(who: str, names: dict[str, str]) -> str:
    """The person's name, or what can be said of a commitment that nothing opens."""
    return names.get(who, f"person {who[:12]}" if COMMITMENT.fullmatch(who) else who)


def _bind_configuration(digest: str, facts: Told, bound: Bound) -> None:
    redactions = bound.configurations.setdefault(digest, set())
    redaction = facts.members.get("redaction")
    if isinstance(redaction, str):
        redactions.add(redaction)


def identities_in(value: object) -> Iterator[str]:
    """Every commitment to a person's name, at whatever depth."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            identity = one.get("identity")
            if "person" in one and isinstance(identity, str):
                yield identity
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)


def who_of(told: Told) -> str:
    """The acting one: a commitment to a person, or a name where the record tells one."""
    actor = told.inner("actor").members
    identity = actor.get("identity")
    return str(identity if isinstance(identity, str) else actor.get("name"))


def line_of(one: Record, names: dict[str, str]) -> str:
    """What a person reads: when, who acting for which post, what, of which subject."""
    told = one.told
    subject, who = told.inner("subject"), who_of(told)
    if COMMITMENT.fullmatch(who):
        number = told.inner("actor").members.get("id")
        who = names.get(who, f"person {number} ({who[:12]})")
    post = told.optional("acting_for")
    acting = f" as {post.inner('post').text('title')}" if post else ""
    what = f"{told.text('action')} {subject.text('type')} {subject.text('label')}"
    return f"record {one.position}: {told.text('recorded_at')} {who}{acting} {what}"
