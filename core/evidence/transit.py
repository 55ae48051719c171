"""The log's key in Vault's transit engine: Vault signs, the private key never leaves it.

A key has versions; each is a key of the log's chain of its own, and heads name the version by the
hash of its public half. Nothing is kept here but that a version holds a public key, which cannot
change: what Vault signed is checked each time.
"""

import base64
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import requests

from core.evidence.errors import LogKeyUnavailable
from core.evidence.statements import is_signed, key_id_of
from core.secrets import SecretUnavailable
from core.settings import Settings
from core.vault import address, client

try:
    from hvac.exceptions import InvalidPath, VaultError
except ModuleNotFoundError:  # the extra is not installed: `client` says so
    InvalidPath = VaultError = requests.RequestException

TYPE = "ed25519"
KEY_BYTES = 32
SHOWN = 300
"""How much of what Vault says is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The public keys that Vault tells, by version; `leaves` says that the private may come out."""

    versions: Mapping[int, bytes]
    leaves: bool = False

    @property
    def newest(self) -> int:
        return max(self.versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitKey:
    """A key of the transit engine at MOUNT/NAME. An answer may take `seconds`.

    Every call raises LogKeyUnavailable with Vault's reason.
    """

    place: str
    seconds: float

    @property
    def _where(self) -> Mapping[str, str]:
        mount, _, name = self.place.rpartition("/")
        return {"mount_point": mount, "name": name}

    def held(self) -> Held | None:
        """What Vault holds there; None where there is no such key."""
        with self._asking("does not tell of it"):
            try:
                told = client(seconds=self.seconds).secrets.transit.read_key(**self._where)["data"]
            except InvalidPath:
                return None
            if told["type"] != TYPE or told.get("derived"):
                kind = "derived" if told.get("derived") else str(told["type"])[:SHOWN]
                raise LogKeyUnavailable(
                    f"The key {self.place} in Vault is of type {kind}, not {TYPE}: it cannot sign "
                    f"heads. Name another one; `vault write -f {self._path} type={TYPE}` makes it."
                )
            leaves = bool(told.get("exportable") or told.get("allow_plaintext_backup"))
            return Held(versions=_versions(told["keys"]), leaves=leaves)

    def make(self) -> None:
        """Make the key, such that it never comes out; one that is there stays as it is."""
        advice = f"is not made; or make it yourself: vault write -f {self._path} type={TYPE}"
        with self._asking(advice):
            client(seconds=self.seconds).secrets.transit.create_key(
                **self._where, key_type=TYPE, exportable=False, allow_plaintext_backup=False
            )

    def rotate(self) -> None:
        with self._asking("is not rotated"):
            client(seconds=self.seconds).secrets.transit.rotate_key(**self._where)

    def sign(self, statement: bytes, *, version: int) -> bytes:
        with self._asking(f"does not sign with version {version}"):
            told = client(seconds=self.seconds).secrets.transit.sign_data(
                **self._where, hash_input=base64.b64encode(statement).decode(), key_version=version
            )
            _, _, signature = str(told["data"]["signature"]).split(":")  # vault:v1:base64
            return base64.b64decode(signature, validate=True)

    @property
    def _path(self) -> str:
        return "{mount_point}/keys/{name}".format(**self._where)

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Whatever Vault answers or does not answer, as one kind of error; never the token."""
        try:
            yield
        except SecretUnavailable as error:
            raise LogKeyUnavailable(error.message) from error
        except (
            VaultError, requests.RequestException, KeyError, TypeError, ValueError, AttributeError,
        ) as error:  # fmt: skip
            said = " ".join(f"{type(error).__name__}: {error}".split())[:SHOWN]
            raise LogKeyUnavailable(
                f"The audit log's key {self.place} in Vault {what} ({said}). Check VAULT_ADDR, "
                "VAULT_TOKEN and the token's policy, and that Vault is unsealed."
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitSigner:
    """Signs with one version of a key in Vault."""

    key: TransitKey
    version: int
    public_key: bytes

    def sign(self, statement: bytes) -> bytes:
        """The signature, or LogKeyUnavailable where it is none of this version's."""
        signature = self.key.sign(statement, version=self.version)
        if not is_signed(statement, signature, self.public_key):
            raise LogKeyUnavailable(
                f"Vault signed with another key than version {self.version} of {self.key.place} "
                "was: the key there was replaced. Bring it back from Vault's backup."
            )
        return signature


def transit_key(settings: Settings) -> TransitKey | None:
    """The key that the settings name, if they name one."""
    place = settings.audit_key_vault
    return TransitKey(place=place, seconds=settings.audit_key_vault_seconds) if place else None


def signer_in_vault(key: TransitKey, key_id: str) -> TransitSigner:
    """Who signs with the version of this id; LogKeyUnavailable where Vault has none such."""
    return _holder(key, address(), key_id)


def look_again() -> None:
    """Forget which version holds which key: a key that was lost must not be rotated unnoticed."""
    _holder.cache_clear()


@lru_cache(maxsize=32)
def _holder(key: TransitKey, _address: str | None, key_id: str) -> TransitSigner:
    held = key.held()
    for version, public in (held.versions if held else {}).items():
        if key_id_of(public) == key_id:
            return TransitSigner(key=key, version=version, public_key=public)
    raise LogKeyUnavailable(
        f"Vault's {key.place} holds another key than the audit log's present one "
        f"({key_id[:16]}), or none. Bring it back from Vault's backup, or correct "
        "TRIMTAB_AUDIT_KEY_VAULT; without it nothing can be sealed."
    )


def next_in_vault(key: TransitKey, known: Collection[str]) -> TransitSigner:
    """A version that is no key of the log yet: the newest one, a new one, or the first."""
    held = key.held()
    if held is None:
        key.make()
        held = key.held()
    elif key_id_of(held.versions[held.newest]) in known:
        key.rotate()
        held = key.held()
    if held is None or key_id_of(held.versions[held.newest]) in known:
        raise LogKeyUnavailable(f"Vault's {key.place} has no new version although it was made.")
    public = held.versions[held.newest]
    return TransitSigner(key=key, version=held.newest, public_key=public)


def _versions(told: Mapping[str, Mapping[str, str]]) -> Mapping[int, bytes]:
    found = {
        int(number): base64.b64decode(one["public_key"], validate=True)
        for number, one in told.items()
    }
    if not found or any(len(one) != KEY_BYTES for one in found.values()):
        raise ValueError("its public keys are none")
    return found
