"""Files of archived records: canonical JSON, one record a line, in the order of the log, gzip.

`zcat` of the archives in their order, and then the export, is the whole log. What a file is stands
in a small signed file beside it, of the same name with `.json`. Reads and writes files only.
"""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from core.errors import InvalidInput, TrimtabError

SUFFIX = ".ndjson.gz"
LONGEST = 64 << 20
"""Bytes of a record at most; a longer line was made by somebody else."""
LEVEL = 6


class ArchiveUnreadable(TrimtabError):
    """An archive's file cannot be read, or not to its end."""

    code = "archive_unreadable"


def header_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def write_archive(file: Path, lines: Iterable[bytes]) -> None:
    """Write a new file and have it on the disk; InvalidInput where it cannot be, or is there.

    The same lines give the same bytes. What was written is gone when an error ends it.
    """
    try:
        with open(file, "xb", opener=_private) as target:
            try:
                _compress(target, lines)
            except BaseException:
                file.unlink(missing_ok=True)
                raise
        _sync_folder(file.parent)
    except OSError as error:
        raise InvalidInput(f"The archive {file} cannot be written: {error.strerror}.") from error


def write_header(file: Path, content: bytes) -> None:
    """The signed file beside the archive, on the disk; InvalidInput where it cannot be."""
    header = header_of(file)
    try:
        with open(header, "xb", opener=_private) as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        _sync_folder(file.parent)
    except OSError as error:
        raise InvalidInput(f"The file {header} cannot be written: {error.strerror}.") from error


def sha256_of(file: Path) -> bytes:
    """The SHA-256 of the file, or ArchiveUnreadable."""
    try:
        with file.open("rb") as content:
            return file_digest(content, "sha256").digest()
    except OSError as error:
        raise ArchiveUnreadable(f"{file} cannot be read: {error.strerror}.") from error


def lines_of(file: Path) -> Iterator[bytes]:
    """Each record's bytes, or ArchiveUnreadable where the file stops being one."""
    try:
        with gzip.open(file, "rb") as content:
            while line := content.readline(LONGEST + 1):
                if not line.endswith(b"\n"):
                    raise ArchiveUnreadable(f"{file} holds a line that has no end.")
                yield line[:-1]
    except OSError as error:  # a spoiled gzip file is one as well
        raise ArchiveUnreadable(f"{file} cannot be read: {error.strerror or error}.") from error
    except (EOFError, zlib.error) as error:
        raise ArchiveUnreadable(f"{file} cannot be read to its end: {error}.") from error


def _private(file: str, flags: int) -> int:
    """For whoever writes it alone to read: records say who did what, from where."""
    return os.open(file, flags, 0o600)


def _compress(target: BinaryIO, lines: Iterable[bytes]) -> None:
    packed = gzip.GzipFile("", "wb", LEVEL, target, mtime=0)
    with packed:
        for line in lines:
            packed.write(line + b"\n")
    target.flush()
    os.fsync(target.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
