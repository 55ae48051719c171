"""Have our heads countersigned by a second Trimtab, over REST. Keeps no transaction meanwhile."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import requests

from core.audit import Fact
from core.context import Context
from core.evidence.anchoring.bounded import body_of
from core.evidence.anchoring.countersignatures import Unsound, judged
from core.evidence.documents import key_document, read_head
from core.evidence.errors import AnchorFailed
from core.evidence.keys import chain
from core.evidence.nodes import LogBroken, asked
from core.evidence.statements import HeadStatement
from core.evidence.tree import consistency
from core.secrets import SecretUnavailable, read_secret

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class WitnessTarget:
    """The witness answers which of our heads it saw last; the proof goes on from there."""

    SECONDS: ClassVar[float] = 10.0
    BYTES: ClassVar[int] = 1 << 16
    pause: ClassVar[float] = 0.0

    ctx: Context
    url: str

    @property
    def name(self) -> str:
        return f"witness:{self.url}"

    def lay_down(self, line: str) -> str:
        """The countersignature as JSON; raises as every target does."""
        told = read_head(line).statement
        keys = [key_document(key) for key in chain(self.ctx.session)]
        token = self._token()
        self.ctx.commit()
        seen = self._seen(told.log, token)
        if seen > told.size:
            raise LogBroken(
                f"The witness {self.url} saw a head of {seen} records, and the audit log's newest "
                f"is of {told.size}: the log was cut off."
            )
        body: Mapping[str, Fact] = {
            "head": line, "keys": keys, "seen": seen, "proof": self._path(seen, told.size),
        }  # fmt: skip
        return self._sound(self._asked("POST", "/audit/witness", token, body), told)

    def _sound(self, answer: Mapping[str, Fact], head: HeadStatement) -> str:
        """The countersignature, which is kept for ever: AnchorFailed unless it is one."""
        receipt = str(answer.get("countersignature"))
        named = self.ctx.settings.audit_witness_key
        told = judged(receipt, log=head.log, size=head.size, named=named)
        what = told.what if isinstance(told, Unsound) else "is for another root"
        if isinstance(told, Unsound) or told.root != head.root:
            raise AnchorFailed(
                f"The countersignature of the witness {self.url} {what}; it is not kept. Ask its "
                "people, or correct TRIMTAB_AUDIT_WITNESS_KEY."
            )
        return receipt

    def _seen(self, log: str, token: str) -> int:
        """The size of our head that the witness saw last; 0 for none."""
        answer = self._asked("GET", f"/audit/witness/{log}", token)
        try:
            return int(str(answer.get("size")))
        except ValueError as error:
            raise AnchorFailed(
                f"The witness {self.url} does not say which head it saw last. Check "
                "TRIMTAB_AUDIT_WITNESS_URL."
            ) from error

    def _token(self) -> str:
        reference = self.ctx.settings.audit_witness_token
        if not reference:
            raise AnchorFailed("Set TRIMTAB_AUDIT_WITNESS_TOKEN for the witness.")
        try:
            return read_secret(self.ctx, reference).strip()
        except SecretUnavailable as error:
            raise AnchorFailed(f"The witness's token cannot be had: {error.message}") from error

    def _path(self, seen: int, size: int) -> list[str]:
        if not 0 < seen < size:
            return []
        path = asked(self.ctx.session, lambda nodes: consistency(seen, size, nodes))
        self.ctx.commit()
        return [step.hex() for step in path]

    def _asked(
        self, method: str, path: str, token: str, body: Mapping[str, Fact] | None = None
    ) -> Mapping[str, Fact]:
        """The answer's members, or AnchorFailed; LogBroken where the witness saw another past."""
        until = time.monotonic() + self.SECONDS
        try:
            with requests.request(
                method, f"{self.url}/api/v1{path}", json=body, timeout=self.SECONDS,
                headers={"Authorization": f"Bearer {token}"}, allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                told = json.loads(body_of(answer, most=self.BYTES, until=until))
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise AnchorFailed(
                f"The witness {self.url} does not answer: {error}. Check TRIMTAB_AUDIT_WITNESS_URL."
            ) from error
        if not isinstance(told, dict):
            raise AnchorFailed(
                f"{self.url} answers as no Trimtab: check TRIMTAB_AUDIT_WITNESS_URL."
            )
        if answer.status_code == CONFLICT:
            raise LogBroken(f"The witness {self.url} does not countersign: {told.get('detail')}")
        if not answer.ok:
            raise AnchorFailed(
                f"The witness {self.url} refused ({answer.status_code}): {told.get('detail')}"
            )
        return dict(told)
