"""What a plan says of a login that it replaces, and the secrets that its marks stand for."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol, cast

from core.audit import Fact
from core.context import Context
from core.secrets import SecretUnavailable, installation_key, read_secret
from inventory.password_hashes import Kind, hashed
from inventory.redaction import mark

ROTATE_LOGIN = "rotate_login"
"""The playbook."""
LOGIN = "trimtab_login"
"""The variable of a target whose login is replaced."""


class HasVariables(Protocol):
    """A target of a plan."""

    @property
    def variables(self) -> Mapping[str, Fact]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTold:
    """The new password's reference and mark, its hash, and the former line and reference.

    `credential` is the name of the credential that the device gets for it; empty: it stays with its
    own.
    """

    reference: str
    former: str
    mark: str
    kind: Kind
    salt: str
    hashed: str
    back: str
    credential: str

    @property
    def as_variable(self) -> dict[str, Fact]:
        return asdict(self)


def login_told(target: HasVariables) -> LoginTold | None:
    """What the target says of a login that it replaces; None where it replaces none."""
    told = target.variables.get(LOGIN)
    if not isinstance(told, Mapping):
        return None
    words = {name: str(value) for name, value in told.items()}
    kind = cast("Kind", words.pop("kind"))
    return LoginTold(**words, kind=kind)


def secrets_of(ctx: Context, target: HasVariables, marks: Collection[str]) -> dict[str, str]:
    """The new password and its hash by their marks; empty where none of them is asked for.

    Raises SecretUnavailable when the reference holds another one than when it was planned.
    """
    told = login_told(target)
    if told is None or not {told.mark, told.hashed} & set(marks):
        return {}
    key, value = installation_key(ctx, "redaction"), read_secret(ctx, told.reference)
    made = hashed(value, told.kind, told.salt)
    if (mark(value, key), mark(made, key)) != (told.mark, told.hashed):
        raise SecretUnavailable(
            f"{told.reference} holds another password than when the change was planned. Renew it."
        )
    return {told.mark: value, told.hashed: made}
