"""Errors as RFC 9457 problem+json. The one table from codes to HTTP status."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from core.errors import TrimtabError

PROBLEM = "application/problem+json"

STATUS: Mapping[str, HTTPStatus] = {
    "sign_in_refused": HTTPStatus.UNAUTHORIZED,
    "token_refused": HTTPStatus.UNAUTHORIZED,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "throttled": HTTPStatus.TOO_MANY_REQUESTS,
    "not_permitted": HTTPStatus.FORBIDDEN,
    "own_change": HTTPStatus.FORBIDDEN,
    "forged_request": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "stale_digest": HTTPStatus.CONFLICT,
    "already_decided": HTTPStatus.CONFLICT,
    "pre_state_changed": HTTPStatus.CONFLICT,
    "device_busy": HTTPStatus.CONFLICT,
    "wrong_state": HTTPStatus.CONFLICT,
    "database_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "unrecorded_write": HTTPStatus.INTERNAL_SERVER_ERROR,
}

log = logging.getLogger(__name__)


def status_of(error: TrimtabError) -> HTTPStatus:
    """The status of an error's code, or of its family; anything else is the caller's mistake."""
    for family in type(error).__mro__:
        code = getattr(family, "code", "")
        if code in STATUS:
            return STATUS[code]
    return HTTPStatus.UNPROCESSABLE_ENTITY


def problem(
    status: int, code: str, detail: str, facts: Mapping[str, object] | None = None
) -> JSONResponse:
    """A problem document; `code` is the stable name that clients may switch on."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return JSONResponse(
        body | {"facts": dict(facts)} if facts else body, status_code=status, media_type=PROBLEM
    )


def rest_error(_request: Request, error: TrimtabError) -> Response:
    return problem(status_of(error), error.code, error.message, error.facts)


def rest_invalid(_request: Request, error: RequestValidationError) -> Response:
    faults = [
        {"where": ".".join(str(part) for part in fault["loc"]), "what": fault["msg"]}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input", detail, {"faults": faults})


def rest_http(_request: Request, error: HTTPException) -> Response:
    return problem(error.status_code, "http", str(error.detail))


def rest_defect(request: Request, error: Exception) -> Response:
    """A defect of ours: logged with its trace, told without it."""
    log.error("defect at %s %s", request.method, request.url.path, exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "defect",
        "Trimtab failed here; its log holds the cause under this request's id.",
        {"request_id": getattr(request.state, "request_id", None)},
    )


def install(app: FastAPI) -> None:
    """Answer every failure of this application as a problem document."""
    app.add_exception_handler(TrimtabError, rest_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, rest_invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, rest_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, rest_defect)
