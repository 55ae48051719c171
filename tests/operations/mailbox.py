"""A server that notifiers send to."""

import json
from contextlib import contextmanager

from pydantic import SecretStr

from tests.http_server import Door, answering


class _Slot(Door):
    def post(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        refused = self.server.refuses(self.path)
        self.server.tried.append(self.path)
        if not refused:
            self.server.got.append((told["title"], told["message"]))
        self.send_response(500 if refused else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def opened():
    """What it `got`, as title and message; the paths that were `tried`; what it `refuses`."""
    with answering(_Slot, got=[], tried=[], refuses=lambda _path: False) as server:
        server.address = SecretStr(f"json://127.0.0.1:{server.server_port}/")
        yield server
