"""Logins handed to Ansible's workers in a file of mode 0600, read there by host name."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from inventory.drivers.errors import DeviceUnreachable
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.transcript import Transcript

VARIABLE = "TRIMTAB_LOGINS"


def seal(path: Path, logins: Iterable[Login]) -> None:
    """Write the logins for nobody but this user; the caller removes the file."""
    told = {login.hostname: _values(login) for login in logins}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(told, file)


def _values(login: Login) -> dict[str, object]:
    """What can be written of a login: who hears its answers and lines is of this process only."""
    told = asdict(replace(login, jump=None, transcript=Transcript()))
    del told["admit"], told["transcript"]
    return told | {"jump": _values(login.jump) if login.jump else None}


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is a function of this process: a worker admits its own answers."""
    jump = told["jump"]
    kept = {name: value for name, value in told.items() if name not in {"admit", "jump"}}
    return kept | {"jump": _plain(jump) if jump else None}


def login_of(hostname: str) -> Login:
    """The login of a host, from the file that the environment names."""
    told = json.loads(Path(os.environ[VARIABLE]).read_text(encoding="utf-8"))
    if hostname not in told:
        raise DeviceUnreachable(f"No login was handed over for {hostname}.", hostname=hostname)
    return _unsealed(told[hostname])


def platforms() -> frozenset[str]:
    """The platforms of the logins that were handed over; none where no file is named."""
    path = os.environ.get(VARIABLE)
    told = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return frozenset(one["platform"] for one in told.values())


def _unsealed(told: Mapping[str, Any]) -> Login:
    key, jump = told["host_key"], told["jump"]
    values = {
        "host_key": PublicKey(**key) if key else None,
        "jump": _unsealed(jump) if jump else None,
    }
    return Login(**{**told, **values})
