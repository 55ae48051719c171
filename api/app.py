"""Puts the web application together: REST below /api/v1, pages at /. Holds no business rule."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from uuid import uuid4

from fastapi import Depends, FastAPI, Request, Response

from api import errors, feed, rest, web
from api.shapes import refuse_unknown_parameters
from core.runtime import Runtime

REST_PREFIX = "/api/v1"

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def create_app(runtime: Runtime) -> FastAPI:
    """The whole application; REST and pages answer errors each in their own way."""
    app = FastAPI(title="Trimtab", version=version("trimtab"), docs_url=None, redoc_url=None,
                  openapi_url=None)  # fmt: skip
    app.middleware("http")(identify_and_protect)
    app.mount(REST_PREFIX, rest_app(runtime))
    app.state.runtime = runtime
    app.include_router(feed.router)
    web.install(app)
    return app


def rest_app(runtime: Runtime) -> FastAPI:
    app = FastAPI(
        title="Trimtab",
        version=version("trimtab"),
        description="Drift, changes and evidence. Errors are application/problem+json.",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_unknown_parameters)],
    )
    app.state.runtime = runtime
    errors.install(app)
    for router in rest.routers():
        app.include_router(router)
    return app


async def identify_and_protect(
    request: Request, answer: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Give the request an id, and every answer the headers of a closed house."""
    request.state.request_id = uuid4().hex
    response = await answer(request)
    response.headers["X-Request-Id"] = request.state.request_id
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.url.path.startswith(REST_PREFIX):
        response.headers["Cache-Control"] = "no-store"
    return response
