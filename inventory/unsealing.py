"""Find the secrets that marks of a plan stand for: in a device's originals, or by reference.

Gives values to the run of an approved change only. A mark is the keyed digest of its secret, so
what is found is the very secret that was approved.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select

from core.context import Context
from core.secrets import SecretUnavailable, installation_key, read_secret
from inventory import originals
from inventory.models import Device
from inventory.original_models import Original
from inventory.redaction import MARK, mark, redact
from inventory.snapshot_models import Snapshot

NEWEST = 50  # originals of a device that are looked through


def marks_in(lines: Iterable[str]) -> frozenset[str]:
    """The marks of secrets in these lines."""
    return frozenset(found for line in lines for found in MARK.findall(line))


def unsealed(
    ctx: Context, device: Device, marks: Collection[str], *, references: Mapping[str, str]
) -> dict[str, str]:
    """The secret of each mark, or SecretUnavailable. `references` go before originals.

    A reference whose secret is another one than when the change was planned is refused.
    """
    key = installation_key(ctx, "redaction")
    found: dict[str, str] = {}
    for name, reference in references.items():
        value = read_secret(ctx, reference)
        if mark(value, key) != name:
            raise SecretUnavailable(
                f"{reference} holds another secret than when the change of {device.hostname} was "
                "planned. Request the change anew."
            )
        found[name] = value
    for text in _texts(ctx, device) if set(marks) - found.keys() else ():
        found |= _values(text, set(marks) - found.keys(), platform=device.platform, key=key)
        if not set(marks) - found.keys():
            break
    lacking = set(marks) - found.keys()
    if lacking:
        raise SecretUnavailable(
            f"The secret {min(lacking)} of {device.hostname} is in none of its kept originals. "
            "Set it by hand and accept the result as baseline."
        )
    return {name: found[name] for name in {*marks, *references}}


def _texts(ctx: Context, device: Device) -> Iterable[str]:
    """The device's originals, the newest first, each opened when it is needed."""
    rows = ctx.session.scalars(
        select(Snapshot)
        .join(
            Original,
            (Original.device_id == Snapshot.device_id) & (Original.digest == Snapshot.digest),
        )
        .where(Snapshot.device_id == device.id, Snapshot.trusted)
        .order_by(Snapshot.id.desc())
        .limit(NEWEST)
    )
    return (originals.original_of(ctx, one) for one in rows.all())


def _values(text: str, marks: Collection[str], *, platform: str, key: bytes) -> dict[str, str]:
    """The secrets of these marks that stand in a text, each proved by its digest."""
    lines = text.split("\n")
    wanted = [
        line for line in redact(text, platform=platform, key=key).split("\n")
        if any(one in line for one in marks)
    ]  # fmt: skip
    found: dict[str, str] = {}
    for line in wanted:
        parts = MARK.split(line)
        pattern = re.compile("(.+?)".join(re.escape(part) for part in parts))
        for match in filter(None, map(pattern.fullmatch, lines)):
            pairs = zip(MARK.findall(line), match.groups(), strict=True)
            found |= {name: value for name, value in pairs if mark(value, key) == name}
    return found
