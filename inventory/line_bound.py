"""Rewrite a pattern of single lines so that it matches the same within a whole text. Pure.

In a text a line end stands where a line's own text ends. What may read one is rewritten so that it
does not: blanks, classes like `[^x]`, the end of the text. Patterns that cannot be rewritten so are
refused, and whoever asks reads line by line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<escape>\\.)"
    r"|\((?:\?(?:[:=!>]|<[=!]|i:|P<\w+>))?|.",
    re.DOTALL,
)
FLAG = "(?i)"
ALLOWED = re.UNICODE | re.IGNORECASE | re.MULTILINE
ESCAPES = {r"\s": r"[^\S\n]", r"\W": r"[^\w\n]", r"\D": r"[^\d\n]", r"\A": "^", r"\Z": "$"}
SAME = frozenset("SwdbBt")  # escapes that match no line end
INDENT = r"[^\S\n]*"


@dataclass(frozen=True, slots=True)
class Bound:
    """A pattern that reads no line end: whole, and without its `^` and the blanks after it."""

    whole: str
    body: str
    at_start: bool
    indented: bool


class _Refused(Exception):
    """The pattern cannot be bound to a line."""


def bound(pattern: re.Pattern[str]) -> Bound | None:
    """The pattern bound to a line, None where it holds what cannot be bound."""
    insensitive = bool(pattern.flags & re.IGNORECASE)
    text = pattern.pattern.removeprefix(FLAG) if insensitive else pattern.pattern
    try:
        if pattern.flags & ~ALLOWED:
            return None
        parts = list(_rewritten(text))
    except _Refused:
        return None
    told = "".join(parts)
    at_start = told.startswith("^") and "|" not in _outside(parts)
    body = told[1:]
    follows = body.removeprefix(INDENT)[:1]
    indented = at_start and body.startswith(INDENT) and follows not in ("?", "+")
    if indented:
        body = body.removeprefix(INDENT)
    scope = "(?i:" if insensitive else "(?:"
    return Bound(f"{scope}{told})", f"{scope}{body})", at_start, indented)


def _rewritten(text: str) -> Iterator[str]:
    for match in TOKEN.finditer(text):
        told = match[0]
        if match["class"]:
            yield _class(told)
        elif match["escape"]:
            yield _escape(told)
        elif told.startswith("(?P<"):
            yield "(?:"
        elif told == "\n" or (told == "(" and text[match.end() : match.end() + 1] in ("?", "*")):
            raise _Refused  # other flags, conditions, comments, names of groups
        else:
            yield told


def _class(told: str) -> str:
    """The class without the line end."""
    if re.fullmatch(told, "\n") is None:
        return told
    return f"(?:(?!\n){told})" if told[1] != "^" or told[2] == "]" else rf"[^\n{told[2:]}"


def _escape(told: str) -> str:
    if told in ESCAPES:
        return ESCAPES[told]
    if told[1] in SAME or not told[1].isalnum():
        return told
    raise _Refused  # a reference to a group, whose number changes, or a character by its code


def _outside(parts: list[str]) -> str:
    """What stands outside of all groups."""
    depth, found = 0, list[str]()
    for part in parts:
        depth += part.startswith("(") and not part.endswith(")")
        depth -= part == ")"
        if depth == 0 and len(part) == 1:
            found.append(part)
    return "".join(found)
