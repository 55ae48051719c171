"""Compress texts with zstd and read them back, with a dictionary or without. Pure.

Frames are plain zstd ones (RFC 8878): a program of another kind reads them with the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import local

import zstandard

from inventory.store.deltas import patched

LEVEL = 19  # what is kept for years is worth some milliseconds
LARGE = 4_000_000  # bytes from which that takes minutes, and a dictionary gives nothing
LARGE_LEVEL = 5
DICTIONARY_SIZE = 112_640  # what zstd's own trainer makes by default
SHELF = 32  # dictionaries that a thread keeps ready


@dataclass(frozen=True, slots=True)
class Packed:
    """A text as it is stored, with all that is needed to read it anywhere.

    `place` 0 is the keyframe itself, any other the delta of that number.
    """

    keyframe: bytes
    dictionary: bytes | None
    deltas: bytes | None
    place: int

    def base(self) -> bytes:
        """The keyframe's own text."""
        return uncompressed(self.keyframe, dictionary=self.dictionary)

    def plain(self) -> bytes:
        base = self.base()
        if self.place == 0 or self.deltas is None:
            return base
        deltas = uncompressed(self.deltas, dictionary=self.dictionary)
        return patched(base, deltas, self.place)

    def text(self) -> str:
        return self.plain().decode()


def compressed(plain: bytes, *, dictionary: bytes | None = None) -> bytes:
    if len(plain) > LARGE:
        return zstandard.ZstdCompressor(level=LARGE_LEVEL).compress(plain)
    return _tools(dictionary).compressor.compress(plain)


def uncompressed(frame: bytes, *, dictionary: bytes | None = None) -> bytes:
    return _tools(dictionary).decompressor.decompress(frame)


def size_of(frame: bytes) -> int:
    """The bytes of the text in a frame, without reading it."""
    return zstandard.frame_content_size(frame)


def trained(samples: Sequence[bytes]) -> bytes | None:
    """A dictionary of these texts, None where they have too little in common for one."""
    try:
        made = zstandard.train_dictionary(DICTIONARY_SIZE, list(samples), level=LEVEL)
    except zstandard.ZstdError:
        return None
    return made.as_bytes()


class _Tools:
    """What reads and writes with one dictionary: made once, for it takes longer than a text."""

    def __init__(self, dictionary: bytes | None) -> None:
        known = None
        if dictionary is not None:
            known = zstandard.ZstdCompressionDict(
                dictionary, dict_type=zstandard.DICT_TYPE_FULLDICT
            )
        self._known = known
        self.decompressor = zstandard.ZstdDecompressor(dict_data=known)

    @cached_property
    def compressor(self) -> zstandard.ZstdCompressor:
        if self._known is not None:
            self._known.precompute_compress(level=LEVEL)
        return zstandard.ZstdCompressor(level=LEVEL, dict_data=self._known, write_dict_id=False)


class _Shelf(local):
    """Each thread's own: none of these may be used by two threads at a time."""

    def __init__(self) -> None:
        self.tools: dict[bytes | None, _Tools] = {}


_shelf = _Shelf()


def _tools(dictionary: bytes | None) -> _Tools:
    tools = _shelf.tools
    if dictionary not in tools:
        if len(tools) >= SHELF:
            tools.clear()
        tools[dictionary] = _Tools(dictionary)
    return tools[dictionary]
