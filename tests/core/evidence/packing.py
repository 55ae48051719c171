"""A second writer of logs and packs, made after the documents alone: it shares no code of ours."""

import io
import json
import warnings
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
SEALED_AT = "2026-11-24T12:00:00.000000+00:00"


def canonical(told):
    """RFC 8785 of what has neither fractions nor names beyond the basic plane."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hexed(content):
    return sha256(content).hexdigest()


@dataclass(frozen=True)
class Signer:
    """A key made from a word, the same each time."""

    word: str

    @property
    def _private(self):
        return Ed25519PrivateKey.from_private_bytes(sha256(self.word.encode()).digest())

    @property
    def public(self):
        return self._private.public_key().public_bytes_raw()

    @property
    def id(self):
        return hexed(self.public)

    def sign(self, told):
        return self._private.sign(canonical(told)).hex()


@dataclass(frozen=True)
class Log:
    """Records as they were hashed, keys with the sizes that they sign from, sizes of heads."""

    contents: tuple[bytes, ...]
    sizes: tuple[int, ...]
    signers: tuple[tuple[Signer, int], ...] = ((Signer("first"), 0), (Signer("second"), 70))

    @property
    def name(self):
        return self.signers[0][0].id

    def signer(self, size):
        return [one for one, since in self.signers if since < size][-1]

    def keys(self):
        keys, before = [], None
        for number, (signer, since) in enumerate(self.signers, start=1):
            told = {
                "format": 1, "what": "trimtab log key", "log": self.name, "key": signer.id,
                "public_key": signer.public.hex(), "number": number, "from_size": since,
                "made_at": SEALED_AT, "previous": before.id if before else None,
            }  # fmt: skip
            keys.append(told | {
                "signature": signer.sign(told),
                "previous_signature": before.sign(told) if before else None,
            })  # fmt: skip
            before = signer
        return [{name: one[name] for name in one if name not in ("format", "what", "log")}
                for one in keys]  # fmt: skip

    def head(self, size):
        told = self.head_statement(size)
        return {name: told[name] for name in told if name not in ("format", "what")} | {
            "signature": self.signer(size).sign(told)
        }

    def head_statement(self, size):
        previous = max((one for one in (0, *self.sizes) if one < size), default=0)
        return {
            "format": 1, "what": "trimtab tree head", "log": self.name, "size": size,
            "previous": previous, "root": self.root(size).hex(), "sealed_at": SEALED_AT,
            "key": self.signer(size).id,
        }  # fmt: skip

    def root(self, size):
        return _root(self.contents[:size])

    def proof(self, position, size):
        return {
            "position": position, "size": size, "record": self.contents[position].decode(),
            "path": [one.hex() for one in _path(position, self.contents[:size])],
        }  # fmt: skip

    def growth(self, old, new):
        path = _growth(old, self.contents[:new], whole=True)
        return {"from": old, "to": new, "path": [one.hex() for one in path]}

    def rewritten(self, position, content):
        contents = (*self.contents[:position], content, *self.contents[position + 1 :])
        return replace(self, contents=contents)


@cache
def _root(contents):
    if len(contents) == 1:
        return sha256(b"\x00" + contents[0]).digest()
    half = _half(len(contents))
    return sha256(b"\x01" + _root(contents[:half]) + _root(contents[half:])).digest()


def _half(number):
    return 1 << (number - 1).bit_length() - 1


def _path(place, contents):
    """RFC 6962, section 2.1.1."""
    if len(contents) == 1:
        return []
    half = _half(len(contents))
    if place < half:
        return [*_path(place, contents[:half]), _root(contents[half:])]
    return [*_path(place - half, contents[half:]), _root(contents[:half])]


def _growth(old, contents, *, whole):
    """RFC 6962, section 2.1.2."""
    if old == len(contents):
        return [] if whole else [_root(contents)]
    half = _half(len(contents))
    if old <= half:
        return [*_growth(old, contents[:half], whole=whole), _root(contents[half:])]
    return [*_growth(old - half, contents[half:], whole=False), _root(contents[:half])]


@dataclass
class Draft:
    """A pack before it is signed: its log, which records, which anchors, and its other files."""

    log: Log
    size: int
    positions: list[int]
    anchors: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    subject: dict[str, str] = field(
        default_factory=lambda: {"type": "change_request", "id": "12", "label": "C12 no telnet"}
    )

    def evidence(self):
        sizes = sorted({self.size, *(one["size"] for one in self.anchors)})
        return {
            "format": "trimtab-evidence/1", "log": self.log.name, "keys": self.log.keys(),
            "heads": [self.log.head(size) for size in sizes],
            "consistency": [self.log.growth(self.size, size) for size in sizes[1:]],
            "records": [self.log.proof(one, self.size) for one in self.positions],
            "anchors": self.anchors,
        }  # fmt: skip

    def packed(self):
        """All files with the manifest, signed by the key that is in force."""
        files = self.files | {"evidence.json": canonical(self.evidence())}
        return signed(files, self.log, self.size, self.subject)


def signed(files, log, size, subject, *, signer=None):
    """The files with a manifest of them; the old one is replaced."""
    rest = {name: content for name, content in files.items() if name not in (MANIFEST, SIGNATURE)}
    manifest = canonical({
        "format": "trimtab-pack/1", "log": log.name, "size": size, "subject": subject,
        "period": None, "files": {name: hexed(content) for name, content in rest.items()},
    })  # fmt: skip
    return rest | {MANIFEST: manifest, SIGNATURE: signature(manifest, log, signer)}


def signature(manifest, log, signer=None):
    by = signer or log.signers[-1][0]
    told = {
        "format": 1, "what": "trimtab evidence pack", "log": log.name, "key": by.id,
        "manifest": hexed(manifest),
    }  # fmt: skip
    return canonical({"key": by.id, "signature": by.sign(told)})


def zipped(files, *, order=None):
    """The zip as packs have it; `order` gives names in another order, also twice."""
    target = io.BytesIO()
    with warnings.catch_warnings(), ZipFile(target, "w", ZIP_DEFLATED) as pack:
        warnings.simplefilter("ignore")  # of a name that stands there twice
        for name in order or sorted(files):
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o100644 << 16
            entry.create_system = 3
            pack.writestr(entry, files[name])
    return target.getvalue()
