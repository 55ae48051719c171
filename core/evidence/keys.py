"""The keys that sign heads: kept outside the database, their public halves in a chain in it.

A key lies in a file or in Vault's transit engine. It is made once, at `trimtab init` or at the
first seal; never again by itself: a lost key must not pass unnoticed. A rotation makes the next
key, in the same place or the other one. One in a file lies beside the present one first; who signs
first puts it in its place, once the database says that it is the present one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput
from core.evidence.errors import LogKeyUnavailable
from core.evidence.models import Head, Key
from core.evidence.statements import KeyStatement, key_id_of
from core.evidence.transit import (
    TransitSigner,
    look_again,
    next_in_vault,
    signer_in_vault,
    transit_key,
)
from core.secrets import write_once
from core.settings import Settings

_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
LOCK_NUMBER = 0x7472_696D_7365_616C
"""The advisory lock of whoever appends to the log or changes its key."""


Place = Literal["file", "vault"]
"""Where a key may lie."""
_BOUND = text("SELECT set_config('idle_in_transaction_session_timeout', :most, true)")


class Signer(Protocol):
    """Signs with one key; the key itself never comes out."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key (RFC 8032)."""
        ...

    def sign(self, statement: bytes) -> bytes:
        """The 64 bytes of the signature, or LogKeyUnavailable."""
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
    """Where the present key lies unless it is in Vault, beside the installation's own."""
    return settings.key_path.with_name("audit.key")


def lock(session: Session) -> None:
    """Wait for the log, and keep others from it until the transaction ends."""
    session.execute(_LOCK, {"number": LOCK_NUMBER})


def chain(session: Session) -> list[Key]:
    """All keys of the log, the first one first."""
    rows = select(Key).order_by(Key.number)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def ensure_key(ctx: Context) -> Key:
    """The log's present key; makes the first one and its record where there is none."""
    _bound(ctx)
    found = chain(ctx.session)
    if found:
        return found[-1]
    lock(ctx.session)
    found = chain(ctx.session)
    if found:
        return found[-1]
    vault = transit_key(ctx.settings)
    signer = next_in_vault(vault, ()) if vault else _in_file(key_file(ctx.settings))
    key = _key(ctx, signer, number=1)
    key.signature = signer.sign(statement_of(key, log=key.id).canonical)
    ctx.add(key)
    ctx.record("audit.key_made", _subject(key), key=key.id, public_key=key.public_key.hex())
    return key


def rotate_key(ctx: Context, *, reason: str, place: Place | None = None) -> Key:
    """Make a key that signs all further heads; the old one and the new one sign the change.

    It lies in Vault where the settings name a key there, unless `place` says otherwise. Needs
    `audit.seal`. Raises LogKeyUnavailable when the present key is not here. The old private key is
    gone from the disk with the first head that the new one signs.
    """
    ctx.require("audit.seal")
    vault = transit_key(ctx.settings)
    if place == "vault" and vault is None:
        raise InvalidInput("Set TRIMTAB_AUDIT_KEY_VAULT to the key in Vault, as MOUNT/NAME.")
    present = ensure_key(ctx)
    lock(ctx.session)
    present = chain(ctx.session)[-1]
    look_again()
    old, known = signer_of(ctx.settings, present), [key.id for key in chain(ctx.session)]
    new = next_in_vault(vault, known) if vault and place != "file" else _drafted(ctx.settings)
    log = known[0]
    key = _key(ctx, new, number=present.number + 1)
    key.previous_id = present.id
    told = statement_of(key, log=log).canonical
    key.signature, key.previous_signature = new.sign(told), old.sign(told)
    ctx.add(key)
    ctx.record(
        "audit.key_rotated", _subject(key), reason=reason, key=key.id, previous=present.id,
        place=_told(new),
        public_key=key.public_key.hex(), from_size=key.from_size, signature=key.signature.hex(),
        previous_signature=key.previous_signature.hex(),
    )  # fmt: skip
    return key


def signer_of(settings: Settings, key: Key) -> Signer:
    """Who signs with this key, or LogKeyUnavailable; ends a rotation that the database knows of.

    The file is looked at first, so a key that is yet to move to Vault signs from it.
    """
    path, vault = key_file(settings), transit_key(settings)
    draft = _next(path)
    if draft.exists() and _id_in(draft) == key.id:
        draft.replace(path)
    if vault and not (path.exists() and _id_in(path) == key.id):
        signer = signer_in_vault(vault, key.id)
        if path.exists() and _id_in(path) == key.previous_id:
            path.unlink()
        return signer
    if _id_in(path) != key.id:
        raise LogKeyUnavailable(
            f"{path} holds another key than the audit log's present one ({key.id[:16]}). Bring the "
            "right file back from its copy, or name the key in Vault that signed last; without it "
            "nothing can be sealed."
        )
    return read_signer(path)


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


def _in_file(path: Path) -> Signer:
    """The key of the file; made where there is none."""
    try:
        write_once(path, Ed25519PrivateKey.generate().private_bytes_raw())
    except OSError as error:
        raise LogKeyUnavailable(f"The key file {path} cannot be written: {error}") from error
    return read_signer(path)


def _drafted(settings: Settings) -> Signer:
    """A new key in a file beside the present one's place."""
    draft = _next(key_file(settings))
    draft.unlink(missing_ok=True)
    return _in_file(draft)


def _bound(ctx: Context) -> None:
    """Let the database end the transaction should Vault keep it: after two answers' time."""
    if transit_key(ctx.settings):
        most = round(2000 * ctx.settings.audit_key_vault_seconds) + 1000
        ctx.session.execute(_BOUND, {"most": f"{most}ms"})


def _id_in(path: Path) -> str:
    return key_id_of(read_signer(path).public_key)


def _told(signer: Signer) -> str:
    """Where a key lies, for its record."""
    return f"vault:{signer.key.place}" if isinstance(signer, TransitSigner) else "file"


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
