"""Sessions as a text, for the way out of Ansible's worker. Pure.

As one text: Ansible looks at each value of a result several times on its way.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from inventory.drivers.login import Login
from inventory.drivers.transcript import Held

WORDS = ("hostname", "platform", "driver", "purpose", "begun_at", "ended_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFor:
    """A session with a device, as Ansible's worker tells it; `purpose` is what it was held for."""

    hostname: str
    platform: str
    driver: str
    purpose: str
    held: Held


def told_of(login: Login, *, purpose: str) -> str:
    """The sessions of a login as JSON; empty where there was none."""
    found = [
        {
            "hostname": login.hostname, "platform": login.platform, "driver": login.driver,
            "purpose": purpose, "begun_at": one.begun_at.isoformat(),
            "ended_at": one.ended_at.isoformat(), "commands": one.commands,
        }
        for one in login.transcript.told()
    ]  # fmt: skip
    return json.dumps(found) if found else ""


def told_from(result: Mapping[str, object]) -> Iterator[HeldFor]:
    """The sessions that the result of an action of ours tells of, those of a loop's items too."""
    told = result.get("sessions")
    for one in json.loads(told) if isinstance(told, str) and told else ():
        hostname, platform, driver, purpose, begun_at, ended_at = (one[name] for name in WORDS)
        yield HeldFor(
            hostname=hostname, platform=platform, driver=driver, purpose=purpose,
            held=Held(
                begun_at=datetime.fromisoformat(begun_at),
                ended_at=datetime.fromisoformat(ended_at),
                commands=tuple(one["commands"]),
            ),
        )  # fmt: skip
    items = result.get("results")
    for item in items if isinstance(items, list) else ():
        yield from told_from(item) if isinstance(item, Mapping) else ()
