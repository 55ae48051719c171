"""Let go of what Trimtab itself keeps of a device that is out of service. Its history stays."""

from sqlalchemy import delete, or_, select

from changes.errors import WrongState
from changes.lifecycle.decommission import carried_out
from changes.lifecycle.remains import shared
from core.context import Context
from core.secrets import Secret
from drift.locks import lock_device
from drift.models import Baseline, ExpectedFacts, Finding
from drift.recording import resolve
from inventory import own_logins
from inventory.models import Credential, Device, Relation

NOTE = "The device is out of service."
STORED = "db:"


def let_go(ctx: Context, device_id: int) -> Device:
    """End the device's baselines and expected facts, its findings, relations and group.

    Needs `device.write` on it, and a decommission that was carried out: who approved that approved
    this. Raises WrongState without one.
    """
    device = ctx.get(Device, device_id)
    ctx.require("device.write", device)
    change = carried_out(ctx, device)
    lock_device(ctx, device.id)
    alive = select(Finding).where(
        Finding.device_id == device.id, Finding.state.in_(("open", "suppressed"))
    )
    resolve(ctx, [(one, NOTE) for one in ctx.session.scalars(alive)])
    standing = select(Baseline).where(
        Baseline.device_id == device.id,
        or_(Baseline.valid_until.is_(None), Baseline.valid_until > ctx.now()),
    )
    for one in ctx.session.scalars(standing):
        one.valid_until = max(one.valid_from, ctx.now())
    expected = select(ExpectedFacts).where(
        ExpectedFacts.device_id == device.id, ExpectedFacts.valid_until.is_(None)
    )
    for row in ctx.session.scalars(expected):
        row.valid_until = ctx.now()
    ctx.session.execute(delete(Relation).where(Relation.device_id == device.id))
    before, device.redundancy_group = device.redundancy_group, ""
    ctx.record("device.let_go", device, change=change.id, redundancy_group=before)
    return device


def end_login(ctx: Context, device_id: int) -> Credential:
    """Take the references, and secrets kept here, from a login that only this device used.

    Needs `credential.write` on it. The device is not collected any more after that.
    """
    device = ctx.get(Device, device_id)
    login = ctx.get_locked(Credential, device.credential_id)
    ctx.require("credential.write", login)
    carried_out(ctx, device)
    if shared(ctx, device):
        raise WrongState(f"Other devices use the login {login.name}; it goes on.")
    told = [one for one in (login.password_ref, login.enable_ref, login.key_ref) if one]
    told += [one for one in own_logins.passwords(device) if one and one not in told]
    login.password_ref = login.enable_ref = login.key_ref = None
    device.own_login = {}
    ctx.session.flush()
    mine = [one for one in told if one.startswith(STORED) and not _named(ctx, one)]
    for one in mine:
        ctx.session.execute(delete(Secret).where(Secret.name == one.removeprefix(STORED)))
    ctx.record("credential.ended", login, device=device.hostname, references=[*told], secrets=mine)
    return login


def _named(ctx: Context, reference: str) -> bool:
    """Whether another login, or a device for itself, reads the same secret."""
    columns = (Credential.password_ref, Credential.enable_ref, Credential.key_ref)
    own = (Device.own_login["reference"].astext, Device.own_login["pending"].astext)
    logins = select(Credential.id).where(or_(*(one == reference for one in columns)))
    devices = select(Device.id).where(or_(*(one == reference for one in own)))
    return any(ctx.session.scalar(one.limit(1)) is not None for one in (logins, devices))
