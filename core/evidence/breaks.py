"""What can be wrong with the log, and what it means. Plain values."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["altered", "missing", "reordered", "forked", "wrong_signature", "unsealed"]

MEANINGS: dict[Kind, str] = {
    "altered": "A record, or a row that proves it, is not what was sealed.",
    "missing": "What was sealed is not there any more.",
    "reordered": "Records are as they were sealed, but not in their places.",
    "forked": "Two signed heads contradict each other: the log has two pasts.",
    "wrong_signature": "A head or a key was not signed by the key that was to sign it.",
    "unsealed": "Records, or leaves, that no signed head covers although they are old enough.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One break: the record by its number and its position, as far as it can be told."""

    kind: Kind
    what: str
    id: int | None = None
    position: int | None = None

    @property
    def told(self) -> str:
        """The break on one line."""
        where = [f"record {self.id}" if self.id is not None else ""]
        where += [f"position {self.position}" if self.position is not None else ""]
        return f"{self.kind}: {', '.join(filter(None, [*where, self.what]))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A tree of which the root is known: by a head, by an anchor, or verified before."""

    size: int
    root: bytes
    source: str = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at: `records` in all, of which the first `size` are sealed under `root`.

    `since` of them were taken as verified before, `archived` of them read from files. At most
    `MOST` breaks are told, in the order of their positions; heads and keys come last.
    """

    records: int
    size: int
    root: bytes
    unsealed: int
    since: int
    broken: tuple[Broken, ...]
    archived: int = 0

    @property
    def ok(self) -> bool:
        return not self.broken


MOST = 1000
