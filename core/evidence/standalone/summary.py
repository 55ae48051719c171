"""What a pack is about and what was checked, in a few lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from core.evidence.standalone.contents import MOST_READ
from core.evidence.standalone.packs import Pack
from core.evidence.standalone.records import named
from core.evidence.standalone.telling import Refused, counted

NAMED = 10
NO_ANCHOR = "none: who had both the log's key and its database could have made all of this anew"


def summary_of(pack: Pack, log: str | None) -> list[str]:
    """Lines of `what: value`; members that are no texts are left out, for they are faults."""
    try:
        pairs = [("about", _about(pack)), *_signed(pack, log), *_held(pack), *_alone(pack)]
    except Refused as error:
        return [f"the pack cannot be told of: {error}"]
    return [f"{name:<16}{value}" for name, value in pairs]


def _about(pack: Pack) -> str:
    subject, period = pack.manifest.inner("subject"), pack.manifest.optional("period")
    about = f"{subject.text('type')} {subject.text('id')} {subject.text('label')}"
    if period is None:
        return about
    since, until = period.members.get("since"), period.members.get("until")
    return f"{about}, from {since or 'the beginning'} until {until or 'it was made'}"


def _signed(pack: Pack, log: str | None) -> Iterator[tuple[str, str]]:
    """The log, its head, who signed, and what was laid down outside."""
    chain, head = pack.chain, pack.chain.heads.get(pack.size) if pack.chain else None
    if chain:
        sure = "as --log says" if log else "compare it with the name that you were told, or --log"
        yield "log", f"{chain.log} ({sure})"
    if chain and head:
        yield "head", f"of {counted(head.size, 'record')}, sealed {head.sealed_at}"
        yield "root", head.root.hex()
        number = f"number {head.key.number} of {len(chain.keys)}"
        yield "signed by", f"key {head.key.name[:16]}, {number}"
    if pack.signer and head and pack.signer != head.key:
        yield "pack signed by", f"key {pack.signer.name[:16]}, number {pack.signer.number}"
    for line in pack.anchors or [NO_ANCHOR]:
        yield "laid down", line


def _held(pack: Pack) -> Iterator[tuple[str, str]]:
    """Records, persons and files that records bind."""
    found, names = pack.contents, sorted(pack.persons.names.values())
    span = f", from {pack.first} to {pack.last}" if pack.leaves else ""
    yield "records", f"{len(pack.leaves):,}{span}"
    erased = f", {len(pack.persons.erased):,} erased" if pack.persons.erased else ""
    more = ", ..." if len(names) > NAMED else ""
    told = f": {', '.join(names[:NAMED])}{more}" if names else ""
    yield "persons", f"{len(names):,}{erased}{told}"
    yield from _decided(pack)
    yield "executions", f"{found.files['executions']:,} with {counted(found.events, 'event')}"
    hidden = f"{counted(found.secrets, 'secret')} hidden, each in its place"
    yield "configurations", f"{found.files['configurations']:,}, {hidden}"
    if pack.opened:
        yield "opened", pack.opened
    yield "plans, states", f"{found.files['plans']:,} and {found.files['states']:,}"


def _decided(pack: Pack) -> Iterator[tuple[str, str]]:
    """Which plans were approved by whom, and which of them ran."""
    bound, names = pack.bound, pack.persons.names
    for digest in sorted(set(bound.approved) | set(bound.claimed)):
        held = "in the pack" if f"plans/{digest}.json" in pack.container.entries else "not here"
        by = ", ".join(named(one, names) for one in bound.approved.get(digest, []))
        ran = ", ".join(bound.claimed.get(digest, []))
        run = f"taken by run {ran}" if ran else "no run of it is told here"
        told = f"approved by {by or 'nobody in this pack'}; {run}"
        yield "plan", f"{digest[:16]} ({held}) {told}"


def _alone(pack: Pack) -> Iterator[tuple[str, str]]:
    """What no record tells of: it is as trustworthy as whoever holds the log's key."""
    if pack.contents.signed_alone:
        names = ", ".join(pack.contents.signed_alone)
        yield "signed only", f"{names}: bound by the manifest's signature alone"
    if "verify_evidence.py" in pack.contents.signed_alone:
        own = Path(__file__).read_bytes()
        same = pack.container.content("verify_evidence.py", MOST_READ) == own
        told = "the pack's own" if same else "another than the pack's"
        yield "verifier", f"this program is {told}; its SHA-256 is {sha256(own).hexdigest()}"
