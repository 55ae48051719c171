"""Which password Trimtab tries on a device while a change replaces it, and which it has afterwards.

From before the first line is typed until the device is settled both are tried: whatever dies in
between, every device stays reachable. Writes references only.
"""

from collections.abc import Iterable

from changes.logins.planning import credential_then
from changes.logins.secrets import ROTATE_LOGIN, LoginTold, login_told
from changes.models import ChangeRequest
from changes.plans import TargetPlan
from changes.requests import plan_of
from changes.states import Target
from core.context import Context
from inventory import own_logins
from inventory.credentials import create_like, find_credential
from inventory.models import Credential, Device


def begin(ctx: Context, change_id: int, targets: Iterable[TargetPlan], *, back: bool) -> None:
    """From now on the new reference is tried on these devices too; on the way `back` the former."""
    for target in targets:
        told = login_told(target)
        if told is not None:
            device = ctx.get_locked(Device, target.device_id)
            pending = told.former if back else told.reference
            own_logins.doubt(ctx, device, pending, reason=f"C{change_id}")


def settle(ctx: Context, change: ChangeRequest, device_id: int, state: Target) -> None:
    """Use the one reference that the device is known to take; nothing while it is in doubt."""
    settled = state in {Target.DONE, Target.ROLLED_BACK}
    if not settled or change.plan.get("playbook") != ROTATE_LOGIN:
        return  # without reading a plan that may be long
    target = next((one for one in plan_of(change).targets if one.device_id == device_id), None)
    told = login_told(target) if target is not None else None
    if target is None or told is None:
        return
    device, reason = ctx.get_locked(Device, device_id), f"C{change.id}"
    if told.credential:
        credential = (
            _own(ctx, device, told) if state is Target.DONE
            else ctx.get(Credential, credential_then(target))
        )  # fmt: skip
        own_logins.move(ctx, device, credential, reason=reason)
    else:
        reference = told.reference if state is Target.DONE else told.former
        own_logins.use(ctx, device, reference, reason=reason)


def expected(target: TargetPlan, *, undone: bool) -> str | None:
    """The reference by which a verification has to get in; None where any login will do."""
    told = login_told(target)
    if told is None:
        return None
    return told.former if undone else told.reference


def _own(ctx: Context, device: Device, told: LoginTold) -> Credential:
    """The credential that the change names, made by its first device that is done."""
    found = find_credential(ctx, told.credential)
    if found is not None:
        return found
    return create_like(ctx, device.credential, name=told.credential, password_ref=told.reference)
