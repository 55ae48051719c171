"""Read what a server outside answers, as long and as much as is due, whatever it sends."""

import time

import requests

PIECE = 4096


class Endless(requests.RequestException):
    """An answer of more bytes or seconds than it may have."""


def body_of(answer: requests.Response, *, most: int, until: float) -> bytes:
    """The body of an answer that was asked for with `stream=True`.

    Raises Endless for one of more than `most` bytes, or that is not over by `until`, in seconds of
    the monotonic clock; any RequestException where the connection fails.
    """
    body = b""
    for piece in answer.iter_content(PIECE):
        body += piece
        if len(body) > most or time.monotonic() > until:
            raise Endless("it does not end its answer")
    return body
