"""Heads laid down in a file that is only ever appended to. Knows no database."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.errors import InvalidInput
from core.evidence.documents import SignedHead, read_head
from core.evidence.errors import AnchorFailed
from core.evidence.nodes import LogBroken
from core.evidence.statements import HeadStatement

TAIL = 4096


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A file, best on another mount and append-only there."""

    pause: ClassVar[float] = 0.0

    path: Path

    @property
    def name(self) -> str:
        return f"file:{self.path}"

    def lay_down(self, line: str) -> str:
        try:
            self._require_older(read_head(line).statement)
            with self.path.open("ab") as file:
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                return f"byte {file.tell()}"
        except OSError as error:
            raise AnchorFailed(
                f"The file {self.path} takes no head of the audit log: {error.strerror}. Check the "
                "mount, or TRIMTAB_AUDIT_ANCHOR_FILE."
            ) from error

    def _require_older(self, head: HeadStatement) -> None:
        last = self._last()
        if last is None or last.statement.log != head.log:
            return
        larger = last.statement.size > head.size
        if larger or (last.statement.size == head.size and last.statement.root != head.root):
            raise LogBroken(
                f"{self.path} holds a signed head of {last.statement.size} records, and the audit "
                f"log's newest is another one of {head.size}: the log was cut off or rewritten."
            )

    def _last(self) -> SignedHead | None:
        """The file's last line; None for a new file, or where the line is none of ours."""
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - TAIL))
            lines = file.read().splitlines() or [b""]
        try:
            return read_head(lines[-1].decode(errors="replace"))
        except InvalidInput:
            return None
