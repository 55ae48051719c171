"""The evidence document of a pack: records, proofs, keys, heads, anchors. Writes nothing.

It is RFC 8785 JSON, written piece by piece: a pack may hold more records than memory does.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice

import rfc8785
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on

from changes.packs.places import Places
from changes.packs.told import Told
from core.audit import Fact
from core.context import Context
from core.evidence.documents import Evidence, Extension, document
from core.evidence.keys import chain
from core.evidence.many import paths
from core.evidence.models import Anchor, Head
from core.evidence.nodes import asked
from core.evidence.statements import moment
from core.evidence.tree import consistency

NAME = "evidence.json"
BATCH = 1000
_END = b"]}"
_CANONICAL = text("""
SELECT id, canonical FROM audit_record WHERE id = ANY (CAST(:records AS bigint[]))
""")


def pieces(ctx: Context, placed: Places, told: Told) -> Iterator[bytes]:
    """The document of these records under the head, with the first anchor of each target.

    What the records tell by hashes is noted in `told` as they pass.
    """
    anchors = anchors_of(ctx, placed.head.size)
    heads = [placed.head, *_heads(ctx, placed.head, anchors)]
    known = Evidence(
        keys=chain(ctx.session), heads=heads,
        extensions=[_extension(ctx, placed.head, later) for later in heads[1:]],
    )  # fmt: skip
    whole = rfc8785.dumps(dict(document(known)) | {"anchors": [_told(one) for one in anchors]})
    yield whole.removesuffix(_END)  # the records come last
    yield from _records(ctx, placed, told)
    yield _END


def anchors_of(ctx: Context, size: int) -> Sequence[Anchor]:
    """By target the first anchor that covers so many records: a later one would tell no more."""
    rows = (
        select(Anchor)
        .where(Anchor.size >= size)
        .ext(distinct_on(Anchor.target))
        .order_by(Anchor.target, Anchor.size, Anchor.id)
    )
    found = ctx.session.scalars(rows).all()
    return sorted(found, key=lambda one: one.target)  # whatever the database sorts by


def _heads(ctx: Context, head: Head, anchors: Sequence[Anchor]) -> Sequence[Head]:
    """The larger heads that were laid down."""
    sizes = {one.size for one in anchors if one.size > head.size}
    return ctx.session.scalars(select(Head).where(Head.size.in_(sizes)).order_by(Head.size)).all()


def _extension(ctx: Context, old: Head, new: Head) -> Extension:
    path = asked(ctx.session, lambda nodes: consistency(old.size, new.size, nodes))
    return Extension(old=old.size, new=new.size, path=path)


def _told(one: Anchor) -> dict[str, Fact]:
    return {
        "target": one.target, "anchored_at": moment(one.anchored_at), "size": one.size,
        "receipt": one.receipt,
    }  # fmt: skip


def _records(ctx: Context, placed: Places, told: Told) -> Iterator[bytes]:
    """The records in the order of the log, each with its place and its path."""
    rows = zip(
        placed.positions, placed.records, paths(ctx.session, placed.positions, placed.head.size),
        strict=True,
    )  # fmt: skip
    before = b""
    while batch := list(islice(rows, BATCH)):
        asked_for = {"records": [record for _, record, _ in batch]}
        texts = {row.id: row.canonical for row in ctx.session.execute(_CANONICAL, asked_for)}
        for position, record, path in batch:
            told.note(texts[record])
            yield before + _record(position, texts[record], placed.head.size, path)
            before = b","


def _record(position: int, canonical: bytes, size: int, path: Sequence[bytes]) -> bytes:
    """One record as RFC 8785 has it, in which strings and small numbers are as `json` has them."""
    steps = ",".join(f'"{step.hex()}"' for step in path)
    record = json.dumps(canonical.decode(), ensure_ascii=False)
    return f'{{"path":[{steps}],"position":{position},"record":{record},"size":{size}}}'.encode()
