"""Lines that a search found, with the lines around them and what fits marked. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from inventory.store.patterns import SHOWN, Finder
from inventory.store.search import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a line; `fits`: it is what was searched for."""

    text: str
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a configuration, counted from 1; `hit`: the search found it."""

    number: int
    pieces: tuple[Piece, ...]
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Lines that follow one another; `section` is what stands above them and is not among them."""

    section: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What was found in the configuration of one device; `hits` lines of it."""

    device_id: int
    hostname: str
    site: str
    platform: str
    snapshot_id: int
    hits: int
    excerpts: tuple[Excerpt, ...]


def matches(
    found: Sequence[Hit], texts: Mapping[int, str], finder: Finder, *, around: int
) -> tuple[Match, ...]:
    """The hits by device, in their order, each with so many lines before and after it.

    `texts` are whole configurations by snapshot; of one that is missing only the hits are shown.
    """
    return tuple(
        _match(list(hits), texts.get(snapshot_id, ""), finder, around)
        for snapshot_id, hits in groupby(found, key=lambda one: one.snapshot_id)
    )


def _match(hits: Sequence[Hit], text: str, finder: Finder, around: int) -> Match:
    whose = hits[0]
    lines = _lines_of(text) if around else ()
    return Match(
        device_id=whose.device_id, hostname=whose.hostname, site=whose.site,
        platform=whose.platform, snapshot_id=whose.snapshot_id, hits=len(hits),
        excerpts=tuple(_excerpt(one, lines, finder, around) for one in _near(hits, around)),
    )  # fmt: skip


def _lines_of(text: str) -> tuple[str, ...]:
    """Split as the search does: at line feeds and carriage returns alone."""
    raw = text.encode(errors="replace").splitlines()
    return tuple(one.decode(errors="replace")[:SHOWN] for one in raw)


def _near(hits: Sequence[Hit], around: int) -> Iterator[list[Hit]]:
    """Hits whose lines around them meet; without such lines, those below the same sections."""
    together: list[Hit] = []
    for one in hits:
        if together and not _together(together[-1], one, around):
            yield together
            together = []
        together.append(one)
    yield together


def _together(before: Hit, after: Hit, around: int) -> bool:
    if not around:
        return before.place.section == after.place.section
    return after.place.number - before.place.number <= 2 * around + 1


def _excerpt(hits: Sequence[Hit], lines: Sequence[str], finder: Finder, around: int) -> Excerpt:
    told = {one.place.number: one.place.line for one in hits}
    first, last = min(told) - around, min(len(lines), max(told) + around)
    beside = {number: lines[number - 1] for number in range(max(1, first), last + 1)}
    shown = {text.strip() for text in beside.values()}
    return Excerpt(
        section=tuple(one for one in hits[0].place.section if one not in shown),
        lines=tuple(
            Line(number=number, pieces=_pieces(text, finder if number in told else None),
                 hit=number in told)
            for number, text in sorted((beside | told).items())
        ),
    )  # fmt: skip


def _pieces(line: str, finder: Finder | None) -> tuple[Piece, ...]:
    """The line cut where something begins or ends to fit."""
    raw, at, pieces = line.encode(errors="replace"), 0, list[Piece]()
    for match in finder.finditer(raw) if finder else ():
        pieces += [_piece(raw[at : match.start()], fits=False)]
        pieces += [_piece(raw[match.start() : match.end()], fits=True)]
        at = match.end()
    pieces += [_piece(raw[at:], fits=False)]
    return tuple(one for one in pieces if one.text)


def _piece(raw: bytes, *, fits: bool) -> Piece:
    return Piece(text=raw.decode(errors="replace"), fits=fits)
