"""Logins whose password is due for rotation. Knows dates and references, never a secret.

The date is the latest of what is known: when the secret kept here was written, when the file that
is named was, when the login was made, when a person stated a rotation.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from changes.maintenance.seen import Outcome, Seen
from core.audit import AuditRecord
from core.context import Context
from core.counting import counted
from core.errors import InvalidInput
from core.secrets import Secret
from inventory.models import Credential, Device

STATED = ("credential.created", "credential.rotated")


def look(ctx: Context, device_ids: Collection[int], *, days: int | None) -> list[Seen]:
    """Each login that a device of the plan uses."""
    lasting = timedelta(days=days or ctx.settings.password_days)
    query = (
        select(Credential)
        .join(Device, Device.credential_id == Credential.id)
        .where(Device.id.in_(device_ids))
        .order_by(Credential.name)
        .distinct()
    )
    return [_seen(ctx, one, lasting) for one in ctx.session.scalars(query)]


def _seen(ctx: Context, login: Credential, lasting: timedelta) -> Seen:
    subject = f"login {login.name}"
    rotated = rotated_at(ctx, login)
    if rotated is None:
        return Seen(
            subject=subject, outcome="attention",
            detail="Nobody knows when its password was changed last. State it with "
            f"`trimtab maintenance rotated {login.name}`.",
        )  # fmt: skip
    age = (ctx.now() - rotated).days
    due = counted(lasting.days, "day")
    told = f"Changed {rotated:%F}, {counted(age, 'day')} ago; due after {due}."
    outcome: Outcome = "attention" if ctx.now() - rotated >= lasting else "passed"
    return Seen(subject=subject, outcome=outcome, detail=told)


def rotated_at(ctx: Context, login: Credential) -> datetime | None:
    """When the login's secrets were changed last, as far as anybody knows."""
    times = [_stated(ctx, login)]
    for reference in (login.password_ref, login.key_ref):
        times += _kept(ctx, reference or "")
    return max((one for one in times if one is not None), default=None)


def _stated(ctx: Context, login: Credential) -> datetime | None:
    return ctx.session.scalar(
        select(func.max(AuditRecord.recorded_at)).where(
            AuditRecord.subject_type == "credential", AuditRecord.subject_id == str(login.id),
            AuditRecord.action.in_(STATED),
        )
    )  # fmt: skip


def _kept(ctx: Context, reference: str) -> Iterator[datetime]:
    scheme, _, name = reference.partition(":")
    if scheme == "db":
        row = ctx.session.get(Secret, name)
        if row is not None:
            yield row.updated_at
    if scheme == "file" and Path(name).exists():
        yield datetime.fromtimestamp(Path(name).stat().st_mtime, tz=UTC)


def state_rotation(ctx: Context, credential: Credential, *, note: str) -> Credential:
    """Say that the login's password was changed now, where nobody else can know that.

    Needs `credential.write` on it.
    """
    ctx.require("credential.write", credential)
    if not note.strip():
        raise InvalidInput("Say where and how the password was changed; auditors read it.")
    ctx.record("credential.rotated", credential, note=note)
    return credential
