"""Secrets by reference. Only the reference is stored with a device; a value never reaches a log.

References: `env:NAME`, `file:PATH`, `db:NAME` (encrypted in the database with a key outside it) and
what plugins of the group `trimtab.secrets` add, such as `vault:PATH#KEY`.
"""

import os
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.context import Context
from core.database import Base
from core.errors import InvalidInput, TrimtabError
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
        nonce, sealed = row.ciphertext[:NONCE_BYTES], row.ciphertext[NONCE_BYTES:]
        try:
            return AESGCM(_key(ctx)).decrypt(nonce, sealed, name.encode()).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: too short to be a ciphertext
            raise SecretUnavailable(
                f"The secret {name} was encrypted with another key than {ctx.settings.key_path}, "
                "or was altered. Bring the right key back, or write the secret again."
            ) from error


def write_secret(ctx: Context, name: str, value: str) -> str:
    """Encrypt and keep a secret; returns its reference. Needs `secret.write`."""
    ctx.require("secret.write")
    if not name.strip() or not name.isprintable():
        raise InvalidInput("A secret needs a name of printable characters.")
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_key(ctx)).encrypt(nonce, value.encode(), name.encode())
    secret = ctx.session.merge(Secret(name=name, ciphertext=nonce + sealed, updated_at=ctx.now()))
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


def _key(ctx: Context) -> bytes:
    """The installation's key, made at first use with mode 0600, outside the database."""
    path = ctx.settings.key_path
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SecretUnavailable(f"The key file {path} cannot be used: {error}") from error
    if len(key) != KEY_BYTES:
        raise SecretUnavailable(
            f"The key file {path} holds {len(key)} bytes, not {KEY_BYTES}: it is not the key that "
            "Trimtab made. Bring that one back from its copy."
        )
    return key


def _make_key(path: Path) -> None:
    """Written whole beside its place, then linked there: of two makers one wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(AESGCM.generate_key(8 * KEY_BYTES))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()


def installation_key(ctx: Context, purpose: str) -> bytes:
    """32 bytes that are this installation's for one purpose, derived by HKDF (RFC 5869)."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return derivation.derive(_key(ctx))
