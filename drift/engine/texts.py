"""Text to blocks: one string for a top-level line with all that belongs to it. Pure.

Nothing here looks at lines one by one: a text of thousands of lines becomes blocks by a handful of
replacements. Inside a block `CHILD` stands for a line end before an indented line, `VALUE` for one
inside a multi-line value.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from drift.engine.model import NotText
from drift.platforms import Multiline, Platform

VALUE, CHILD = "\x00", "\x01"
CONTROL = re.compile(r"[\x00-\x02\x04-\x08\x0b\x0c\x0e-\x1f\x7f]")  # ETX (3) delimits IOS banners
LEADING = re.compile(r"\A(?:[\n\x01][ \t]*(?:[!#][^\n\x01]*)?(?=[\n\x01]))*\x01[ \t]*")
STRAY = re.compile(r"(?:\n(?:[!#][^\n\x01]*)?)+(?=\x01)")

MANY = re.MULTILINE
ANEW = "<secret: another text at each display>"
LETTERS = "$"  # what sections begin with sorts behind this; empty lines and comments before

Numbered = tuple[int, str]
"""A block and the number of its first line, counted from 1 in the text as given."""


def lines_of(text: str) -> list[str]:
    """Lines without their ends; CR LF and LF are the same. Raises NotText for binary content."""
    refuse_binary(text)
    return [line.rstrip("\r") for line in text.split("\n")]


def refuse_binary(text: str) -> None:
    """Raise NotText when the text holds what no configuration shows."""
    found = CONTROL.search(text)
    if found:
        number = text.count("\n", 0, found.start()) + 1
        raise NotText(
            f"Line {number} holds the control character {found.group()!r}: this is no "
            "configuration text. Collect it again, or give the file that holds the text."
        )


def said(text: str, platform: Platform) -> str:
    """The text as lines with what belongs to them indented, secrets of one display masked.

    Every line keeps its number.
    """
    shown = platform.shown
    if shown.wrapped:
        lines = rf"(?:^.*{re.escape(shown.wrapped)}\n)+.*$"
        text = re.sub(
            lines, lambda found: _unwrapped(found.group(), shown.wrapped), text, flags=MANY
        )
    if shown.paragraphs:
        lines = rf"(?:\A|^{re.escape(shown.paragraphs)}\r?\n)(?: .*(?:\n|\Z))+"
        text = re.sub(
            lines, lambda found: re.sub("^ ", "", found.group(), flags=MANY), text, flags=MANY
        )
    if shown.headers:
        text = re.sub(rf"^(?![\s#]|{re.escape(shown.headers)})", " ", text, flags=MANY)
    for pattern in shown.changing:
        text = pattern.sub(rf"\g<1>{ANEW}", text)
    return text


def _unwrapped(lines: str, mark: str) -> str:
    """One line of several, with as many empty ones behind it."""
    whole = re.sub(rf"{re.escape(mark)}\n[ \t]*", "", lines)
    return whole + "\n" * lines.count("\n")


def prepared(text: str, values: Sequence[Multiline]) -> str:
    """The text as blocks, each behind a line end; a line end closes the last one."""
    return apart(framed(text), values)


def apart(text: str, values: Sequence[Multiline]) -> str:
    """The same of a framed text."""
    return nested(carved(text, values))


def nested(text: str) -> str:
    """The text with the line ends before indented lines marked."""
    text = text.replace("\n ", f"{CHILD} ")
    return text.replace("\n\t", f"{CHILD}\t") if "\t" in text else text


def framed(text: str) -> str:
    """The text with a line end before its first line and behind its last; CR LF is LF."""
    if VALUE in text or CHILD in text:
        refuse_binary(text)
    if "\r" in text:
        text = re.sub(r"\r+(?=\n|$)", "", text)
    return f"\n{text}\n"


def joined(text: str) -> str:
    """A prepared text in which an empty line or a comment ends no section.

    An indented line that no section stands above is one of the top level.
    """
    text = LEADING.sub(lambda found: found.group().replace(CHILD, "\n").rstrip(" \t"), text)
    return STRAY.sub(lambda found: found.group().replace("\n", CHILD), text)


def strays(found: Iterable[str]) -> bool:
    """Whether a block begins with an empty line or a comment that ends no section."""
    return any(
        CHILD in one and one[0] in "!#\x01" for one in [one for one in found if one < LETTERS]
    )


def blocks(text: str) -> list[Numbered]:
    """All blocks of a prepared text."""
    found = text.split("\n")[1:]
    return list(zip(numbers(found, range(len(found)), first=1), found, strict=True))


def numbers(found: Sequence[str], chosen: Iterable[int], *, first: int) -> Iterator[int]:
    """The line numbers of some blocks, by increasing index; block 0 has the number `first`."""
    counted = 0
    for index in chosen:
        passed = "\n".join(found[counted:index])
        first += index - counted + passed.count(CHILD) + passed.count(VALUE)
        counted = index
        yield first


def children(number: int, block: str) -> list[Numbered]:
    """The blocks directly below a block's first line, with their line numbers."""
    header, *lines = block.split(CHILD)
    if not lines:
        return []
    number += header.count(VALUE) + 1
    base = _indent(lines[0])
    flat = f"{CHILD}{lines[0][:base]}"
    if VALUE not in block and block.count(flat) == len(lines) and f"{flat} " not in block:
        return list(enumerate(lines, start=number))
    return _grouped(number, lines)


def _grouped(number: int, lines: Sequence[str]) -> list[Numbered]:
    found: list[tuple[int, list[str]]] = []
    base = -1
    for line in lines:
        indent = _indent(line)
        if found and indent > base:
            found[-1][1].append(line)
        else:
            base = indent
            found.append((number, [line]))
        number += line.count(VALUE) + 1
    return [(first, CHILD.join(group)) for first, group in found]


def _indent(line: str) -> int:
    """Columns before the first word; a line without words ends nothing."""
    return len(line) - len(line.lstrip()) if line.strip() else 1_000_000


def carved(text: str, values: Sequence[Multiline]) -> str:
    """The text with each multi-line value on one line."""
    pieces: list[str] = []
    done = 0
    for start, end in spans(text, values):
        pieces += (text[done:start], text[start:end].replace("\n", VALUE))
        done = end
    return "".join((*pieces, text[done:])) if done else text


def spans(text: str, values: Sequence[Multiline]) -> Iterator[tuple[int, int]]:
    """Where multi-line values begin in a framed text, and the line ends behind them."""
    opens = [(word, one) for one in values for word in one.opens if f"\n{word}" in text]
    ahead = [_opening(text, 0, word, one) for word, one in opens]
    done = 0
    while ahead and (start := min(ahead)) < len(text):
        index = ahead.index(start)
        word, value = opens[index]
        if start >= done:  # and not within the value before
            done = _end_of_value(text, start, value)
            yield start, done
        ahead[index] = _opening(text, done, word, value)


def _opening(text: str, at: int, word: str, value: Multiline) -> int:
    """Where the word opens such a value next; the text's length where it does not."""
    found = text.find(f"\n{word}", at)
    while found >= 0 and not value.start.match(text, found + 1):
        found = text.find(f"\n{word}", found + 1)
    return found + 1 if found >= 0 else len(text)


def _end_of_value(text: str, start: int, value: Multiline) -> int:
    """The place of the line end behind the value's last line."""
    line_end = text.index("\n", start)
    if value.end is not None:
        found = value.end.search(text, line_end + 1)
        return text.index("\n", found.start()) if found else _everything(text, line_end)
    rest = text[start:line_end].split(maxsplit=2)[2]
    delimiter = "^C" if rest.startswith("^C") else rest[0]
    if rest.count(delimiter) > 1:
        return line_end
    closing = text.find(delimiter, line_end)
    return text.index("\n", closing) if closing >= 0 else _everything(text, line_end)


def _everything(text: str, line_end: int) -> int:
    """The end of a value that is never ended."""
    return max(line_end, len(text.rstrip()))
