"""Replace secrets in configurations by marks that still tell a change. Pure; keeps no secret.

A mark is `<secret:HMAC12>`, twelve hexadecimal digits of HMAC-SHA-256 under the installation's key:
the same secret gives the same mark, another one another, and nobody reads it back.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from functools import cache

from inventory.cleaning import visible
from inventory.completeness import LONGEST, PAGER_WORD
from inventory.line_patterns import (
    Finder,
    Span,
    all_lines,
    finder,
    has_only,
    holding,
    in_order,
    matches,
    may_have_longer,
)
from inventory.platforms import Platform, platform_of

NEVER = "(?!)"
UNPLAIN = re.compile(r"[^ -~\n]")
MARK = re.compile(r"<secret:[0-9a-f]{12}>")


def redact(text: str, *, platform: str, key: bytes) -> str:
    """The text with every value that the platform's patterns call secret marked."""
    known = platform_of(platform)
    for pattern in known.blocks:
        if pattern.search(text):
            text = pattern.sub(lambda match: _marked(match, key), text)
    kept, at = list[str](), 0
    for start, end in _searched(text, known):
        line = text[start:end]
        marked = _redacted(line, known, key)
        if marked != line:
            kept += (text[at:start], marked)
            at = end
    return "".join((*kept, text[at:])) if kept else text


def _searched(text: str, platform: Platform) -> Iterator[Span]:
    """The lines that may hold a secret; none of the others is looked at."""
    if platform.secret_sections is not None:
        return _sectioned(text, platform.secret_sections)
    if may_have_longer(text, LONGEST):
        return all_lines(text)
    odd = iter(()) if has_only(text) else matches(UNPLAIN, text)
    return in_order(_secrets(platform.name).spans(text), odd, holding(PAGER_WORD, text))


def _sectioned(text: str, heading: re.Pattern[str]) -> Iterator[Span]:
    """All lines of the sections, headings among them, that such a line begins."""
    searched = False
    for start, end in all_lines(text):
        if not text.startswith(" ", start):
            searched = heading.match(text[start:end]) is not None
        if searched:
            yield start, end


@cache
def _secrets(platform: str) -> Finder:
    return finder(platform_of(platform).secrets, how="search")


def _redacted(line: str, platform: Platform, key: bytes) -> str:
    """The line with its secrets marked, also where a pager or terminal escapes stand around them.

    Of a line longer than any real one the rest is taken for a secret: no pattern reads it.
    """
    if len(line) > LONGEST:
        return _redacted(line[:LONGEST], platform, key) + mark(line[LONGEST:], key)
    marked = _marked_line(line, platform, key)
    if line.isprintable() and PAGER_WORD not in line:
        return marked
    for bare in (visible(line), visible(line, gap=" ")):
        cleared = _marked_line(bare, platform, key)
        if cleared != bare:
            return cleared
    return marked


def _marked_line(line: str, platform: Platform, key: bytes) -> str:
    if not _any_secret(platform.name).search(line):
        return line
    for pattern in platform.secrets:
        line = pattern.sub(lambda match: _marked(match, key), line)
    return line


@cache
def _any_secret(platform: str) -> re.Pattern[str]:
    """All of a platform's patterns at once: most lines hold no secret, and are asked once."""
    asked = (one.pattern.replace("?P<secret>", "?:") for one in platform_of(platform).secrets)
    scoped = (f"(?i:{one[4:]})" if one.startswith("(?i)") else f"(?:{one})" for one in asked)
    return re.compile("|".join(scoped) or NEVER)


def mark(secret: str, key: bytes) -> str:
    return f"<secret:{hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()[:12]}>"


def _marked(match: re.Match[str], key: bytes) -> str:
    secret = match["secret"]
    if secret is None or MARK.fullmatch(secret):
        return match[0]
    start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    return match[0][:start] + mark(secret, key) + match[0][end:]
