"""Who asks: a bearer token for REST, a session cookie for pages. Builds a request's Context."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Literal, cast

from fastapi import Depends, Form, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.actor import Actor, Origin
from core.context import Context
from core.errors import NotPermitted, TrimtabError
from core.runtime import Runtime
from organization.models import WebSession
from organization.people import actor_of
from organization.tokens import Use, person_of_token
from organization.web_sessions import find

COOKIE = "trimtab_session"
NOBODY = Actor(name="nobody")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class NotSignedIn(TrimtabError):
    code = "not_signed_in"


class ForgedRequest(NotPermitted):
    """A form that did not come from one of our own pages."""

    code = "forged_request"


def runtime_of(request: Request) -> Runtime:
    return cast("Runtime", request.app.state.runtime)


def rest_origin(request: Request) -> Origin:
    return _origin(request, "rest")


def page_origin(request: Request) -> Origin:
    return _origin(request, "web")


def _origin(request: Request, door: Literal["rest", "web"]) -> Origin:
    return Origin(
        door=door,
        address=request.client.host if request.client else None,
        request_id=getattr(request.state, "request_id", None),
    )


bearer = HTTPBearer(auto_error=False, description="A token made by `trimtab token issue`.")


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def rest_context(request: Request, credentials: Credentials) -> Iterator[Context]:
    """The context of the person behind the bearer token."""
    with _token_context(request, credentials, use="person") as ctx:
        yield ctx


def hook_context(request: Request, credentials: Credentials) -> Iterator[Context]:
    """The context of the person behind a webhook's token."""
    with _token_context(request, credentials, use="hook") as ctx:
        yield ctx


@contextmanager
def _token_context(
    request: Request, credentials: HTTPAuthorizationCredentials | None, *, use: Use
) -> Iterator[Context]:
    if credentials is None:
        raise NotSignedIn("Send a token: `Authorization: Bearer ...` (see `trimtab token issue`).")
    runtime, origin = runtime_of(request), rest_origin(request)
    with runtime.context(NOBODY, origin) as ctx:
        person = actor_of(person_of_token(ctx, credentials.credentials, use=use))
    with runtime.context(person, origin) as ctx:
        yield ctx


Ctx = Annotated[Context, Depends(rest_context, scope="function")]
HookCtx = Annotated[Context, Depends(hook_context, scope="function")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in browser's request."""

    ctx: Context
    username: str
    csrf_token: str


def page_visit(
    request: Request, csrf_token: Annotated[str | None, Form()] = None
) -> Iterator[Visit]:
    """The visit behind the session cookie; unsafe methods need the session's CSRF token."""
    session = web_session(request)
    if session is None:
        raise NotSignedIn("Please sign in.")
    if request.method not in SAFE_METHODS:
        require_own_form(session, csrf_token or request.headers.get("x-csrf-token", ""))
    with visit_of(request, session) as visit:
        yield visit


def web_session(request: Request) -> WebSession | None:
    """The session behind the cookie, while it lasts."""
    with runtime_of(request).context(NOBODY, page_origin(request)) as ctx:
        return find(ctx, request.cookies.get(COOKIE, ""))


@contextmanager
def visit_of(request: Request, session: WebSession) -> Iterator[Visit]:
    person = actor_of(session.person)
    with runtime_of(request).context(person, page_origin(request)) as ctx:
        yield Visit(ctx=ctx, username=person.name, csrf_token=session.csrf_token)


def require_own_form(session: WebSession, sent: str) -> None:
    if not hmac.compare_digest(session.csrf_token.encode(), sent.encode()):
        raise ForgedRequest("This form is too old or not ours; reload the page and send it again.")


PageVisit = Annotated[Visit, Depends(page_visit, scope="function")]
