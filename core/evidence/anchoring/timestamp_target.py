"""Have our heads dated by a timestamp authority (RFC 3161) over HTTP. Knows no database."""

import time
from dataclasses import dataclass
from typing import ClassVar

import requests

from core.evidence.anchoring.bounded import body_of
from core.evidence.anchoring.timestamps import TokenRefused, Trust, answered, request_for
from core.evidence.documents import read_head
from core.evidence.errors import AnchorFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampTarget:
    """An authority by its address; what it dates is the statement that the head's key signed."""

    SECONDS: ClassVar[float] = 10.0
    BYTES: ClassVar[int] = 1 << 18
    """A token with its certificates has some thousand."""

    url: str
    trust: Trust
    pause: float

    @property
    def name(self) -> str:
        return f"rfc3161:{self.url}"

    def lay_down(self, line: str) -> str:
        """The token as a receipt; AnchorFailed for everything that is none."""
        statement = read_head(line).statement.canonical
        request = request_for(statement)
        answer = self._asked(request.as_bytes())
        try:
            return answered(answer, statement, request=request, trust=self.trust).receipt
        except TokenRefused as error:
            raise AnchorFailed(
                f"The timestamp authority {self.url} did not date the head: {error.message}. Check "
                "TRIMTAB_AUDIT_TSA_URL, or ask those who run it."
            ) from error

    def _asked(self, request: bytes) -> bytes:
        """What the authority answers (RFC 3161, 3.4), bounded in time and size."""
        until = time.monotonic() + self.SECONDS
        try:
            with requests.post(
                self.url, data=request, timeout=self.SECONDS, stream=True, allow_redirects=False,
                headers={
                    "Content-Type": "application/timestamp-query",
                    "Accept": "application/timestamp-reply", "Accept-Encoding": "identity",
                },
            ) as answer:  # fmt: skip
                if answer.status_code != requests.codes.ok:
                    raise AnchorFailed(
                        f"The timestamp authority {self.url} refused ({answer.status_code}). Check "
                        "TRIMTAB_AUDIT_TSA_URL."
                    )
                return body_of(answer, most=self.BYTES, until=until)
        except requests.RequestException as error:
            raise AnchorFailed(
                f"The timestamp authority {self.url} does not answer: {error}. Check "
                "TRIMTAB_AUDIT_TSA_URL."
            ) from error
