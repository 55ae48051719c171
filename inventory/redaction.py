"""Replace secrets in configurations by marks that still tell a change. Pure; keeps no secret.

A mark is `<secret:HMAC12>`, twelve hexadecimal digits of HMAC-SHA-256 under the installation's key:
the same secret gives the same mark, another one another, and nobody reads it back.
"""

import hashlib
import hmac
import re

from inventory.platforms import Platform, platform_of

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
    for pattern in platform.secrets:
        line = pattern.sub(lambda match: _marked(match, key), line)
    return line


def mark(secret: str, key: bytes) -> str:
    return f"<secret:{hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()[:12]}>"


def _marked(match: re.Match[str], key: bytes) -> str:
    secret = match["secret"]
    if secret is None or MARK.fullmatch(secret):
        return match[0]
    start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    return match[0][:start] + mark(secret, key) + match[0][end:]
