"""Bearer tokens of persons, for all they may do, for webhooks only or for a calendar feed only.

A token is shown once; only its SHA-256 is kept.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Literal

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput, NotPermitted
from organization.models import ApiToken, Person

Use = Literal["person", "hook", "feed"]
PREFIXES: Mapping[Use, str] = {
    "person": "trimtab_", "hook": "trimtabhook_", "feed": "trimtabfeed_",
}  # fmt: skip
"""By what a token is for; the digest covers the prefix, so that none becomes another."""


class TokenRefused(NotPermitted):
    code: ClassVar[str] = "token_refused"


def issue(
    ctx: Context, *, person: Person, name: str, days: int = 90, use: Use = "person"
) -> tuple[ApiToken, str]:
    """A new token of a person, for oneself or with `token.write` for others.

    With the use `hook` it opens webhooks and nothing else, with `feed` the calendar feed.
    """
    if not person.active:
        raise Conflict(f"{person.username} is deactivated and gets no token.")
    if not name.strip():
        raise InvalidInput("A token needs a name that says what it is for.")
    if not 1 <= days <= 366:
        raise InvalidInput("A token lasts between 1 and 366 days.")
    if ctx.person.person_id != person.id:
        ctx.require("token.write", person)
    token = PREFIXES[use] + secrets.token_urlsafe(32)
    row = ctx.add(
        ApiToken(
            person_id=person.id, name=name, token_hash=digest(token), created_at=ctx.now(),
            expires_at=ctx.now() + timedelta(days=days),
        )
    )  # fmt: skip
    ctx.record("token.issued", row, person=ctx.identified(person.id), days=days, use=use)
    return row, token


def person_of_token(ctx: Context, token: str, *, use: Use = "person") -> Person:
    """The active person behind a valid token for this use, or TokenRefused."""
    if not token.startswith(PREFIXES[use]) and token.startswith(tuple(PREFIXES.values())):
        raise TokenRefused(
            "A webhook's token opens webhooks only, a feed's the calendar feed only, and no other "
            "token opens them."
        )
    row = ctx.session.scalar(select(ApiToken).where(ApiToken.token_hash == digest(token)))
    if row is None or row.revoked_at is not None or not row.person.active:
        raise TokenRefused("This token is not valid. Sign in again, or ask for a new one.")
    if row.expires_at <= ctx.now():
        raise TokenRefused(f"The token {row.name} ended on {row.expires_at:%Y-%m-%d}.")
    return row.person


def revoke(ctx: Context, token_id: int) -> ApiToken:
    """End a token at once: one's own, or with `token.write` anybody's."""
    row = ctx.get(ApiToken, token_id)
    if ctx.person.person_id != row.person_id:
        ctx.require("token.write", row.person)
    if row.revoked_at is not None:
        raise Conflict(f"The token {row.name} was revoked on {row.revoked_at:%Y-%m-%d} already.")
    row.revoked_at = ctx.now()
    ctx.record("token.revoked", row, person=ctx.identified(row.person_id))
    return row


def list_tokens(ctx: Context, person: Person) -> list[ApiToken]:
    if ctx.person.person_id != person.id:
        ctx.require("token.write", person)
    return list(
        ctx.session.scalars(
            select(ApiToken).where(ApiToken.person_id == person.id).order_by(ApiToken.id)
        )
    )


def digest(token: str) -> str:
    """SHA-256 in hex: a token of 256 random bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
