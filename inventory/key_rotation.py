"""Change the installation's key: what stands encrypted in the database is encrypted again."""

from dataclasses import dataclass

from core import secrets
from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput
from inventory import originals

KEY = Subject(type="key", id="installation", label="installation key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """How many secrets and originals were encrypted again."""

    secrets: int
    originals: int


def rotate(ctx: Context, *, reason: str) -> Rotation:
    """Make a new key and encrypt secrets and originals under it. Needs `secret.write`.

    Whatever dies in between leaves nothing unreadable, as both keys open what is there; the next
    call then ends the work. Raises Conflict when the key before lies there for no more use.
    """
    ctx.require("secret.write")
    if not reason.strip():
        raise InvalidInput("Say why the key is changed; the reason is recorded.")
    done = _renewed(ctx) if secrets.is_renewed(ctx) else None
    if done is None or done == Rotation(secrets=0, originals=0):
        secrets.renew_key(ctx)
        done = _renewed(ctx)
    ctx.record("key.rotated", KEY, reason=reason, secrets=done.secrets, originals=done.originals)
    return done


def _renewed(ctx: Context) -> Rotation:
    return Rotation(secrets=secrets.renew_secrets(ctx), originals=originals.renew(ctx))
