"""Pieces of configurations drawn at random."""

import random
from collections.abc import Iterable, Iterator

Draw = random.Random
ENTRIES = (
    "permit tcp any any eq 22", "permit tcp any any eq 80", "permit udp any any eq 53",
    "deny ip host 9.9.9.9 any", "permit icmp any any", "deny ip any any",
)  # fmt: skip


def some(draw: Draw, lines: Iterable[str], share: float = 0.5) -> list[str]:
    return [line for line in lines if draw.random() < share]


def section(head: str, lines: list[str], pad: str = " ", *, empty: bool = False) -> Iterator[str]:
    """A header with its lines; without lines only where it may be empty."""
    if lines or empty:
        yield head
        yield from (pad + line for line in lines)


def mixed(draw: Draw, lines: Iterable[str]) -> list[str]:
    """Some of the lines in any order."""
    found = some(draw, lines, 0.7)
    draw.shuffle(found)
    return found


def listed(draw: Draw, entries: Iterable[str]) -> list[str]:
    """Some entries with rising numbers."""
    number, found = 0, []
    for entry in mixed(draw, entries):
        number += draw.choice((5, 10))
        found.append(f"{number} {entry}")
    return found


def neighbors(draw: Draw, out: str) -> tuple[list[str], list[str]]:
    """Lines of BGP neighbors, and those of an address family that need them."""
    plain, family = [], []
    for peer in some(draw, ("192.0.2.1", "192.0.2.2", "192.0.2.3"), 0.6):
        start = f"neighbor {peer}"
        plain.append(f"{start} remote-as {draw.choice((65001, 65002))}")
        plain += some(draw, [f"{start} description {draw.choice('ab')}"])
        plain += some(draw, [f"{start} update-source Loopback0"], 0.3)
        family += some(draw, [f"{start} activate"] if out else [])
        family += some(draw, [f"{start} route-map {draw.choice(('RA', 'RB'))} in"])
    return plain, family


def prefixes(draw: Draw, words: str) -> Iterator[str]:
    for name in ("PA", "PB"):
        for seq in some(draw, (5, 10, 15)):
            yield f"{words} {name} seq {seq} {draw.choice(('permit', 'deny'))} 10.{seq}.0.0/16"


def route_maps(draw: Draw, more: list[str], pad: str = " ") -> Iterator[str]:
    for entry in mixed(draw, ("RA permit 10", "RA deny 20", "RB permit 10")):
        lines = some(
            draw, [f"description {draw.choice('xy')}", *more, f"set metric {draw.choice('56')}"]
        )
        yield from section(f"route-map {entry}", lines, pad, empty=True)
