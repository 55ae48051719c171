"""Whether a password fits the hash that a device's configuration shows of it. Pure.

Independent of the platform: Cisco's types 8 and 9 by Python's own library, SHA-crypt by the
system's libcrypt where it is there.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import re
from collections.abc import Callable, Mapping

from lab.tree import Node

SHOWN = re.compile(r"username (?P<name>\S+) .*?(?:secret|password) \S+ (?P<hash>\$\S+)(?: |$)")
SOUND = re.compile(r"\$(?P<kind>[5689])\$(?P<salt>[./0-9A-Za-z]{1,16})\$[./0-9A-Za-z]{43,}$")
OURS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
USUAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def fits(root: Node, username: str, password: str) -> bool | None:
    """Whether the user's password is this; None where the configuration shows no sound hash."""
    lines = (SHOWN.match(node.line) for node in root.children)
    held = next((one["hash"] for one in lines if one and one["name"] == username), "")
    found = SOUND.match(held)
    if found is None:
        return None
    return MAKERS[found["kind"]](password, found["salt"]) == held


def _type_8(password: str, salt: str) -> str:
    raw = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 20_000)
    return f"$8${salt}${_letters(raw)}"


def _type_9(password: str, salt: str) -> str:
    raw = hashlib.scrypt(password.encode(), salt=salt.encode(), n=1 << 14, r=1, p=1, dklen=32)
    return f"$9${salt}${_letters(raw)}"


def _letters(raw: bytes) -> str:
    table = dict(zip(USUAL, OURS, strict=True))
    return "".join(table[one] for one in base64.b64encode(raw).decode().rstrip("="))


def _crypt(kind: str) -> Callable[[str, str], str]:
    def crypt(password: str, salt: str) -> str:
        library = ctypes.CDLL(ctypes.util.find_library("crypt"))
        library.crypt.restype = ctypes.c_char_p
        made = library.crypt(password.encode(), f"${kind}${salt}".encode())
        return bytes(made or b"").decode()

    return crypt


MAKERS: Mapping[str, Callable[[str, str], str]] = {
    "5": _crypt("5"), "6": _crypt("6"), "8": _type_8, "9": _type_9,
}  # fmt: skip
