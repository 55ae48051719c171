"""The zip of a pack, read strictly: every byte of the file is accounted for, sizes are bounded."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from core.evidence.standalone.telling import Refused, need

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
FAR_END, FAR_PLACE = b"PK\x06\x06", b"PK\x06\x07"
CENTRAL_FIELDS = struct.Struct("<4s6H3L5H2L")
LOCAL_FIELDS = struct.Struct("<4s5H3L2H")
END_FIELDS = struct.Struct("<4s4H2LH")
FAR_FIELDS = struct.Struct("<4sQ2H2L4Q")
PLACE_FIELDS = struct.Struct("<4sLQL")
MIB = 1 << 20
FAR = 0xFFFFFFFF
MOST_NAMES = 1_000_000
MOST_DIRECTORY = 256 * MIB
CHUNK = 1 << 16
NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
SHOWN_NAME = 100
UNIX, PLAIN = 3 << 8, 0o100644 << 16
DATE = 1 << 5 | 1
"""1980-01-01 at 00:00, as all entries are dated."""


@dataclass(frozen=True)
class Entry:
    """A member of the pack and where its bytes lie."""

    name: str
    offset: int
    packed: int
    size: int
    checksum: int
    method: int
    needed: int


class Container:
    """The members of a zip, each read in chunks; `limit` is how many bytes all of them may have."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self.entries: dict[str, Entry] = {}
        file.seek(0, 2)
        number, start, end = _directory(file, file.tell())
        self._read_entries(number, start, end, limit)

    def _read_entries(self, number: int, start: int, end: int, limit: int) -> None:
        """Every entry as it has to be, one right after the other from the first byte on."""
        need(number <= MOST_NAMES and end - start <= MOST_DIRECTORY, "the zip has too many members")
        self._file.seek(start)
        directory, place, free, whole, last = self._file.read(end - start), 0, 0, 0, ""
        for _ in range(number):
            entry, place = _entry(directory, place)
            need(entry.name not in self.entries, f"the zip has {entry.name} twice")
            need(entry.offset == free, f"there are bytes between members, before {entry.name}")
            free, whole = self._after(entry), whole + entry.size
            need(entry.name > last, f"{entry.name} is not in its place in the zip", "reordered")
            last = entry.name
            need(whole <= limit, f"the members have more than {limit // MIB} MiB: see --most-mib")
            self.entries[entry.name] = entry
        need(place == len(directory), "the zip's directory is not as long as it says")
        need(free == start, "there are bytes between the members and the zip's directory")

    def _after(self, entry: Entry) -> int:
        """Where the member ends; its own header has to say what the directory says."""
        header = LOCAL_FIELDS.pack(
            LOCAL, entry.needed, 0, entry.method, 0, DATE, entry.checksum, entry.packed, entry.size,
            len(entry.name), 0,
        )  # fmt: skip
        self._file.seek(entry.offset)
        wanted = header + entry.name.encode()
        need(self._file.read(len(wanted)) == wanted,
             f"the header of {entry.name} in the zip is not what the directory says")  # fmt: skip
        return entry.offset + len(wanted) + entry.packed

    def chunks(self, name: str) -> Iterator[bytes]:
        """The member's bytes; Refused where they are not what the directory says."""
        entry = self.entries[name]
        place = entry.offset + LOCAL_FIELDS.size + len(name)
        left, size, checksum = entry.packed, 0, 0
        for chunk in _inflated(self._packed(place, left), entry):
            size, checksum = size + len(chunk), zlib.crc32(chunk, checksum)
            need(size <= entry.size, f"{name} is longer than the zip says")
            yield chunk
        need(size == entry.size, f"{name} is shorter than the zip says")
        need(checksum == entry.checksum, f"the bytes of {name} are not those of its checksum")

    def content(self, name: str, most: int) -> bytes:
        need(self.entries[name].size <= most, f"{name} has more than {most // MIB} MiB")
        return b"".join(self.chunks(name))

    def _packed(self, place: int, left: int) -> Iterator[bytes]:
        while left:
            self._file.seek(place)
            chunk = self._file.read(min(CHUNK, left))
            need(bool(chunk), "the zip is cut off", "missing")
            place, left = place + len(chunk), left - len(chunk)
            yield chunk


def _inflated(packed: Iterator[bytes], entry: Entry) -> Iterator[bytes]:
    """The bytes behind deflate (RFC 1951), never more than CHUNK at once, or those stored."""
    if entry.method == 0:
        yield from packed
        return
    stream = zlib.decompressobj(-15)
    try:
        for chunk in packed:
            need(not stream.eof, f"{entry.name} goes on after its end in the zip")
            rest = chunk
            while rest and not stream.eof:
                yield stream.decompress(rest, CHUNK)
                rest = stream.unconsumed_tail
            need(not stream.unused_data, f"{entry.name} goes on after its end in the zip")
        while not stream.eof:
            more = stream.decompress(stream.unconsumed_tail, CHUNK)
            need(bool(more) or stream.eof, f"{entry.name} is cut off in the zip", "missing")
            yield more
    except zlib.error:
        raise Refused(f"the bytes of {entry.name} are no deflate stream") from None


def _directory(file: BinaryIO, length: int) -> tuple[int, int, int]:
    """How many entries the directory has, where it begins and where it ends."""
    end = length - END_FIELDS.size
    tail = _bytes_at(file, end, END_FIELDS.size)
    if tail[:4] != END:
        _refuse_tail(file, length)
    number, size, start = _end(tail)
    if number == 0xFFFF or FAR in (size, start):
        end -= PLACE_FIELDS.size + FAR_FIELDS.size
        number, size, start = _far_end(file, end)
        told = END_FIELDS.pack(
            END, 0, 0, min(number, 0xFFFF), min(number, 0xFFFF), min(size, FAR), min(start, FAR), 0
        )
        need(tail == told, "the end of the zip's directory is not sound")
    need(start + size == end, "the zip's directory is not where its end says")
    return number, start, end


def _end(tail: bytes) -> tuple[int, int, int]:
    _, disk, first, here, number, size, start, comment = END_FIELDS.unpack(tail)
    need(comment == 0, "the zip has a comment")
    need(disk == first == 0 and here == number, "the zip is in several parts")
    return number, size, start


def _far_end(file: BinaryIO, end: int) -> tuple[int, int, int]:
    """The end of a zip of more than 65,535 members or 4 GiB (zip64)."""
    fields = FAR_FIELDS.unpack(_bytes_at(file, end, FAR_FIELDS.size))
    number, size, start = fields[7:10]
    made, needed = fields[2:4]
    wanted = FAR_FIELDS.pack(FAR_END, 44, made, needed, 0, 0, number, number, size, start)
    place = PLACE_FIELDS.pack(FAR_PLACE, 0, end, 1)
    there = _bytes_at(file, end, FAR_FIELDS.size + PLACE_FIELDS.size)
    need(there == wanted + place and (made & 0xFF, needed) == (45, 45),
         "the end of the zip's directory is not sound")  # fmt: skip
    return number, size, start


def _refuse_tail(file: BinaryIO, length: int) -> None:
    found = _bytes_at(file, max(0, length - MIB), min(MIB, length)).rfind(END)
    need(found < 0, "there are bytes after the end of the zip, or it has a comment")
    raise Refused(
        "the end of the zip is missing: the file was cut off, or it is no pack", "missing"
    )


def _bytes_at(file: BinaryIO, place: int, size: int) -> bytes:
    need(place >= 0, "the file is too short for a pack", "missing")
    file.seek(place)
    return file.read(size)


def _entry(directory: bytes, place: int) -> tuple[Entry, int]:
    """One entry of the directory, and where the next one begins."""
    need(place + CENTRAL_FIELDS.size <= len(directory), "the zip's directory is cut off")
    fields = CENTRAL_FIELDS.unpack_from(directory, place)
    _, made, needed, flags, method, _, _, checksum, packed, size, length = fields[:11]
    mode = fields[15] >> 16
    after = place + CENTRAL_FIELDS.size + length
    name = _name(directory[after - length : after])
    need(flags & 1 == 0, f"{name} is encrypted")
    need(mode & 0o170000 in (0, 0o100000), f"{name} is a link, or no file")
    need(fields[11] == fields[12] == 0, f"{name} has a comment or extra fields in the zip")
    need(method in (0, 8), f"{name} is compressed in a way that packs are not")
    wanted = CENTRAL_FIELDS.pack(
        CENTRAL, made, needed, 0, method, 0, DATE, checksum, packed, size, length, 0, 0, 0, 0,
        fields[15], fields[16],
    )  # fmt: skip
    plain = fields[15] == PLAIN and needed in (20, 45) and made == UNIX | needed
    need(directory[place : place + CENTRAL_FIELDS.size] == wanted and plain,
         f"the entry of {name} in the zip is not as packs have it (date, mode, flags)")  # fmt: skip
    return Entry(name, fields[16], packed, size, checksum, method, needed), after


def _name(raw: bytes) -> str:
    name = raw.decode("utf-8", "replace")
    sound = NAME.fullmatch(name) is not None and not {".", ".."} & set(name.split("/"))
    need(sound and len(name) <= 200, f"{name[:SHOWN_NAME]!r} is no name of a member of a pack")
    return name
