"""The line with a user's password in a running configuration. Pure; makes and types nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from inventory.password_hashes import Kind

FILE = Path(__file__).with_name("login_lines.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLine:
    """The line as the configuration shows it, the secret in it, and how that is hashed."""

    text: str
    secret: str
    kind: Kind

    def with_secret(self, secret: str) -> str:
        return self.text.replace(self.secret, secret)


def login_line(platform: str, running: str, username: str) -> LoginLine | None:
    """The one line that holds the user's password; None where it is not known how to replace it."""
    for kind, pattern in _known().get(platform, {}).items():
        wanted = re.compile(pattern.replace("{username}", re.escape(username)), re.MULTILINE)
        found = wanted.search(running)
        if found is not None:
            return LoginLine(text=found[0], secret=found["secret"], kind=kind)
    return None


def knows(platform: str) -> bool:
    """Whether anything is known of the platform's logins."""
    return platform in _known()


@cache
def _known() -> Mapping[str, Mapping[Kind, str]]:
    return cast("Mapping[str, Mapping[Kind, str]]", yaml.safe_load(FILE.read_text("utf-8")))
