"""Signed-in browsers. The cookie's value is kept as a hash; it ends by itself."""

import secrets
from datetime import timedelta

from core.context import Context
from organization.models import Person, WebSession
from organization.tokens import digest


def open_session(ctx: Context, person: Person) -> tuple[WebSession, str]:
    """A new session and the cookie's value."""
    token = secrets.token_urlsafe(32)
    session = WebSession(
        token_hash=digest(token),
        person_id=person.id,
        csrf_token=secrets.token_urlsafe(32),
        created_at=ctx.now(),
        expires_at=ctx.now() + timedelta(hours=ctx.settings.session_hours),
    )
    ctx.add(session)
    ctx.record("session.opened", person)
    return session, token


def find(ctx: Context, token: str) -> WebSession | None:
    """The session behind a cookie while it lasts and its person is active."""
    session = ctx.session.get(WebSession, digest(token))
    if session is None or session.expires_at <= ctx.now() or not session.person.active:
        return None
    return session


def close(ctx: Context, token: str) -> None:
    session = ctx.session.get(WebSession, digest(token))
    if session is not None:
        person = session.person
        ctx.session.delete(session)
        ctx.record("session.closed", person)
