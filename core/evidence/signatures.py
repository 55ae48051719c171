"""Check the signatures of keys and heads, and that no head is left out. Reads only."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.evidence.breaks import Broken
from core.evidence.errors import LogKeyUnavailable
from core.evidence.keys import key_file, read_signer, statement_of
from core.evidence.models import Head, Key
from core.evidence.statements import HeadStatement, is_signed, key_id_of
from core.settings import Settings


def heads_after(session: Session, size: int) -> list[Head]:
    """The heads of more than so many records, the smallest first."""
    rows = select(Head).where(Head.size > size).order_by(Head.size)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def key_breaks(keys: Sequence[Key], settings: Settings) -> Iterator[Broken]:
    """Whether each key is signed by itself and by the one before it, and the last one is ours."""
    for number, key in enumerate(keys, start=1):
        before = keys[number - 2] if number > 1 else None
        if not is_chained(key, before, number, log=keys[0].id):
            yield Broken(
                kind="wrong_signature",
                what=f"key {key.id[:16]} is not signed by itself and the key before it",
            )
    own = _own_key_id(settings)
    if keys and own is not None and own not in {key.id for key in keys[-2:]}:
        yield Broken(
            kind="wrong_signature",
            what=f"the key in {key_file(settings)} is not the log's present key",
        )


def is_chained(key: Key, before: Key | None, number: int, *, log: str) -> bool:
    told = statement_of(key, log=log).canonical
    if (key.id, key.number) != (key_id_of(key.public_key), number):
        return False
    if not is_signed(told, key.signature, key.public_key):
        return False
    if before is None:
        return key.previous_id is None and key.previous_signature is None
    signature = key.previous_signature or b""
    return key.previous_id == before.id and is_signed(told, signature, before.public_key)


def _own_key_id(settings: Settings) -> str | None:
    """The id of the key file's key, where this process may read it."""
    try:
        return key_id_of(read_signer(key_file(settings)).public_key)
    except LogKeyUnavailable:
        return None


def head_breaks(heads: Sequence[Head], keys: Sequence[Key], *, since: int) -> Iterator[Broken]:
    """Heads that the key in force did not sign, and heads that a later one names and are gone."""
    before = since
    for head in heads:
        if not is_sound(head, keys):
            yield Broken(
                kind="wrong_signature",
                what=f"the head of {head.size} records is not signed by the key in force then",
            )
        elif head.previous != before:
            yield Broken(kind="missing", what=f"the head of {head.previous} records is not there")
        before = head.size


def is_sound(head: Head, keys: Sequence[Key]) -> bool:
    """Whether the key in force signed exactly this head."""
    return any(
        is_signed(statement_of_head(head, log=keys[0].id).canonical, head.signature, key.public_key)
        for key in [in_force(keys, head.size)]
        if key is not None and key.id == head.key_id
    )


def in_force(keys: Sequence[Key], size: int) -> Key | None:
    """The key that signs a head of so many records."""
    return next((key for key in reversed(keys) if key.from_size < size), None)


def statement_of_head(head: Head, *, log: str) -> HeadStatement:
    return HeadStatement(
        log=log, size=head.size, previous=head.previous, root=head.root, sealed_at=head.sealed_at,
        key_id=head.key_id,
    )  # fmt: skip
