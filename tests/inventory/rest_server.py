"""A REST API of devices on loopback, paged as NetBox and Nautobot page; made for these tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.http_server import Door, answering


@dataclass
class Api:
    """What is asked of it, and what it answers: rows below /api/dcim/devices/."""

    rows: list[dict]
    page: int = 2
    elsewhere: str = ""  # where the next page is said to be
    status: int = 200
    url: str = ""
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)

    def answer(self, query):
        offset = int(query.get("offset", ["0"])[0])
        rest = offset + self.page < len(self.rows)
        following = f"{self.url}/api/dcim/devices/?limit={self.page}&offset={offset + self.page}"
        return {
            "count": len(self.rows), "previous": None,
            "next": self.elsewhere or (following if rest else None),
            "results": self.rows[offset : offset + self.page],
        }  # fmt: skip


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    class Handler(Door):
        def get(self):
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            api.asked.append((parts.path, query))
            api.tokens.add(self.headers.get("Authorization"))
            body = json.dumps(api.answer(query)).encode()
            self.send_response(api.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with answering(Handler) as server:
        api.url = server.url
        yield api
