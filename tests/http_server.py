"""A small HTTP server of a test's own on loopback."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Door(BaseHTTPRequestHandler):
    """Answers one request by `get` or `post`; `self.server` has what the test gave and asks for."""

    def do_GET(self):
        self.get()

    def do_POST(self):
        self.post()

    def log_message(self, *_):
        """Say nothing on the terminal."""


@contextmanager
def answering(door, **held):
    """The server while it is in use, with these attributes and its `url`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), door) as server:
        server.url = f"http://127.0.0.1:{server.server_port}"
        for name, value in held.items():
            setattr(server, name, value)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
