"""Failures as pages: what went wrong, what to do, what was typed, and the way back."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.access import NotSignedIn, visit_of, web_session
from api.errors import TAKEN, status_of
from api.web.render import page
from core.errors import TrimtabError

HEADINGS: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "Not permitted",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.CONFLICT: "Not possible any more",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something is missing or wrong",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Trimtab failed here",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not possible at the moment",
}
UNSAID = {"csrf_token", "digest", "password", "to"}
"""Fields that were not typed, or that no page repeats."""

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    app.add_exception_handler(TrimtabError, refused)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, malformed)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, http)  # type: ignore[arg-type]
    app.add_exception_handler(DataError, unstorable)  # type: ignore[arg-type]
    app.add_exception_handler(IntegrityError, taken)  # type: ignore[arg-type]
    app.add_exception_handler(OperationalError, no_database)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, defect)


async def refused(request: Request, error: TrimtabError) -> Response:
    """A refusal with its reason; who is not signed in goes to the sign-in page and then back."""
    if isinstance(error, NotSignedIn):
        return RedirectResponse(f"/sign-in?to={quote(_wanted(request))}", status_code=303)
    return await _told(request, status_of(error), error.message, code=error.code)


async def malformed(request: Request, error: RequestValidationError) -> Response:
    told = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return await _told(request, HTTPStatus.UNPROCESSABLE_ENTITY, told, code="invalid_input")


async def unstorable(request: Request, error: DataError) -> Response:
    told = f"A value is wrong: {str(error.orig).partition(chr(10))[0]}."
    return await _told(request, HTTPStatus.UNPROCESSABLE_ENTITY, told, code="invalid_input")


async def taken(request: Request, _error: IntegrityError) -> Response:
    return await _told(request, HTTPStatus.CONFLICT, TAKEN, code="conflict")


async def http(request: Request, error: HTTPException) -> Response:
    told = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        told = f"There is no page {request.url.path}."
    return await _told(request, error.status_code, told, code="http")


async def no_database(request: Request, error: OperationalError) -> Response:
    log.error("no database at %s %s: %s", request.method, request.url.path, error.orig)
    told = "The database does not answer at the moment; try again shortly."
    return _page(request, HTTPStatus.SERVICE_UNAVAILABLE, told, code="database_unavailable")


async def defect(request: Request, error: Exception) -> Response:
    """A defect of ours: logged with its trace, told without it."""
    number = getattr(request.state, "request_id", "")
    log.error("defect at %s %s", request.method, request.url.path, exc_info=error)
    told = f"The log of Trimtab holds the cause; tell your administrator the request {number}."
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, told, code="defect")


async def _told(request: Request, status: int, told: str, *, code: str) -> Response:
    """The page with the menu of whoever is signed in, and with what a form held."""
    form = await request.form() if request.method == "POST" else {}
    typed = {
        name: text
        for name, text in form.items()
        if name not in UNSAID and text and isinstance(text, str)  # a file is no text that was typed
    }
    return await run_in_threadpool(_signed_in, request, status, told, code, typed)


def _signed_in(
    request: Request, status: int, told: str, code: str, typed: Mapping[str, object]
) -> Response:
    session = web_session(request)
    if session is None:
        return _page(request, status, told, code=code)
    with visit_of(request, session) as visit:
        return page(
            "error.html", visit, status=status, heading=_heading(status), told=told, code=code,
            typed=typed, back=_back(request),
        )  # fmt: skip


def _page(request: Request, status: int, told: str, *, code: str) -> Response:
    """The page without a menu, for which no database is needed."""
    return page(
        "error.html", None, status=status, heading=_heading(status), told=told, code=code,
        typed={}, back=_back(request),
    )  # fmt: skip


def _heading(status: int) -> str:
    return HEADINGS.get(status, "This is not possible")


def _back(request: Request) -> str:
    """The page of ours that led here, or nothing."""
    came = urlsplit(request.headers.get("referer", ""))
    return came._replace(scheme="", netloc="").geturl() if came.netloc == request.url.netloc else ""


def _wanted(request: Request) -> str:
    """Where to go after signing in; a form was lost with its session, its page was not."""
    if request.method != "GET":
        return _back(request) or "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
