"""Request that the login by which Trimtab itself signs in is replaced on devices. Runs nothing."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select

from changes.errors import SharedLogin
from changes.logins.planning import Wish, login_rotation
from changes.logins.secrets import ROTATE_LOGIN
from changes.models import ChangeRequest
from changes.requests import Wanted, propose
from core.context import Context
from core.errors import Conflict, InvalidInput
from inventory import own_logins
from inventory.candidates.models import DiscoveryRange
from inventory.credentials import find_credential
from inventory.jumps import OPTION, Given, jump_of
from inventory.models import Credential, Device
from operations.routing import queue_of

NAMED = 20  # users of a login; the rest is counted


def request_login_rotation(
    ctx: Context, device_ids: Sequence[int], wanted: Wanted, wish: Wish
) -> ChangeRequest:
    """Request that devices get the referenced password, and Trimtab signs in by it from then on.

    Needs `change.request` on each. Raises SharedLogin with the list where others use the login,
    which stays theirs: name them all, or a credential of their own. NoSafeCommands where it is not
    known how.
    """
    devices = [ctx.get(Device, key) for key in dict.fromkeys(device_ids)]
    for device in devices:
        ctx.require("change.request", device)
    if queue_of(ctx, [one.id for one in devices]) is not None:
        raise InvalidInput(
            "These devices belong to a far queue, whose workers may not change logins. Change them "
            "by hand.",
            field="devices",
        )
    logins = {one.credential_id: one.credential for one in devices}
    if wish.credential:
        _require_free(ctx, list(logins.values()), wish)
    else:
        for login in logins.values():
            _require_all(ctx, login, {one.id for one in devices}, wish)
    targets = [(login_rotation(ctx, one, wish), None) for one in devices]
    return propose(ctx, targets, replace(wanted, playbook=ROTATE_LOGIN))


def _require_all(ctx: Context, login: Credential, mine: Collection[int], wish: Wish) -> None:
    """Raise SharedLogin where something else than these devices signs in by the login."""
    left = [one for one in own_logins.others(ctx, login, wish.reference) if one.id not in mine]
    seen = ctx.units("device.read")
    names = [one.hostname for one in left if one.governing_unit_id in seen]
    told = [*names[:NAMED], *_others(ctx, login)]
    hidden = len(left) - len(names[:NAMED])
    if told or hidden:
        more = [f"{hidden} other devices"] if hidden else []
        raise SharedLogin(
            f"The login {login.name} is also that of {', '.join([*told, *more])}. Name all its "
            "devices, or give these a credential of their own.",
            credential=login.name,
        )


def _others(ctx: Context, login: Credential) -> list[str]:
    """What else signs in by the login: searches, and jump hosts that are no devices."""
    ranges = select(DiscoveryRange).where(
        DiscoveryRange.credential_id == login.id, DiscoveryRange.withdrawn_at.is_(None)
    )
    told = [f"the discovery range {one.label}" for one in ctx.session.scalars(ranges)]
    jumps = select(Device).where(Device.options.has_key(OPTION), Device.state != "retired")
    for one in ctx.session.scalars(jumps.order_by(Device.hostname)):
        found = jump_of(one)
        if isinstance(found, Given) and found.credential == login.name:
            told.append(f"the jump host {found.host} of {one.hostname}")
    return told


def _require_free(ctx: Context, logins: Sequence[Credential], wish: Wish) -> None:
    """The new credential does not exist yet, or is what a change before began to make."""
    if len(logins) > 1:
        names = ", ".join(sorted(one.name for one in logins))
        raise InvalidInput(
            f"These devices have different logins ({names}). Give each login a change of its own.",
            field="own_credential",
        )
    found = find_credential(ctx, wish.credential)
    if found is not None and not _alike(found, logins[0], wish):
        raise Conflict(
            f"There is a credential {wish.credential} already, of another user, unit or password. "
            "Choose another name.",
            name=wish.credential,
        )


def _alike(found: Credential, login: Credential, wish: Wish) -> bool:
    same = (found.username, found.unit_id, found.enable_ref, found.key_ref)
    wanted = (login.username, login.unit_id, login.enable_ref, login.key_ref)
    return same == wanted and found.password_ref == wish.reference
