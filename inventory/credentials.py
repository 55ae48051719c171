"""Logins by reference. Never holds a secret's value."""

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from inventory.models import Credential
from organization.models import Unit


def create_credential(
    ctx: Context, *, name: str, username: str, unit: Unit, password_ref: str | None = None,
    enable_ref: str | None = None, key_ref: str | None = None,
) -> Credential:  # fmt: skip
    """A new login; each reference reads `env:NAME`, `file:PATH`, `db:NAME` or a plugin's."""
    ctx.require("credential.write", unit)
    if password_ref is None and key_ref is None:
        raise InvalidInput(f"The credential {name} needs a password or a key reference.")
    for reference in (password_ref, enable_ref, key_ref):
        if reference is not None and not all(reference.partition(":")):
            raise InvalidInput(
                "A secret is given by reference, such as env:NAME, file:PATH or db:NAME, "
                "never as its value."
            )
    if find_credential(ctx, name) is not None:
        raise Conflict(f"There is a credential {name} already.", name=name)
    credential = ctx.add(
        Credential(
            name=name, username=username, password_ref=password_ref, enable_ref=enable_ref,
            key_ref=key_ref, unit_id=unit.id,
        )
    )  # fmt: skip
    ctx.record("credential.created", credential, username=username, unit=unit.code)
    return credential


def create_like(
    ctx: Context, other: Credential, *, name: str, password_ref: str
) -> Credential:  # fmt: skip
    """A login of the same user and unit with another password; for a change that was approved.

    It checks no permission: who approved the change approved its name and reference.
    """
    credential = ctx.add(
        Credential(
            name=name, username=other.username, password_ref=password_ref,
            enable_ref=other.enable_ref, key_ref=other.key_ref, unit_id=other.unit_id,
        )
    )  # fmt: skip
    ctx.record(
        "credential.created", credential, username=other.username, like=other.name,
        reference=password_ref,
    )  # fmt: skip
    return credential


def list_credentials(ctx: Context) -> list[Credential]:
    units = ctx.units("credential.read")
    return list(
        ctx.session.scalars(
            select(Credential).where(Credential.unit_id.in_(units)).order_by(Credential.name)
        )
    )


def credential_by_name(ctx: Context, name: str) -> Credential:
    credential = find_credential(ctx, name)
    if credential is None:
        raise NotFound(
            f"There is no credential {name}; `trimtab credential add` makes one.", name=name
        )
    return credential


def find_credential(ctx: Context, name: str) -> Credential | None:
    return ctx.session.scalar(select(Credential).where(Credential.name == name))


def require_for(ctx: Context, credential: Credential, unit_id: int) -> None:
    """Raise InvalidInput unless the credential serves this unit: it is its own or of one above."""
    above = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte("above", recursive=True)
    above = above.union(select(Unit.id, Unit.parent_id).where(Unit.id == above.c.parent_id))
    if credential.unit_id not in set(ctx.session.scalars(select(above.c.id))):
        raise InvalidInput(
            f"The credential {credential.name} belongs to another unit than the device's or one "
            "above it. Use one of these, or have one added there.",
            field="credential",
        )
