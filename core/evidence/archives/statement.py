"""What an archive of records says of itself, and its signature. Pure: no database, no clock."""

import json
from dataclasses import dataclass
from datetime import datetime

import rfc8785

from core.errors import InvalidInput
from core.evidence.archives.models import Archive
from core.evidence.statements import FORMAT, moment

WHAT = "trimtab archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStatement:
    """That these records of the log are in a file of this SHA-256, line by line.

    The tree of `first` records had the root `first_root`, with the archive's it has `root`.
    """

    log: str
    first: int
    size: int
    first_root: bytes
    root: bytes
    until: datetime
    file: str
    sha256: bytes
    archived_at: datetime
    key_id: str

    @property
    def canonical(self) -> bytes:
        return rfc8785.dumps(
            {
                "format": FORMAT,
                "what": WHAT,
                "log": self.log,
                "first": self.first,
                "size": self.size,
                "first_root": self.first_root.hex(),
                "root": self.root.hex(),
                "until": moment(self.until),
                "file": self.file,
                "sha256": self.sha256.hex(),
                "archived_at": moment(self.archived_at),
                "key": self.key_id,
            }
        )

    def header(self, signature: bytes) -> bytes:
        """The small file beside the archive: what was signed, and the signature, as RFC 8785."""
        told = json.loads(self.canonical)
        return rfc8785.dumps({**told, "signature": signature.hex()}) + b"\n"


def statement_of_archive(row: Archive, *, log: str) -> ArchiveStatement:
    return ArchiveStatement(
        log=log, first=row.first, size=row.size, first_root=row.first_root, root=row.root,
        until=row.until, file=row.file, sha256=row.sha256, archived_at=row.archived_at,
        key_id=row.key_id,
    )  # fmt: skip


def is_plain(name: str) -> bool:
    """Whether this is the name of a file in a folder, and leads nowhere else."""
    return name not in {"", ".", ".."} and name.isprintable() and not set(name) & set("/\\")


def require_plain(name: str) -> str:
    """The name of the archive's file, or InvalidInput."""
    if not is_plain(name):
        raise InvalidInput(f"{name!r} is no name of a file that an archive may have.")
    return name
