"""Files of a pack on their way into a zip: one after the other in one file without a name.

The zip is the same bytes each time for the same files: sorted, dated 1980-01-01, deflated alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from core.errors import Conflict

DATED = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16  # a plain file that everybody may read
UNIX = 3
PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    length: int
    digest: str


@dataclass(slots=True)
class Spool:
    """Takes each file once, in any order and in pieces; keeps no more of it in memory."""

    file: IO[bytes]
    _parts: dict[str, _Part] = field(default_factory=dict)

    def add(self, name: str, *pieces: bytes) -> str:
        """Keep a file; returns its SHA-256 in hex."""
        return self.add_all(name, pieces)

    def add_all(self, name: str, pieces: Iterable[bytes]) -> str:
        """The same, piece by piece; nothing else is added meanwhile."""
        if name in self._parts:
            raise Conflict(f"An evidence pack cannot hold {name} twice.")
        hashed, start = sha256(), self.file.tell()
        for piece in pieces:
            hashed.update(piece)
            self.file.write(piece)
        digest = hashed.hexdigest()
        self._parts[name] = _Part(start, self.file.tell() - start, digest)
        return digest

    @property
    def digests(self) -> Mapping[str, str]:
        return {name: part.digest for name, part in self._parts.items()}

    def zip(self, target: IO[bytes]) -> None:
        """Write all files as a zip; the target can be written and sought in."""
        with ZipFile(target, "w", ZIP_DEFLATED) as pack:
            for name in sorted(self._parts):
                self._zip(pack, name, self._parts[name])

    def _zip(self, pack: ZipFile, name: str, part: _Part) -> None:
        entry = ZipInfo(name, DATED)
        entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, MODE, UNIX
        entry.file_size = part.length  # says beforehand whether it is a large one
        self.file.seek(part.start)
        with pack.open(entry, "w") as into:
            _copied(self.file, into, part.length)


def _copied(source: IO[bytes], target: IO[bytes], length: int) -> None:
    left = length
    while left:
        piece = source.read(min(left, PIECE))
        target.write(piece)
        left -= len(piece)
