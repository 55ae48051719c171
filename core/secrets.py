"""Secrets by reference. Only the reference is stored with a device; a value never reaches a log.

References: `env:NAME`, `file:PATH`, `db:NAME` (encrypted in the database with a key outside it) and
what plugins of the group `trimtab.secrets` add, such as `vault:PATH#KEY`.
"""

import os
import tempfile
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.context import Context
from core.database import Base
from core.errors import Conflict, InvalidInput, TrimtabError
from core.plugins import load

NONCE_BYTES = 12  # AES-GCM, NIST SP 800-38D
KEY_BYTES = 32  # AES-256


class SecretUnavailable(TrimtabError):
    code = "secret_unavailable"


@runtime_checkable
class SecretSource(Protocol):
    """Resolves the references of one scheme."""

    scheme: ClassVar[str]

    def read(self, ctx: Context, name: str) -> str:
        """The value, or SecretUnavailable naming the reference and what to do."""
        ...


class Secret(Base):
    """A secret encrypted with AES-256-GCM; its name is authenticated with it."""

    __tablename__ = "secret"
    unstated: ClassVar[frozenset[str]] = frozenset({"ciphertext"})

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime]

    @property
    def label(self) -> str:
        return self.name


class EnvironmentSecrets:
    scheme: ClassVar[str] = "env"

    def read(self, _ctx: Context, name: str) -> str:
        try:
            return os.environ[name]
        except KeyError:
            raise SecretUnavailable(
                f"The environment variable {name} is not set; export it where Trimtab runs."
            ) from None


class FileSecrets:
    scheme: ClassVar[str] = "file"

    def read(self, _ctx: Context, name: str) -> str:
        try:
            return Path(name).read_text().rstrip("\n")
        except (OSError, ValueError) as error:  # ValueError: not text, or no file name at all
            raise SecretUnavailable(f"The secret file {name} cannot be read: {error}") from error


class DatabaseSecrets:
    scheme: ClassVar[str] = "db"

    def read(self, ctx: Context, name: str) -> str:
        row = ctx.session.get(Secret, name) if name.isprintable() else None
        if row is None:
            raise SecretUnavailable(
                f"There is no secret {name} in the database; "
                f"`trimtab credential secret {name}` writes it."
            )
        return _decrypted(ctx, row)


def write_secret(ctx: Context, name: str, value: str) -> str:
    """Encrypt and keep a secret; returns its reference. Needs `secret.write`."""
    ctx.require("secret.write")
    if not name.strip() or not name.isprintable():
        raise InvalidInput("A secret needs a name of printable characters.")
    sealed = _encrypted(_key(ctx), name, value)
    secret = ctx.session.merge(Secret(name=name, ciphertext=sealed, updated_at=ctx.now()))
    ctx.record("secret.written", secret)
    return f"db:{name}"


def read_secret(ctx: Context, reference: str) -> str:
    """Resolve a reference, or raise SecretUnavailable."""
    scheme, _, name = reference.partition(":")
    for source in load("trimtab.secrets", SecretSource):  # type: ignore[type-abstract]
        if source.scheme == scheme:
            return source.read(ctx, name)
    raise SecretUnavailable(
        f"{scheme!r} is no kind of secret reference; use env:, file:, db: or an installed plugin's."
    )


def renew_key(ctx: Context) -> None:
    """Put a new key in the key file's place; the one before stays beside it as `.previous`.

    Marks of redacted secrets keep the key that they are made with, in `redaction.key`: else every
    configuration would seem changed. Raises Conflict while another key is still beside it. Rows
    are encrypted again by `renew_secrets` and who else keeps some. The caller records.
    """
    path, previous = ctx.settings.key_path, _previous(ctx)
    if previous.exists():
        raise Conflict(
            f"{previous} is there from the last rotation and nothing needs it any more. Move it to "
            "a safe place (older backups of the database need it), then rotate again."
        )
    marks = installation_key(ctx, "redaction")
    write_once(_own_key(ctx, "redaction"), marks)
    write_once(previous, _key(ctx))
    draft = path.with_name(f"{path.name}.next")
    draft.unlink(missing_ok=True)
    write_once(draft, AESGCM.generate_key(8 * KEY_BYTES))
    draft.replace(path)


def is_renewed(ctx: Context) -> bool:
    """Whether the key before the present one is still there."""
    return _previous(ctx).exists()


def renew_secrets(ctx: Context) -> int:
    """Encrypt again under the present key what stands under the previous one; how many."""
    renewed = 0
    for row in ctx.session.scalars(select(Secret).order_by(Secret.name)):
        value = _decrypted(ctx, row)
        if _opened(_key(ctx), row) is None:
            row.ciphertext = _encrypted(_key(ctx), row.name, value)
            renewed += 1
    return renewed


def _encrypted(key: bytes, name: str, value: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value.encode(), name.encode())


def _decrypted(ctx: Context, row: Secret) -> str:
    """The value, with the present key or the one before it."""
    value = _opened(_key(ctx), row)
    if value is None and is_renewed(ctx):
        value = _opened(_read_key(_previous(ctx)), row)
    if value is None:
        raise SecretUnavailable(
            f"The secret {row.name} was encrypted with another key than {ctx.settings.key_path}, "
            "or was altered. Bring the right key back, or write the secret again."
        )
    return value


def _opened(key: bytes, row: Secret) -> str | None:
    nonce, sealed = row.ciphertext[:NONCE_BYTES], row.ciphertext[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, row.name.encode()).decode()
    except (InvalidTag, ValueError):  # ValueError: too short to be a ciphertext
        return None


def _previous(ctx: Context) -> Path:
    path = ctx.settings.key_path
    return path.with_name(f"{path.name}.previous")


def _own_key(ctx: Context, purpose: str) -> Path:
    """Where a purpose has a key of its own since the first rotation."""
    return ctx.settings.key_path.with_name(f"{purpose}.key")


def _key(ctx: Context) -> bytes:
    """The installation's key, made at first use with mode 0600, outside the database."""
    path = ctx.settings.key_path
    try:
        if not path.exists():
            write_once(path, AESGCM.generate_key(8 * KEY_BYTES))
    except OSError as error:
        raise SecretUnavailable(f"The key file {path} cannot be used: {error}") from error
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        state = path.stat()
        key = _as_of(path, state.st_ino, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise SecretUnavailable(f"The key file {path} cannot be used: {error}") from error
    if len(key) != KEY_BYTES:
        raise SecretUnavailable(
            f"The key file {path} holds {len(key)} bytes, not {KEY_BYTES}: it is not the key that "
            "Trimtab made. Bring that one back from its copy."
        )
    return key


@lru_cache(maxsize=8)
def _as_of(path: Path, _inode: int, _written: int, _size: int) -> bytes:
    """The file as it is; read anew once it is another one."""
    return path.read_bytes()


def write_once(path: Path, key: bytes) -> None:
    """Keep bytes in a file of mode 0600, unless it is there already.

    Written whole beside its place, then linked there: of two makers one wins for both.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()


def installation_key(ctx: Context, purpose: str) -> bytes:
    """32 bytes that are this installation's for one purpose, derived by HKDF (RFC 5869)."""
    own = _own_key(ctx, purpose)
    return _read_key(own) if own.exists() else _derived(_key(ctx), purpose)


def previous_key(ctx: Context, purpose: str) -> bytes | None:
    """What `installation_key` gave before the last rotation, as long as that key is kept."""
    return _derived(_read_key(_previous(ctx)), purpose) if is_renewed(ctx) else None


@lru_cache(maxsize=32)
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
