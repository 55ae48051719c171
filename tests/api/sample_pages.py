"""The sample pages over HTTP on this machine, with the real style sheet and scripts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from api.web import menu
from api.web.manifest import ADDRESS, STATIC
from api.web.render import environment
from api.web.static_files import BuiltFiles
from tests.api.samples.pages import PAGES


def _sample(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in PAGES:
        return PlainTextResponse("", status_code=204)  # what a page asks for again
    template, values = PAGES[name]
    groups = () if template == "sign_in.html" else menu.menu_for(lambda _: True)
    return HTMLResponse(
        environment().get_template(template).render(
            menu=groups, may=lambda _: True, username="ines", csrf_token="t0ken", **values
        )
    )  # fmt: skip


@contextmanager
def served() -> Iterator[str]:
    """The address below which each sample stands by its name, while the body runs."""
    app = Starlette(
        routes=[
            Mount(ADDRESS, BuiltFiles(directory=STATIC)),
            Route("/{name:path}", _sample, methods=["GET"]),
        ]
    )
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
