"""Pages of a PDF, line by line from the top. Takes plain text only; reads no markup in it.

The same calls give the same bytes: no times, fixed ids. The font is Bitstream Vera, which comes
with reportlab and may be embedded; a letter that it lacks stands as its number, such as [U+4E2D].
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Literal

import reportlab
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

Manner = Literal["title", "heading", "text", "small", "code", "strong"]
Shade = Literal["none", "soft", "less", "more", "warn"]

WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM = 42.0, HEIGHT - 46.0, 46.0
ROOM = WIDTH - 2 * LEFT
SIZES: dict[Manner, float] = {
    "title": 17, "heading": 12, "text": 9, "small": 7, "code": 7, "strong": 7,
}  # fmt: skip
SHADES: dict[Shade, tuple[float, float, float]] = {
    "none": (1, 1, 1), "soft": (0.95, 0.96, 0.97), "less": (0.97, 0.87, 0.86),
    "more": (0.86, 0.94, 0.88), "warn": (1, 0.95, 0.86),
}  # fmt: skip
LEADING = 1.35
MOST = 400
"""Lines of one cell; what is longer is cut, and says so."""


@dataclass(slots=True)
class Sheet:
    """Writes downwards, and turns the page where there is no room left."""

    canvas: Canvas
    footer: str
    y: float = TOP
    number: int = 1
    heading: Callable[[], None] | None = None
    """What stands at the top of each page while a table goes on."""

    def put(self, text: str, manner: Manner = "text", *, shade: Shade = "none") -> None:
        """A paragraph over the whole width."""
        for line in wrapped(text, manner, ROOM - 4):
            self._line(line, manner, shade)

    def gap(self, points: float) -> None:
        self.y -= points

    def keep(self, points: float) -> None:
        """Turn the page unless there is so much room left."""
        if self.y - points < BOTTOM:
            self.turn()

    def row(self, cells: Sequence[str], widths: Sequence[float], manner: Manner = "small", *,
            shade: Shade = "none") -> None:  # fmt: skip
        """Cells beside each other, each wrapped in its width; a tall row goes over pages."""
        columns = [
            wrapped(cell, manner, width - 6) for cell, width in zip(cells, widths, strict=True)
        ]
        height = SIZES[manner] * LEADING
        tall = max(map(len, columns))
        self.keep(min(tall, 8) * height + 4)
        for index in range(tall):
            self.keep(height + 4)
            self._cells([one[index] if index < len(one) else "" for one in columns], widths, manner,
                        shade)  # fmt: skip
        self.canvas.setStrokeGray(0.8)
        self.canvas.line(LEFT, self.y - 1, LEFT + ROOM, self.y - 1)
        self.y -= 3

    def turn(self) -> None:
        self._foot()
        self.canvas.showPage()
        self.y, self.number = TOP, self.number + 1
        if self.heading is not None:
            self.heading()

    def end(self) -> None:
        self._foot()
        self.canvas.showPage()
        self.canvas.save()

    def _cells(
        self, texts: Sequence[str], widths: Sequence[float], manner: Manner, shade: Shade
    ) -> None:
        height, left = SIZES[manner] * LEADING, LEFT
        self._shaded(height, shade)
        self._font(manner)
        self.y -= height
        for text, width in zip(texts, widths, strict=True):
            if text:
                self.canvas.drawString(left + 2, self.y + height * 0.25, text)
            left += width

    def _line(self, text: str, manner: Manner, shade: Shade) -> None:
        self.keep(SIZES[manner] * LEADING)
        self._cells([text], [ROOM], manner, shade)

    def _shaded(self, height: float, shade: Shade) -> None:
        if shade != "none":
            self.canvas.setFillColorRGB(*SHADES[shade])
            self.canvas.rect(LEFT, self.y - height, ROOM, height, stroke=0, fill=1)
            self.canvas.setFillGray(0)

    def _font(self, manner: Manner) -> None:
        self.canvas.setFont(_face(manner), SIZES[manner])

    def _foot(self) -> None:
        self.canvas.setFont(_face("small"), 7)
        self.canvas.drawString(LEFT, 28, wrapped(self.footer, "small", ROOM - 60)[0])
        self.canvas.drawRightString(LEFT + ROOM, 28, f"{self.number}")


def sheet(target: IO[bytes], *, title: str) -> Sheet:
    """An empty first page; `title` is the document's, and stands at the foot of each page."""
    _fonts()
    canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(_drawn(title))
    canvas.setAuthor("Trimtab")
    canvas.setCreator("Trimtab")
    return Sheet(canvas=canvas, footer=title)


def wrapped(text: str, manner: Manner, width: float) -> list[str]:
    """The text in lines that fit, broken at blanks, or within a word that is too long."""
    _fonts()
    drawn = _drawn(text)
    lines = [line for part in drawn.split("\n") for line in _broken(part, manner, width)]
    if len(lines) > MOST:
        return [*lines[: MOST - 1], f"... {len(lines) - MOST + 1} more lines"]
    return lines or [""]


def _broken(text: str, manner: Manner, width: float) -> Iterator[str]:
    face, size = _face(manner), SIZES[manner]
    line = ""
    for word in text.split(" "):
        tried = f"{line} {word}" if line else word
        if pdfmetrics.stringWidth(tried, face, size) <= width:
            line = tried
            continue
        if line:
            yield line
        *full, line = _pieces(word, face, size, width)
        yield from full
    yield line


def _pieces(word: str, face: str, size: float, width: float) -> Iterator[str]:
    """A word in pieces that fit; a piece has at least one letter."""
    while pdfmetrics.stringWidth(word, face, size) > width and len(word) > 1:
        fits = max(1, int(len(word) * width / pdfmetrics.stringWidth(word, face, size)))
        while fits > 1 and pdfmetrics.stringWidth(word[:fits], face, size) > width:
            fits -= 1
        yield word[:fits]
        word = word[fits:]
    yield word


def _drawn(text: str) -> str:
    """The text with a number for each letter that the font lacks."""
    known = _letters()
    if known.issuperset(text):
        return text
    return "".join(char if char in known else _named(char) for char in text)


def _named(char: str) -> str:
    return "  " if char == "\t" else f"[U+{ord(char):04X}]"


@cache
def _letters() -> frozenset[str]:
    """The printable letters that the font can draw, and the line's end."""
    _fonts()
    glyphs = pdfmetrics.getFont("Vera").face.charToGlyph
    return frozenset(chr(code) for code in glyphs if chr(code).isprintable()) | {"\n"}


@cache
def _fonts() -> None:
    folder = Path(reportlab.__file__).with_name("fonts")
    for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def _face(manner: Manner) -> str:
    return "VeraBd" if manner in {"title", "heading", "strong"} else "Vera"
