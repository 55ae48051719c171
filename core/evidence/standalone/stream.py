"""The evidence of a pack, read piece by piece: its records may be more than memory holds."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

from core.evidence.standalone.reading import Told, object_of, read_object, strict
from core.evidence.standalone.telling import Refused, need

RECORDS_BEGIN = ',"records":['
LONGEST_PART = 16 << 20
"""Characters before the records, and of one record with its path."""


class EvidenceStream:
    """`told` is everything but the records, which come last (RFC 8785) and one after the other."""

    def __init__(self, chunks: Iterator[bytes], where: str) -> None:
        self._chunks, self._where, self._text = chunks, where, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        while RECORDS_BEGIN not in self._text:
            need(self._grow(), f"{where} has no records at its end")
        start, _, self._text = self._text.partition(RECORDS_BEGIN)
        self.told: Told = read_object((start + "}").encode(), where)

    def records(self) -> Iterator[Told]:
        number = 0
        while not self._starts_with("]"):
            if number:
                need(self._starts_with(","), f"{self._where} is not as packs have it")
                self._text = self._text[1:]
            yield self._next(number)
            number += 1
        while self._more():
            pass
        need(self._text == "]}", f"{self._where} goes on after its records")

    def _next(self, number: int) -> Told:
        where = f"records[{number}] of {self._where}"
        while True:
            try:
                value, end = strict().raw_decode(self._text)
            except json.JSONDecodeError as error:
                need(self._grow(), f"{where} is no JSON: {error}")
            except RecursionError:
                raise Refused(f"{where} is nested too deeply") from None
            except ValueError as error:
                raise Refused(f"{where} is no JSON: {error}") from None
            else:
                self._text = self._text[end:]
                return object_of(value, where)

    def _starts_with(self, sign: str) -> bool:
        if not self._text:
            self._more()
        return self._text.startswith(sign)

    def _grow(self) -> bool:
        """Twice as much text as before, so that a long part is not read over and over."""
        wanted, more = 2 * len(self._text), self._more()
        while more and len(self._text) < wanted and self._more():
            pass
        return more

    def _more(self) -> bool:
        """Take up the next bytes; False where there are none."""
        chunk = next(self._chunks, None)
        try:
            self._text += self._decoder.decode(chunk or b"", final=chunk is None)
        except UnicodeDecodeError:
            raise Refused(f"{self._where} is no UTF-8") from None
        need(
            len(self._text) <= LONGEST_PART,
            f"{self._where} has a part of more than {LONGEST_PART} characters",
        )
        return chunk is not None
