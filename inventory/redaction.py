"""Replace secrets in configurations by marks that still tell a change. Pure; keeps no secret.

A mark is `<secret:HMAC12>`, twelve hexadecimal digits of HMAC-SHA-256 under the installation's key:
the same secret gives the same mark, another one another, and nobody reads it back.
"""

import hashlib
import hmac
import re
from functools import cache

from inventory.cleaning import visible
from inventory.completeness import LONGEST
from inventory.platforms import Platform, platform_of

NEVER = "(?!)"
MARK = re.compile(r"<secret:[0-9a-f]{12}>")


def redact(text: str, *, platform: str, key: bytes) -> str:
    """The text with every value that the platform's patterns call secret marked."""
    known = platform_of(platform)
    for pattern in known.blocks:
        text = pattern.sub(lambda match: _marked(match, key), text)
    lines, searched = [], known.secret_sections is None
    for line in text.split("\n"):
        if known.secret_sections is not None and not line.startswith(" "):
            searched = known.secret_sections.match(line) is not None
        lines.append(_redacted(line, known, key) if searched else line)
    return "\n".join(lines)


def _redacted(line: str, platform: Platform, key: bytes) -> str:
    """The line with its secrets marked, also where a pager or terminal escapes stand around them.

    Of a line longer than any real one the rest is taken for a secret: no pattern reads it.
    """
    if len(line) > LONGEST:
        return _redacted(line[:LONGEST], platform, key) + mark(line[LONGEST:], key)
    marked = _marked_line(line, platform, key)
    if line.isprintable() and "ore" not in line:
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
