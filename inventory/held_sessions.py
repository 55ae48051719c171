"""What sessions typed, redacted and as facts of audit records. Holds no session itself.

Facts: `commands` in their order, as many of the first as fit into 16 KiB; `commands_count` of all;
`commands_sha256`, hex over all of them as RFC 8785 JSON (a list of strings).
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice

from sqlalchemy import select

from core.audit import Fact, Subject
from core.canonical import canonical
from core.context import Action, Context
from core.secrets import installation_key
from inventory.drivers.telling import HeldFor
from inventory.drivers.transcript import HIDDEN, Held
from inventory.models import Device
from inventory.platforms import known_platforms
from inventory.redaction import redact

SHOWN_BYTES = 16_384
KEPT = 50  # commands of a session that many devices have in common
USERINFO = re.compile(r"(?<=://)(?P<user>[^\s:@/]*):[^\s@/]+@")


def commands_told(ctx: Context, platform: str | None, held: Sequence[Held]) -> dict[str, Fact]:
    """The facts of what was typed, in one session or several; nothing where there was none."""
    if not held:
        return {}
    commands = tuple(command for one in held for command in one.commands)
    make = _often if len(commands) <= KEPT else _facts
    return {
        **make(commands, platform or "", installation_key(ctx, "redaction")),
        "sessions": len(held),
        "session_begun_at": _time(held[0].begun_at), "session_ended_at": _time(held[-1].ended_at),
    }  # fmt: skip


def records_of(ctx: Context, told: Sequence[HeldFor]) -> list[Action]:
    """A `session.held` of each session, about its device, for `Context.record_all`."""
    if not told:
        return []
    query = select(Device.hostname, Device.id).where(
        Device.hostname.in_({one.hostname for one in told})
    )
    known = {row.hostname: str(row.id) for row in ctx.session.execute(query)}
    return [
        record_of(
            ctx, Subject(type="device", id=known.get(one.hostname, ""), label=one.hostname), one
        )
        for one in told
    ]  # fmt: skip


def record_of(ctx: Context, subject: Subject, told: HeldFor, **more: Fact) -> Action:
    """The `session.held` of one session."""
    facts = {
        "purpose": told.purpose, "driver": told.driver,
        **commands_told(ctx, told.platform, [told.held]), **more,
    }  # fmt: skip
    return Action(action="session.held", subject=subject, facts=facts)


def _facts(commands: tuple[str, ...], platform: str, key: bytes) -> Mapping[str, Fact]:
    text = USERINFO.sub(rf"\g<user>:{HIDDEN}@", "\n".join(commands))
    if platform in {one.name for one in known_platforms()}:
        text = redact(text, platform=platform, key=key)
    lines = text.split("\n") if commands else []
    left, shown = SHOWN_BYTES, 0
    for line in lines:
        left -= len(line.encode())
        if left < 0:
            break
        shown += 1
    return {
        "commands": list(islice(lines, shown)), "commands_count": len(lines),
        "commands_sha256": hashlib.sha256(canonical(lines)).hexdigest(),
    }  # fmt: skip


_often = lru_cache(maxsize=256)(_facts)
"""A fleet is asked the same again and again."""


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
