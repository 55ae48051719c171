"""Failures as pages: a person reads what went wrong and what to do."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.access import NotSignedIn
from api.errors import status_of
from api.web.render import page
from core.errors import TrimtabError


def install(app: FastAPI) -> None:
    app.add_exception_handler(TrimtabError, refused)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, malformed)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, http)  # type: ignore[arg-type]


def refused(request: Request, error: TrimtabError) -> Response:
    """A refusal with its reason; who is not signed in goes to the sign-in page."""
    if isinstance(error, NotSignedIn):
        return RedirectResponse(f"/sign-in?to={quote(request.url.path)}", status_code=303)
    return page("error.html", None, status=status_of(error), title=error.message, code=error.code)


def malformed(_request: Request, error: RequestValidationError) -> Response:
    told = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return page("error.html", None, status=HTTPStatus.UNPROCESSABLE_ENTITY, title=told,
                code="invalid_input")  # fmt: skip


def http(_request: Request, error: HTTPException) -> Response:
    return page("error.html", None, status=error.status_code, title=str(error.detail), code="http")
