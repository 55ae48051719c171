"""JSON from strangers, read strictly: no member twice, no NaN, no endless number or depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.evidence.standalone.telling import Refused, need

SAFE = 2**53
"""Numbers beyond it do not survive every reader of JSON (RFC 8785, section 3.2.2.3)."""
_HEXADECIMAL = re.compile("[0-9a-f]*")


@dataclass(frozen=True)
class Told:
    """An object of JSON whose members are read with their shapes; `where` is what errors say."""

    where: str
    members: dict[str, object]

    def member(self, name: str) -> object:
        if name not in self.members:
            raise Refused(f"{self.where} has no {name}")
        return self.members[name]

    def text(self, name: str) -> str:
        value = self.member(name)
        if not isinstance(value, str):
            raise Refused(f"{name} of {self.where} is no text")
        need(value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value),
             f"{name} of {self.where} is no text of Unicode")  # fmt: skip
        return value

    def number(self, name: str) -> int:
        """A number that counts something, and nothing that only looks like one."""
        value = self.member(name)
        if type(value) is not int or value < 0:
            raise Refused(f"{name} of {self.where} is no number of records or the like: {value!r}")
        return value

    def raw(self, name: str, size: int = 32) -> bytes:
        """So many bytes, as lower-case hexadecimal."""
        return bytes_of(self.member(name), size, f"{name} of {self.where}")

    def several(self, name: str) -> list[object]:
        value = self.member(name)
        if not isinstance(value, list):
            raise Refused(f"{name} of {self.where} is no list")
        return value

    def objects(self, name: str) -> Iterator[Told]:
        for number, value in enumerate(self.several(name)):
            yield object_of(value, f"{name}[{number}] of {self.where}")

    def inner(self, name: str) -> Told:
        return object_of(self.member(name), f"{name} of {self.where}")

    def optional(self, name: str) -> Told | None:
        return self.inner(name) if self.members.get(name) is not None else None


def strict() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_integer, parse_float=_float
    )


def read_json(content: bytes, where: str) -> object:
    """What the bytes say, or Refused."""
    try:
        return strict().decode(content.decode("utf-8"))
    except RecursionError:
        raise Refused(f"{where} is nested too deeply") from None
    except ValueError as error:  # also text that is not UTF-8
        raise Refused(f"{where} is not sound JSON: {error}") from None


def read_object(content: bytes, where: str) -> Told:
    return object_of(read_json(content, where), where)


def object_of(value: object, where: str) -> Told:
    if not isinstance(value, dict):
        raise Refused(f"{where} is no object of JSON")
    return Told(where, value)


def bytes_of(value: object, size: int, where: str) -> bytes:
    need(isinstance(value, str) and len(value) == 2 * size
         and _HEXADECIMAL.fullmatch(value) is not None,
         f"{where} is not {size} bytes in lower-case hexadecimal")  # fmt: skip
    return bytes.fromhex(str(value))


def canonical(members: dict[str, object]) -> bytes:
    """RFC 8785 of an object whose values are texts, numbers, lists of them or null."""
    try:
        return json.dumps(
            members, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()  # fmt: skip
    except ValueError as error:
        raise Refused(f"this cannot have been signed: {error}") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands there twice")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > SAFE:
        raise ValueError(f"the number {digits[:20]} is too large")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= 40 else float("inf")
    if abs(number) == float("inf"):
        raise ValueError(f"the number {digits[:20]} is too large")
    return number
