"""Speak to another inventory's REST API: one server, GET only, bounded in bytes, pages, seconds."""

import time
from urllib.parse import urlsplit

import requests
from typing_extensions import override

from core.errors import InvalidInput
from inventory.candidates.imports.imported import SourceUnreadable

SECONDS = (10.0, 60.0)  # to connect, to wait for the next bytes
ANSWER_BYTES = 50_000_000
MOST_REQUESTS = 2_000
WHOLE_SECONDS = 1_800.0
PAGE = 200


class BoundedSession(requests.Session):
    """Sends the token to the server it was given for and to no other, whatever that one says."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._origin = origin_of(url)
        self._left = MOST_REQUESTS
        self._until = time.monotonic() + WHOLE_SECONDS
        self.auth = lambda request: request  # or a .netrc of this account would take its place

    @override
    def send(self, request: requests.PreparedRequest, **kwargs: object) -> requests.Response:
        url, self._left = request.url or "", self._left - 1
        if request.method != "GET" or origin_of(url) != self._origin:
            raise SourceUnreadable(
                f"{self._origin} leads to another server; the token was not sent there."
            )
        if self._left < 0 or time.monotonic() > self._until:
            raise SourceUnreadable(f"{self._origin} has no end of pages.")
        told = kwargs | {"timeout": SECONDS, "allow_redirects": False, "stream": True}
        try:
            answer = super().send(request, **told)  # type: ignore[arg-type]
            answer._content = self._read(answer)  # noqa: SLF001 - what requests itself would read
        except requests.RequestException as error:
            raise SourceUnreadable(
                f"{self._origin} cannot be read: {type(error).__name__}."
            ) from error
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        body = bytearray()
        for piece in answer.iter_content(65_536):
            body += piece
            if len(body) > ANSWER_BYTES or time.monotonic() > self._until:
                raise SourceUnreadable(f"{self._origin} answers with more than an inventory.")
        return bytes(body)


def origin_of(url: str) -> str:
    """The server of a web address, or InvalidInput."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise InvalidInput("That is no web address, or holds a login.", field="url")
    return f"{parts.scheme}://{parts.netloc}".lower()
