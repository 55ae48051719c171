"""Distinguished encoding (ITU-T X.690, DER), as far as time stamps need it, and strictly."""

from __future__ import annotations

from dataclasses import dataclass

from core.evidence.standalone.telling import Refused, need

INTEGER, OCTETS, OBJECT, SEQUENCE, SET, TIME = 0x02, 0x04, 0x06, 0x30, 0x31, 0x18


@dataclass(frozen=True)
class Node:
    """A tag, its content, and the bytes of both."""

    tag: int
    content: bytes
    raw: bytes

    def parts(self, tag: int, what: str) -> list[Node]:
        """What is in a sequence, a set or an explicit tag."""
        self.need(tag, what)
        return nodes_of(self.content, what)

    def one(self, tag: int, what: str) -> Node:
        """The only thing in an explicit tag."""
        parts = self.parts(tag, what)
        need(len(parts) == 1, f"{what} is not one thing")
        return parts[0]

    def need(self, tag: int, what: str) -> bytes:
        need(self.tag == tag, f"{what} has the tag {self.tag:#04x}, not {tag:#04x}")
        return self.content

    def dotted(self, what: str) -> str:
        """An object identifier as numbers with dots."""
        content = self.need(OBJECT, what)
        numbers, number = list[int](), 0
        need(0 < len(content) <= 32 and content[-1] < 0x80, f"{what} is no identifier")
        for byte in content:
            need(number > 0 or byte != 0x80, f"{what} is no identifier")
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                numbers, number = [*numbers, number], 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))

    def number(self, what: str) -> int:
        content = self.need(INTEGER, what)
        need(0 < len(content) <= 64, f"{what} is no number")
        return int.from_bytes(content, "big", signed=True)


def node_of(data: bytes, what: str) -> Node:
    """The one node that the bytes are."""
    nodes = nodes_of(data, what)
    need(len(nodes) == 1, f"{what} is not one thing")
    return nodes[0]


def nodes_of(data: bytes, what: str) -> list[Node]:
    nodes, place = list[Node](), 0
    while place < len(data):
        start, end = _content(data, place, what)
        nodes.append(Node(data[place], data[start:end], data[place:end]))
        place = end
        need(len(nodes) <= 1000, f"{what} has too many parts")
    return nodes


def at(nodes: list[Node], index: int, what: str) -> Node:
    if index >= len(nodes):
        raise Refused(f"{what} ends too early")
    return nodes[index]


def _content(data: bytes, place: int, what: str) -> tuple[int, int]:
    """Where the content of the node at this place begins and ends."""
    need(place + 2 <= len(data) and data[place] & 0x1F != 0x1F, f"{what} is no DER")
    length, start = data[place + 1], place + 2
    if length >= 0x80:
        more = length & 0x7F
        need(0 < more <= 4 and start + more <= len(data), f"{what} is no DER")
        length = int.from_bytes(data[start : start + more], "big")
        need(length >= 0x80 and length >> 8 * (more - 1) > 0, f"{what} is no DER")
        start += more
    need(start + length <= len(data), f"{what} is cut off")
    return start, start + length
