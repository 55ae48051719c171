"""Devices whose password is not, or perhaps not, their credential's. Knows references only.

A change that replaces the password of a login begins with doubt: two references are tried. It ends
with one. As soon as every device of a credential has the same new one, the credential itself does.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from core.audit import Fact
from core.context import Context
from inventory.models import Credential, Device

REFERENCE, PENDING, REASON = "reference", "pending", "reason"
Passwords = tuple[str | None, str | None]


def passwords(device: Device) -> Passwords:
    """The references to try in their order: while in doubt first the new one, then the former."""
    pending = _of(device, PENDING)
    return (pending, settled(device)) if pending else (settled(device), None)


def settled(device: Device) -> str | None:
    """The reference of the device's password, whatever a change is about to make of it."""
    return _of(device, REFERENCE) or device.credential.password_ref


def doubt(ctx: Context, device: Device, pending: str, *, reason: str) -> None:
    """From now on this reference may be the device's as well, until `use` says which it is."""
    former = settled(device)
    _put(device, {REFERENCE: _of(device, REFERENCE), PENDING: pending, REASON: reason})
    ctx.record("device.login_in_doubt", device, former=former, pending=pending, reason=reason)


def use(ctx: Context, device: Device, reference: str, *, reason: str) -> None:
    """From now on the reference is the device's; the credential's where all its devices have it."""
    credential = ctx.get_locked(Credential, device.credential_id)
    before = settled(device)
    own = None if reference == credential.password_ref else reference
    _put(device, {REFERENCE: own, REASON: reason})
    ctx.record("device.login_switched", device, before=before, after=reference, reason=reason)
    if own is not None:
        _gather(ctx, credential, reference, reason=reason)


def move(ctx: Context, device: Device, credential: Credential, *, reason: str) -> None:
    """From now on the device has this credential, and nothing of its own."""
    before, device.credential_id = device.credential.name, credential.id
    _put(device, {})
    ctx.record(
        "device.credential_changed", device, before=before, after=credential.name, reason=reason
    )
    ctx.session.expire(device, ["credential"])


def others(ctx: Context, credential: Credential, reference: str) -> Sequence[Device]:
    """Devices in service of the credential whose password is not, or not surely, this reference."""
    rows = select(Device).where(
        Device.credential_id == credential.id, Device.state != "retired"
    ).order_by(Device.hostname)  # fmt: skip
    found = ctx.session.scalars(rows).all()
    return [one for one in found if passwords(one) != (reference, None)]


def _gather(ctx: Context, credential: Credential, reference: str, *, reason: str) -> None:
    """The credential takes the reference that all its devices have."""
    ctx.session.flush()
    has, may_have = (Device.own_login[name].astext for name in (REFERENCE, PENDING))
    left = select(Device.id).where(
        Device.credential_id == credential.id, Device.state != "retired",
        or_(has.is_distinct_from(reference), may_have.is_not(None)),
    )  # fmt: skip
    if ctx.session.scalar(left.limit(1)) is not None:
        return
    before, credential.password_ref = credential.password_ref, reference
    mine = select(Device).where(Device.credential_id == credential.id)
    names = list[str]()
    for device in ctx.session.scalars(mine.order_by(Device.hostname)).all():
        _put(device, {})
        names.append(device.hostname)
    ctx.record(
        "credential.rotated", credential, before=before, after=reference, devices=names,
        note=f"by {reason}",
    )  # fmt: skip


def _of(device: Device, name: str) -> str | None:
    told = device.own_login.get(name)
    return told if isinstance(told, str) else None


def _put(device: Device, told: Mapping[str, str | None]) -> None:
    """Write what is the device's own; nothing where that is what its credential says."""
    kept: dict[str, Fact] = {name: value for name, value in told.items() if value}
    device.own_login = kept if kept.keys() & {REFERENCE, PENDING} else {}
