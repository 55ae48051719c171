"""The pages: plain links and forms, rendered on the server; each calls one function."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from api.web import (
    audit_heads,
    audit_list,
    audit_record,
    baselines,
    calendar,
    catalogue,
    change,
    changes,
    compliance,
    configurations,
    discovery,
    drift,
    emergencies,
    execution,
    failures,
    govern,
    history,
    imports,
    network,
    noise,
    operate,
    packs,
    questions,
    queues,
    restoring,
    risk,
    rollouts,
    saved_questions,
    scans,
    search,
    sign_in,
    sites,
    upgrading,
    upkeep,
    work,
)
from api.web.manifest import ADDRESS, STATIC, read_manifest
from api.web.static_files import BuiltFiles

ROOMS = (
    sign_in, search, network, sites, configurations, history, discovery, imports, baselines, drift,
    rollouts, scans, compliance, noise, changes, change, execution, catalogue, calendar, operate,
    audit_list, audit_record, audit_heads, govern, risk, emergencies,
    upkeep, work, restoring, upgrading, queues, saved_questions, questions, packs,
)  # fmt: skip

WITHOUT_PAGES = """\
This Trimtab was built without pages; REST answers below /api/v1.
For the pages install the released wheel, or build again where npm reaches its registry.
"""


def install(app: FastAPI) -> None:
    """Serve the pages, their files, and failures as pages; a build without them says so."""
    if read_manifest() is None:
        app.get("/{path:path}", include_in_schema=False)(without_pages)
        return
    app.mount(ADDRESS, BuiltFiles(directory=STATIC), name="static")
    failures.install(app)
    for room in ROOMS:
        app.include_router(room.router)


def without_pages(path: str) -> PlainTextResponse:  # noqa: ARG001 - the same for every path
    return PlainTextResponse(WITHOUT_PAGES, status_code=404)
