"""The keys that sign heads: kept in a file outside the database, their public halves in a chain.

A key is made once, at `trimtab init` or at the first seal; never again by itself: a lost key file
must not pass unnoticed. A rotation lays the next key beside the present one; who signs first puts
it in its place, once the database says that it is the present one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import Subject
from core.context import Context
from core.errors import TrimtabError
from core.evidence.models import Head, Key
from core.evidence.statements import KeyStatement, key_id_of
from core.secrets import write_once
from core.settings import Settings

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
LOCK_NUMBER = 0x7472_696D_7365_616C
"""The advisory lock of whoever appends to the log or changes its key."""


class LogKeyUnavailable(TrimtabError):
    """The key that signs heads cannot be used."""

    code = "log_key_unavailable"


class Signer(Protocol):
    """Signs with one key; the key itself never comes out."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key (RFC 8032)."""
        ...

    def sign(self, statement: bytes) -> bytes:
        """The 64 bytes of the signature."""
        ...


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a key read from a file."""

    private: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def sign(self, statement: bytes) -> bytes:
        return self.private.sign(statement)


def key_file(settings: Settings) -> Path:
    """Where the present key lies, beside the installation's own."""
    return settings.key_path.with_name("audit.key")


def lock(session: Session) -> None:
    """Wait for the log, and keep others from it until the transaction ends."""
    session.execute(_LOCK, {"number": LOCK_NUMBER})


def chain(session: Session) -> list[Key]:
    """All keys of the log, the first one first."""
    rows = select(Key).order_by(Key.number)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def ensure_key(ctx: Context) -> Key:
    """The log's present key; makes the first one, its file and its record where there is none."""
    found = chain(ctx.session)
    if found:
        return found[-1]
    lock(ctx.session)
    found = chain(ctx.session)
    if found:
        return found[-1]
    path = key_file(ctx.settings)
    try:
        write_once(path, Ed25519PrivateKey.generate().private_bytes_raw())
    except OSError as error:
        raise LogKeyUnavailable(f"The key file {path} cannot be written: {error}") from error
    signer = read_signer(path)
    key = _key(ctx, signer, number=1)
    key.signature = signer.sign(statement_of(key, log=key.id).canonical)
    ctx.add(key)
    ctx.record("audit.key_made", _subject(key), key=key.id, public_key=key.public_key.hex())
    return key


def rotate_key(ctx: Context, *, reason: str) -> Key:
    """Make a key that signs all further heads; the old one and the new one sign the change.

    Needs `audit.seal`. Raises LogKeyUnavailable when the present key is not here. The old private
    key is gone from the disk with the first head that the new one signs.
    """
    ctx.require("audit.seal")
    present = ensure_key(ctx)
    lock(ctx.session)
    present = chain(ctx.session)[-1]
    old, path = signer_of(ctx.settings, present), key_file(ctx.settings)
    draft = _next(path)
    draft.unlink(missing_ok=True)
    write_once(draft, Ed25519PrivateKey.generate().private_bytes_raw())
    new = read_signer(draft)
    log = chain(ctx.session)[0].id
    key = _key(ctx, new, number=present.number + 1)
    key.previous_id = present.id
    told = statement_of(key, log=log).canonical
    key.signature, key.previous_signature = new.sign(told), old.sign(told)
    ctx.add(key)
    ctx.record(
        "audit.key_rotated", _subject(key), reason=reason, key=key.id, previous=present.id,
        public_key=key.public_key.hex(), from_size=key.from_size, signature=key.signature.hex(),
        previous_signature=key.previous_signature.hex(),
    )  # fmt: skip
    return key


def signer_of(settings: Settings, key: Key) -> Signer:
    """Who signs with this key, or LogKeyUnavailable; ends a rotation that the database knows of."""
    path = key_file(settings)
    draft = _next(path)
    if draft.exists() and key_id_of(read_signer(draft).public_key) == key.id:
        draft.replace(path)
    signer = read_signer(path)
    if key_id_of(signer.public_key) != key.id:
        raise LogKeyUnavailable(
            f"{path} holds another key than the audit log's present one ({key.id[:16]}). Bring the "
            "right file back from its copy; without it nothing can be sealed."
        )
    return signer


def read_signer(path: Path) -> Signer:
    try:
        return FileSigner(Ed25519PrivateKey.from_private_bytes(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise LogKeyUnavailable(
            f"The audit log's key {path} cannot be used ({error}). Bring it back from its copy; "
            "without it nothing can be sealed."
        ) from error


def statement_of(key: Key, *, log: str) -> KeyStatement:
    return KeyStatement(
        log=log, key_id=key.id, public_key=key.public_key, number=key.number,
        from_size=key.from_size, made_at=key.made_at, previous_id=key.previous_id,
    )  # fmt: skip


def last_head(session: Session) -> Head | None:
    rows = select(Head).order_by(Head.size.desc()).limit(1)
    return session.scalar(rows.execution_options(populate_existing=True))


def _key(ctx: Context, signer: Signer, *, number: int) -> Key:
    head = last_head(ctx.session)
    return Key(
        id=key_id_of(signer.public_key), public_key=signer.public_key, number=number,
        from_size=head.size if head else 0, made_at=ctx.now(),
    )  # fmt: skip


def _subject(key: Key) -> Subject:
    return Subject(type="audit_key", id=key.id, label=key.label)


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")
