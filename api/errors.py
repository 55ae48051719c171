"""Errors as RFC 9457 problem+json. The one table from codes to HTTP status."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException

from core.errors import TrimtabError

PROBLEM = "application/problem+json"

STATUS: Mapping[str, HTTPStatus] = {
    "sign_in_refused": HTTPStatus.UNAUTHORIZED,
    "token_refused": HTTPStatus.UNAUTHORIZED,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "throttled": HTTPStatus.TOO_MANY_REQUESTS,
    "not_permitted": HTTPStatus.FORBIDDEN,
    "range_not_allowed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "not_sealed": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    # what the caller sent
    "invalid_input": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_platform": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_driver": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not_text": HTTPStatus.UNPROCESSABLE_ENTITY,
    # what lies beyond: devices, messages, secrets, the database
    "device_error": HTTPStatus.BAD_GATEWAY,
    "device_timeout": HTTPStatus.GATEWAY_TIMEOUT,
    "notification_failed": HTTPStatus.BAD_GATEWAY,
    "anchor_failed": HTTPStatus.BAD_GATEWAY,
    "witness_refused": HTTPStatus.CONFLICT,
    "ansible_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "git_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "judge_lost": HTTPStatus.SERVICE_UNAVAILABLE,
    "secret_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "database_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    # what an administrator of this installation puts right
    "settings": HTTPStatus.INTERNAL_SERVER_ERROR,
    "collector_defect": HTTPStatus.INTERNAL_SERVER_ERROR,
    "role_refused": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unrecorded_write": HTTPStatus.INTERNAL_SERVER_ERROR,
    "answer_altered": HTTPStatus.INTERNAL_SERVER_ERROR,
    "log_broken": HTTPStatus.INTERNAL_SERVER_ERROR,
    "log_key_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "archive_unreadable": HTTPStatus.SERVICE_UNAVAILABLE,
    "playbook_broken": HTTPStatus.INTERNAL_SERVER_ERROR,
    "plugin_broken": HTTPStatus.INTERNAL_SERVER_ERROR,
    "platform_broken": HTTPStatus.INTERNAL_SERVER_ERROR,
    "rule_pack_broken": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""By code; an error without a line of its own has that of its family."""

TAKEN = "Somebody wrote the same at this very moment. Look at what is there and try again."

log = logging.getLogger(__name__)


def status_of(error: TrimtabError) -> HTTPStatus:
    """The status of an error's code, or of its family; one without either is a defect of ours."""
    for family in type(error).__mro__:
        code = getattr(family, "code", "")
        if code in STATUS:
            return STATUS[code]
    return HTTPStatus.INTERNAL_SERVER_ERROR


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


def rest_unstorable(_request: Request, error: DataError) -> Response:
    """A value that PostgreSQL has no room for: too large a number, a NUL character."""
    told = str(error.orig).partition("\n")[0]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input", f"A value is wrong: {told}.")


def rest_taken(_request: Request, error: IntegrityError) -> Response:
    """Two requests wrote the same at once; the database let one through."""
    log.info("refused by the database: %s", error.orig)
    return problem(HTTPStatus.CONFLICT, "conflict", TAKEN)


def rest_no_database(request: Request, error: OperationalError) -> Response:
    log.error("no database at %s %s: %s", request.method, request.url.path, error.orig)
    answer = problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database_unavailable",
        "The database does not answer at the moment; try again shortly.",
    )
    answer.headers["Retry-After"] = "5"
    return answer


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
    app.add_exception_handler(DataError, rest_unstorable)  # type: ignore[arg-type]
    app.add_exception_handler(IntegrityError, rest_taken)  # type: ignore[arg-type]
    app.add_exception_handler(OperationalError, rest_no_database)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, rest_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, rest_defect)
