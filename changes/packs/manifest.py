"""The manifest of a pack and its signature: what binds every file to the log's key. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import rfc8785

from changes.packs.model import Period
from core.audit import Fact, Subject
from core.evidence.keys import Signer
from core.evidence.statements import key_id_of

FORMAT = "trimtab-pack/1"
NAME, SIGNATURE = "manifest.json", "manifest.sig"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a pack is about, the head that covers it, and the SHA-256 (hex) of its files."""

    log: str
    size: int
    subject: Subject
    period: Period | None
    files: Mapping[str, str]

    @property
    def canonical(self) -> bytes:
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "log": self.log,
                "size": self.size,
                "subject": {
                    "type": self.subject.type, "id": self.subject.id, "label": self.subject.label,
                },
                "period": self.period.document if self.period else None,
                "files": dict(self.files),
            }
        )  # fmt: skip


def statement(log: str, key: str, manifest: bytes) -> bytes:
    """What is signed, as RFC 8785 JSON."""
    told: Mapping[str, Fact] = {
        "format": 1, "what": "trimtab evidence pack", "log": log, "key": key,
        "manifest": sha256(manifest).hexdigest(),
    }  # fmt: skip
    return rfc8785.dumps(dict(told))


def signature(log: str, manifest: bytes, signer: Signer) -> bytes:
    """The file beside the manifest: which key signed it, and the signature."""
    key = key_id_of(signer.public_key)
    return rfc8785.dumps(
        {"key": key, "signature": signer.sign(statement(log, key, manifest)).hex()}
    )
