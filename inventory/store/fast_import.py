"""Commits as a stream that `git fast-import` reads (git-fast-import(1)). Pure.

The same commits in the same order make the same stream, and so the same commit ids.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

UNSAFE = re.compile(rb"[^A-Za-z0-9_.-]|^[.-]")
DONE = b"done\n"
LONGEST = 120  # bytes of a file's or folder's name
UNFIT = re.compile(r"[<>\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a commit, or the change behind it, is from."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One change: files by path, None for one that goes away."""

    author: Person
    committer: Person
    at: datetime
    message: str
    files: Mapping[str, bytes | None]


def stream(commits: Iterable[Commit], *, branch: str, parent: str | None) -> Iterator[bytes]:
    """The commits on the branch, the first on top of `parent` (a commit id), if there is one.

    Several streams after one another end with `DONE`.
    """
    for commit in commits:
        when = f"{int(commit.at.timestamp())} +0000"
        yield f"commit {branch}\n".encode()
        yield f"author {_person(commit.author)} {when}\n".encode()
        yield f"committer {_person(commit.committer)} {when}\n".encode()
        yield _data(commit.message.encode())
        if parent is not None:
            yield f"from {parent}\n".encode()
            parent = None
        for path, plain in commit.files.items():
            if plain is None:
                yield f"D {path}\n".encode()
            else:
                yield f"M 100644 inline {path}\n".encode() + _data(plain)


def _data(plain: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(plain), plain)


def _person(person: Person) -> str:
    name, email = (UNFIT.sub("", one).strip() for one in (person.name, person.email))
    return f"{name or 'unknown'} <{email}>"


def safe_name(name: str) -> str:
    """A file's name whatever stands in it: other bytes as %XX, a long one cut with its hash."""
    raw = name.encode(errors="surrogateescape")
    made = UNSAFE.sub(lambda found: b"%%%02X" % found[0][0], raw).decode()
    if 0 < len(made) <= LONGEST:
        return made
    return f"{made[: LONGEST - 17]}%{hashlib.sha256(raw).hexdigest()[:16]}"
