"""Know a text that a device shows again by a keyed hash, so that nothing is worked out anew.

A seal says: this cleaned text becomes, by these very rules and keys, the redacted text of that
digest, and nothing in it speaks against it. Whatever that depends on is hashed with the text, so
that another rule, platform file or key voids it. Holds no text; without the key nobody can try out
which text a seal is of.
"""

import hashlib
import hmac
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache

from core.context import Context
from core.secrets import installation_key
from inventory.models import Device
from inventory.platforms import Platform

PURPOSE = "seals"
PIECE = 1_000_000  # characters that are encoded at a time
RULES = (
    "captures", "cleaning", "completeness", "line_bound", "line_patterns", "redaction", "reports",
)  # fmt: skip
"""The modules whose code tells what becomes of a text."""


def seal(
    ctx: Context, device: Device, platform: Platform, *, source: str, original: str, digest: bytes
) -> bytes:
    """The 32 bytes that say so of the device's cleaned text and of the redacted one's digest."""
    marks = hashlib.sha256(installation_key(ctx, "redaction")).hexdigest()
    said = (rules(), described(platform), marks, device.id, device.platform, source, digest.hex())
    made = hmac.new(installation_key(ctx, PURPOSE), repr(said).encode(), hashlib.sha256)
    for at in range(0, len(original), PIECE):
        made.update(original[at : at + PIECE].encode(errors="surrogatepass"))
    return made.digest()


@cache
def rules() -> str:
    """A hash of the program's own rules, and of Python's and Unicode's where these matter."""
    made = hashlib.sha256(f"{sys.version_info[:3]} {unicodedata.unidata_version}".encode())
    for name in RULES:
        made.update(pkgutil.get_data("inventory", f"{name}.py") or b"")
    return made.hexdigest()


def described(value: object) -> str:
    """All that a platform's data says, patterns with their flags."""
    if isinstance(value, re.Pattern):
        return repr((value.pattern, value.flags))
    if isinstance(value, tuple):
        return f"({','.join(map(described, value))})"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{key!r}:{described(one)}' for key, one in value.items())}}}"
    if is_dataclass(value):
        return described(tuple(getattr(value, one.name) for one in fields(value)))
    return repr(value)
