"""Who signed: the chain of the log's keys, and the heads that they signed (Ed25519, RFC 8032)."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.evidence.standalone.reading import Told, canonical
from core.evidence.standalone.telling import Refused, need

HEAD = ("log", "size", "previous", "root", "sealed_at", "key")
KEY = ("key", "public_key", "number", "from_size", "made_at", "previous")
WRONG = "wrong_signature"


@dataclass(frozen=True)
class Key:
    """A key of the log: it signs heads of more than `from_size` records."""

    name: str
    public: bytes
    number: int
    from_size: int


@dataclass(frozen=True)
class Head:
    """A signed head: so many records, and the root over them."""

    size: int
    root: bytes
    sealed_at: str
    key: Key
    statement: bytes


@dataclass
class Chain:
    """The log, its keys, and the heads of it that are known, by their sizes."""

    log: str
    keys: list[Key]
    heads: dict[int, Head] = field(default_factory=dict)

    def in_force(self, size: int) -> Key | None:
        """The key that signs a head of so many records."""
        return next((key for key in reversed(self.keys) if key.from_size < size), None)

    def keep(self, head: Head) -> None:
        """Remember a head; Refused where it contradicts one of the same size."""
        known = self.heads.setdefault(head.size, head)
        need(known.root == head.root,
             f"two signed heads of {head.size} records contradict each other: a fork",
             "forked")  # fmt: skip


def chain_of(told: Told) -> Chain:
    """Each key is signed by itself and by the one before it; the first one names the log."""
    log, keys = told.text("log"), list[Key]()
    for number, one in enumerate(told.objects("keys"), start=1):
        keys.append(_key(log, one, number, keys[-1] if keys else None))
    need(bool(keys), "the first key does not name the log: there is none", WRONG)
    return Chain(log, keys)


def _key(log: str, told: Told, number: int, before: Key | None) -> Key:
    public, name = told.raw("public_key"), told.text("key")
    key = Key(name, public, told.number("number"), told.number("from_size"))
    need(number > 1 or name == log, "the first key does not name the log", WRONG)
    need(sha256(public).hexdigest() == name, f"key {name} is not the hash of its bytes", WRONG)
    need(key.number == number, f"key {name} is not number {number}", WRONG)
    signed = statement("trimtab log key", log, told, KEY)
    need(is_signed(signed, told.raw("signature", 64), public),
         f"key {name} did not sign itself", WRONG)  # fmt: skip
    if before is None:
        fresh = told.member("previous") is None and told.member("previous_signature") is None
        need(fresh, f"key {name} is the first one and names one before it", WRONG)
        return key
    need(told.member("previous") == before.name, f"key {name} follows another one", WRONG)
    need(key.from_size >= before.from_size, f"key {name} is older than its elder", WRONG)
    need(is_signed(signed, told.raw("previous_signature", 64), before.public),
         f"key {name} was not signed by the key before it", WRONG)  # fmt: skip
    return key


def head_of(told: Told, chain: Chain) -> Head:
    """The head, signed by the key that was in force."""
    size = told.number("size")
    need(told.text("log") == chain.log, f"the head of {size} records is of another log", "forked")
    key = chain.in_force(size)
    if key is None or key.name != told.member("key"):
        raise Refused(f"the head of {size} records names a key that was not in force", WRONG)
    signed = statement("trimtab tree head", chain.log, told, HEAD)
    need(is_signed(signed, told.raw("signature", 64), key.public),
         f"the signature of the head of {size} records is wrong", WRONG)  # fmt: skip
    return Head(size, told.raw("root"), told.text("sealed_at"), key, signed)


def statement(what: str, log: str, told: Told, members: tuple[str, ...]) -> bytes:
    """The bytes that were signed."""
    chosen = {name: told.member(name) for name in members}
    for name, value in chosen.items():
        need(value is None or type(value) in (int, str),
             f"{name} of {told.where} cannot have been signed: {value!r}", WRONG)  # fmt: skip
    return canonical({"format": 1, "what": what, **chosen, "log": log})


def is_signed(told: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the key made the signature; a key that is none made nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, told)
    except (InvalidSignature, ValueError):
        return False
    return True
