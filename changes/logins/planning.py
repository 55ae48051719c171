"""Plan how a login that Trimtab itself uses is replaced on a device. Knows the secret for moments.

The plan holds the user's line with the hash of the new password by its mark, and the mark of the
password itself: approvers sign which one it is, and where it comes from.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import cast

from changes import sealed
from changes.errors import NoSafeCommands
from changes.logins.secrets import LOGIN, LoginTold, login_told
from changes.plans import TargetPlan
from core.context import Context
from core.errors import InvalidInput
from core.secrets import installation_key, read_secret
from inventory import own_logins, snapshots
from inventory.login_lines import LoginLine, knows, login_line
from inventory.models import Credential, Device
from inventory.password_hashes import hashed, salt_of
from inventory.redaction import mark

DRIVER = "netmiko"
"""The driver that can try two passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The reference of the new password, and the credential that the devices get for it.

    Without a name the devices stay with their credential, which takes the reference itself.
    """

    reference: str
    credential: str = ""


def login_rotation(ctx: Context, device: Device, wish: Wish) -> TargetPlan:
    """The plan of replacing the password by which Trimtab signs in to the device.

    Raises InvalidInput, NoSafeCommands where it is not known how, SecretUnavailable.
    """
    return _planned(ctx, device, wish, sealed.readable(ctx, wish.reference))


def _planned(ctx: Context, device: Device, wish: Wish, value: str) -> TargetPlan:
    former = _former(device, wish)
    line = _line(ctx, device)
    key = installation_key(ctx, "redaction")
    seed = f"{device.hostname}\0{wish.reference}\0{value}".encode()
    salt = salt_of(hmac.new(installation_key(ctx, "login salts"), seed, hashlib.sha256).digest())
    shown = mark(hashed(value, line.kind, salt), key)
    told = LoginTold(
        reference=wish.reference, former=former, mark=mark(value, key), kind=line.kind, salt=salt,
        hashed=shown, back=line.text, credential=wish.credential,
    )  # fmt: skip
    target = sealed.typed(
        ctx, device, [line.with_secret(shown)], variables={LOGIN: told.as_variable}
    )
    if target.rollback != (line.text,):
        raise NoSafeCommands(
            f"The line {line.text!r} of {device.hostname} cannot be put back by typing it again; "
            "change its login by hand.",
            hostname=device.hostname,
        )
    return target


def rotated_again(ctx: Context, device: Device, target: TargetPlan) -> TargetPlan:
    """The same rotation, planned anew with what its reference holds now."""
    told = login_told(target)
    if told is None:
        raise InvalidInput(f"The plan does not say which login of {device.hostname} is replaced.")
    return login_rotation(ctx, device, Wish(reference=told.reference, credential=told.credential))


def taken_back(ctx: Context, device: Device, target: TargetPlan) -> TargetPlan:
    """The rotation back to the former reference, and to the credential that the device had."""
    told = login_told(target)
    if told is None:
        raise InvalidInput(f"The plan does not say which login of {device.hostname} was replaced.")
    name = former_credential(ctx, target) if told.credential else ""
    wish = Wish(reference=told.former, credential=name)
    return _planned(ctx, device, wish, read_secret(ctx, told.former))  # it was sent there before


def former_credential(ctx: Context, target: TargetPlan) -> str:
    """The name of the credential that the device had when the change was planned."""
    return ctx.get(Credential, credential_then(target)).name


def credential_then(target: TargetPlan) -> int:
    """The number of the credential that the device had when the change was planned."""
    return cast("int", target.inventory["credential"])


def _former(device: Device, wish: Wish) -> str:
    """The reference that is in force, where such a login is one that can be replaced."""
    credential, former = device.credential, own_logins.settled(device)
    if former is None or credential.key_ref is not None:
        raise InvalidInput(
            f"The login {credential.name} of {device.hostname} signs in with a key; only passwords "
            "are replaced like this.",
            field="devices",
        )
    if former == wish.reference:
        raise InvalidInput(
            f"{device.hostname} has the password of {wish.reference} already. Write the new one "
            "under another name: both are needed until the change is settled.",
            field="reference",
        )
    if device.driver != DRIVER or not knows(device.platform):
        raise NoSafeCommands(
            f"Trimtab does not know how to replace the login of {device.hostname} "
            f"({device.platform}, driver {device.driver}) without risking to be locked out. Change "
            "it by hand and give the device another credential.",
            hostname=device.hostname,
        )
    return former


def _line(ctx: Context, device: Device) -> LoginLine:
    snapshot = snapshots.latest(ctx, device.id)
    text = snapshots.text_of(ctx, snapshot.digest) if snapshot is not None else ""
    username = device.credential.username
    found = login_line(device.platform, text, username)
    if found is None:
        raise NoSafeCommands(
            f"The configuration of {device.hostname} shows no line of the user {username} whose "
            "hash Trimtab can make (IOS type 8 or 9, EOS sha512, NX-OS type 5). A server may know "
            "it: change the login where it is kept.",
            hostname=device.hostname,
        )
    return found
