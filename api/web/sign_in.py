"""Sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import COOKIE, NOBODY, PageVisit, page_origin, runtime_of
from api.errors import status_of
from api.web.render import page
from core.errors import TrimtabError
from organization.people import authenticate
from organization.web_sessions import close, open_session

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def form(to: str = "/") -> Response:
    return page("sign_in.html", None, to=to, failure="")


@router.post("/sign-in")
def sign_in(
    request: Request, username: Annotated[str, Form()], password: Annotated[str, Form()],
    to: Annotated[str, Form()] = "/",
) -> Response:  # fmt: skip
    runtime = runtime_of(request)
    try:
        with runtime.context(NOBODY, page_origin(request)) as ctx:
            _, token = open_session(ctx, authenticate(ctx, username, password))
    except TrimtabError as error:
        return page("sign_in.html", None, status=status_of(error), to=to, failure=error.message)
    answer = RedirectResponse(_inside(to), status_code=303)
    answer.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=runtime.settings.cookie_secure,
        max_age=runtime.settings.session_hours * 3600,
    )  # fmt: skip
    return answer


@router.post("/sign-out")
def sign_out(request: Request, visit: PageVisit) -> Response:
    close(visit.ctx, request.cookies[COOKIE])
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


def _inside(to: str) -> str:
    """Only paths of our own: never a way to another site."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
