"""Prove that a record is in the log, and that the log continues that of before. Writes nothing."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import select

from core.context import Context
from core.errors import NotFound
from core.evidence.archives.lines import archived_line, archived_position, open_shelf
from core.evidence.documents import Evidence, Extension, Proven
from core.evidence.keys import chain, last_head
from core.evidence.models import Head
from core.evidence.nodes import asked, link
from core.evidence.tree import consistency, inclusion
from core.sight import AUDIT, Sight, lets_through, require_sight, row_of

_HEAD = select(Head).order_by(Head.size).limit(1)
_BY_NUMBER = b"""
SELECT leaf.position, record.canonical FROM audit_record record
LEFT JOIN audit_leaf leaf ON leaf.audit_record_id = record.id WHERE record.id = %s
"""
_BY_IDENTITY = b"""
SELECT leaf.position, record.canonical FROM audit_record record
LEFT JOIN audit_leaf leaf ON leaf.audit_record_id = record.id WHERE record.record_id = %s
"""
_LEAF = b"SELECT position FROM audit_leaf WHERE audit_record_id = %s"

Place = tuple[int | None, bytes]
"""A record's position in the log, where it is sealed, and its bytes."""


class NotSealed(NotFound):
    """The record, or the whole log, has no signed head over it yet."""

    code = "not_sealed"


def prove(
    ctx: Context, record: int | UUID, *, size: int | None = None, within: Sight | None = None
) -> Evidence:
    """That a record, by its number or its identity, is in the log.

    The path leads to the newest head, or to that of `size` records. Needs `audit.read`, without
    `within` over the whole organization. Raises NotFound without such a record in sight or such a
    head, NotSealed while the record waits to be sealed.
    """
    return prove_all(ctx, [record], size=size, within=within)


def prove_all(
    ctx: Context, records: Sequence[int | UUID], *, size: int | None = None,
    within: Sight | None = None,
) -> Evidence:  # fmt: skip
    """The same for many records under one head; needs the same."""
    require_sight(ctx, within)
    places = [_here(ctx, one, within) or _away(ctx, one, within) for one in records]
    head = head_of(ctx, size)
    found = [
        _proven(ctx, one, place, head) for one, place in zip(records, places, strict=True)
    ]  # fmt: skip
    return Evidence(keys=chain(ctx.session), heads=[head], records=found)


def extend(ctx: Context, old: int, new: int | None = None) -> Evidence:
    """That the head of `new` records, or the newest, continues that of `old`.

    Needs `audit.read` in any unit. Raises NotFound without such heads.
    """
    ctx.require(AUDIT)
    small, large = sorted([head_of(ctx, old), head_of(ctx, new)], key=lambda head: head.size)
    path = asked(ctx.session, lambda nodes: consistency(small.size, large.size, nodes))
    heads = [small] if small.size == large.size else [small, large]
    return Evidence(
        keys=chain(ctx.session), heads=heads,
        extensions=[Extension(old=small.size, new=large.size, path=path)],
    )  # fmt: skip


def head_of(ctx: Context, size: int | None = None) -> Head:
    """The newest head, or that of so many records; NotFound where there is none.

    Needs `audit.read` in any unit.
    """
    ctx.require(AUDIT)
    if size is None:
        head = last_head(ctx.session)
        if head is None:
            raise NotSealed("The audit log has no signed head yet; `trimtab serve` seals it.")
        return head
    head = ctx.session.get(Head, size)
    if head is None:
        near = ctx.session.scalar(_HEAD.where(Head.size > size)) or last_head(ctx.session)
        hint = f" The next one is of {near.size}." if near else ""
        raise NotFound(f"No head of the audit log is of {size} records.{hint}", id=str(size))
    return head


def _proven(ctx: Context, record: int | UUID, place: Place, head: Head) -> Proven:
    position, canonical = place
    if position is None or position >= head.size:
        raise NotSealed(
            f"Record {record} is not under the head of {head.size} records; `trimtab serve` "
            "seals what is new within a second, `trimtab audit seal` at once."
        )
    path = asked(ctx.session, lambda nodes: inclusion(position, head.size, nodes))
    return Proven(position=position, canonical=canonical, size=head.size, path=path)


def _here(ctx: Context, record: int | UUID, within: Sight | None) -> Place | None:
    """The record's place and bytes, where it is in the database; NotFound where out of sight."""
    query = _BY_IDENTITY if isinstance(record, UUID) else _BY_NUMBER
    with link(ctx.session).cursor(binary=True) as cursor:
        found = cast("Place | None", cursor.execute(query, (record,)).fetchone())
    if found is not None and within is not None and row_of(ctx, record, within=within) is None:
        raise _unknown(record)
    return found


def _away(ctx: Context, record: int | UUID, within: Sight | None) -> Place:
    """The same from the archives, or NotFound; RecordAway where the file is not here."""
    shelf = open_shelf(ctx)
    if isinstance(record, UUID):
        position = archived_position(shelf, record)
    else:
        found = link(ctx.session).execute(_LEAF, (record,)).fetchone()
        position = found[0] if found else None
    if position is None:
        raise _unknown(record)
    canonical = archived_line(ctx.session, shelf, position)
    if not lets_through(ctx, within, canonical):
        raise _unknown(record)
    return position, canonical


def _unknown(record: int | UUID) -> NotFound:
    """The same whether there is none or it is out of sight."""
    return NotFound(f"There is no audit record {record}.", type="audit record", id=str(record))
