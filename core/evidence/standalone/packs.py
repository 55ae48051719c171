"""Evidence packs (`trimtab-pack/1`): the manifest, its signature, and everything that it lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from core.evidence.standalone.configurations import Opening
from core.evidence.standalone.container import MIB, Container
from core.evidence.standalone.contents import READ_BEFORE, Contents, check_contents
from core.evidence.standalone.evidence import (
    check_anchors,
    check_consistency,
    open_chain,
    read_heads,
    sound_records,
)
from core.evidence.standalone.persons import Persons, read_persons
from core.evidence.standalone.reading import Told, canonical, read_object
from core.evidence.standalone.receipts import Trusted
from core.evidence.standalone.records import Bound, Record, bind, line_of
from core.evidence.standalone.signing import WRONG, Chain, Key, is_signed
from core.evidence.standalone.stream import EvidenceStream
from core.evidence.standalone.telling import Findings, Refused, need

PACK_FORMAT = "trimtab-pack/1"
MOST_LISTED = 64 * MIB


@dataclass(frozen=True)
class Asked:
    """What the person who checks brought along."""

    trusted: Trusted
    log: str | None = None
    anchors: Path | None = None
    export: Path | None = None
    opening: Opening | None = None
    limit: int = 4096 * MIB
    listing: bool = False


@dataclass
class Pack:
    """A pack while it is checked, and in the end what there is to say of it."""

    container: Container
    manifest: Told
    chain: Chain | None = None
    signer: Key | None = None
    anchors: list[str] = field(default_factory=list)
    persons: Persons = field(default_factory=Persons)
    bound: Bound = field(default_factory=Bound)
    contents: Contents = field(default_factory=Contents)
    opened: str = ""
    leaves: dict[int, bytes] = field(default_factory=dict)
    first: str = ""
    last: str = ""

    @property
    def size(self) -> int:
        return self.manifest.number("size")


def open_pack(file: BinaryIO, asked: Asked, findings: Findings) -> Pack:
    """The zip, sound as a container, and its manifest; compared with what is really in it."""
    container = Container(file, asked.limit)
    for name in READ_BEFORE:
        need(name in container.entries, f"{name} is not in the pack", "missing")
    content = container.content("manifest.json", MOST_LISTED)
    pack = Pack(container, read_object(content, "manifest.json"))
    told = pack.manifest.text("format")
    need(told == PACK_FORMAT, f"the format {told!r} of the pack is not known here")
    _compare_files(pack, findings)
    return pack


def check_pack(pack: Pack, asked: Asked, findings: Findings) -> None:
    """All of it; each thing that does not fit is a fault, and the rest is looked at still."""
    stream = EvidenceStream(pack.container.chunks("evidence.json"), "evidence.json")
    chain = pack.chain = open_chain(stream.told, asked.log)
    read_heads(stream.told, chain, findings)
    with findings.going_on():
        pack.signer = _signer(pack, chain)
    shown = check_consistency(stream.told, chain, findings)
    with findings.going_on():
        _check_covered(pack, chain, shown)
    pack.anchors = check_anchors(stream.told, chain, asked.trusted, findings)
    with findings.going_on():
        persons = pack.container.content("persons.json", MOST_LISTED)
        pack.persons = read_persons(persons, findings)
    with findings.going_on():
        _take_records(pack, sound_records(stream.records(), chain, findings), asked, findings)
    pack.persons.compare(pack.bound.identities, findings)
    pack.contents = check_contents(pack.container, pack.bound, findings)
    if asked.opening and not findings.faults:  # what a pack hides is known of a sound one alone
        with findings.going_on():
            pack.opened = asked.opening.check(pack.contents.hidden)


def _compare_files(pack: Pack, findings: Findings) -> None:
    """Each file is in the manifest with its hash, and nothing else is."""
    listed = pack.manifest.inner("files").members
    there = set(pack.container.entries) - {"manifest.json", "manifest.sig"}
    for name in sorted(set(listed) - there):
        findings.add("missing", f"{name} is in the manifest and not in the pack")
    for name in sorted(there - set(listed)):
        findings.add("not_bound", f"{name} is in the pack and not in the manifest")
    for name in sorted(there & set(listed)):
        with findings.going_on():
            hashed = sha256()
            for chunk in pack.container.chunks(name):
                hashed.update(chunk)
            need(hashed.hexdigest() == listed[name], f"{name} is not what the manifest lists")


def _signer(pack: Pack, chain: Chain) -> Key:
    """The key that signed the manifest: the one in force for its head, or one after it."""
    need(pack.manifest.text("log") == chain.log,
         "the manifest is of another log than the evidence", WRONG)  # fmt: skip
    content = pack.container.content("manifest.sig", MIB)
    told = read_object(content, "manifest.sig")
    name, signature = told.text("key"), told.raw("signature", 64)
    need(canonical({"key": name, "signature": signature.hex()}) == content,
         "manifest.sig is not as packs have it")  # fmt: skip
    force = chain.in_force(pack.size)
    key = next((one for one in chain.keys if one.name == name), None)
    if key is None or force is None or key.number < force.number:
        raise Refused("the manifest names a key that was not the log's when it was made", WRONG)
    manifest = sha256(pack.container.content("manifest.json", MOST_LISTED)).hexdigest()
    signed = {"format": 1, "what": "trimtab evidence pack", "log": chain.log, "key": name}
    need(is_signed(canonical({**signed, "manifest": manifest}), signature, key.public),
         "the signature of the manifest is wrong", WRONG)  # fmt: skip
    return key


def _check_covered(pack: Pack, chain: Chain, shown: list[tuple[int, int]]) -> None:
    """The manifest's head is here, and every other one is shown to continue it."""
    need(pack.size in chain.heads, f"the head of {pack.size} records is not here", "missing")
    linked = {pack.size} | {new for old, new in shown if old == pack.size}
    for size in sorted(set(chain.heads) - linked):
        raise Refused(
            f"the head of {size} records is not shown to continue that of {pack.size}", "not_bound"
        )


def _take_records(pack: Pack, records: Iterator[Record], asked: Asked, findings: Findings) -> None:
    """Note what each record binds, and when the first and the last one were."""
    for one in records:
        with findings.going_on():
            need(one.position < pack.size, f"record {one.position} is past the pack's own head")
            bind(one, pack.bound)
            pack.leaves[one.position] = one.leaf
            at = one.told.text("recorded_at")
            pack.first, pack.last = min(pack.first or at, at), max(pack.last, at)
            if asked.listing:
                findings.say(line_of(one, pack.persons.names))
    need(bool(pack.leaves), "the pack proves no record", "missing")
