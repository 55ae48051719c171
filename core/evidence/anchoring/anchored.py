"""Read back the heads that were laid down in a file outside the database. Writes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import InvalidInput
from core.evidence.breaks import Broken, Point
from core.evidence.documents import SignedHead, read_head
from core.evidence.models import Key
from core.evidence.statements import is_signed

SHOWN = 20
"""Faults of a file that are told one by one."""


def laid_down(file: Path, keys: Sequence[Key]) -> tuple[list[Point], list[Broken]]:
    """The file's heads that this log's keys signed, and what is wrong with the others.

    Raises InvalidInput when the file cannot be read. Heads of other logs are left out: several may
    share a file.
    """
    points, broken, public = list[Point](), list[Broken](), {key.id: key.public_key for key in keys}
    for number, signed in _read(file):
        told = signed.statement if signed else None
        if told and keys and told.log != keys[0].id:
            continue
        if signed and told and _is_ours(signed, public):
            points.append(Point(size=told.size, root=told.root, source=f"{file}:{number}"))
        elif len(broken) < SHOWN:
            what = f"{file}:{number} is no head that a key of this log signed"
            broken.append(Broken(kind="wrong_signature", what=what))
    return points, broken


def _is_ours(signed: SignedHead, public: dict[str, bytes]) -> bool:
    key = public.get(signed.statement.key_id, b"")
    return is_signed(signed.statement.canonical, signed.signature, key)


def _read(file: Path) -> Iterator[tuple[int, SignedHead | None]]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InvalidInput(f"The anchors in {file} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        try:
            yield number, read_head(line)
        except InvalidInput:
            yield number, None
