"""Export the history of all configurations as a git repository. Reads the store, writes a folder.

One commit a change, in the order of the snapshots' numbers; secrets stay redacted. What was
exported up to which snapshot is kept in the repository itself, under `refs/trimtab/state`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput, TrimtabError
from inventory.models import Device, Site
from inventory.snapshot_models import Snapshot
from inventory.store import texts
from inventory.store.causes import Cause, Causes, unknown
from inventory.store.fast_import import DONE, Commit, Person, safe_name, stream

BRANCH = "refs/heads/main"
STATE = "refs/trimtab/state"
STATE_FILE = "state.json"
COLLECTOR = Person("Trimtab", "trimtab@trimtab.invalid")
ENDINGS = {"running": ".cfg", "startup": ".startup"}
BATCH = 200
NEVER = datetime.fromtimestamp(0, UTC)  # of the state before anything was exported
SETTLED = timedelta(minutes=1)  # younger snapshots may still have one before them come in


class GitUnavailable(TrimtabError):
    """git is not there, or does not do what it is told."""

    code = "git_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Up to which snapshot was exported, and under which name each device's files stand."""

    last: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export came to; `skipped` are snapshots whose text is not kept any more.

    `waiting` are those that are too young yet and come with the next export.
    """

    commits: int
    skipped: int
    waiting: int
    last: int
    head: str


def export(ctx: Context, folder: Path, *, causes: Causes = unknown) -> Exported:
    """Bring the bare repository in `folder` up to date with all that the person may read.

    Needs `snapshot.read`. Raises InvalidInput where something else stands there, GitUnavailable
    where git does not work. The same history gives the same commit ids.
    """
    ctx.require("snapshot.read")
    git = _Repository(folder)
    git.prepare()
    writing = _Writing(ctx=ctx, causes=causes, state=git.state())
    commits = 0
    for rows in _batches(ctx, writing.state.last):
        made = list(writing.commits(rows))
        git.take(made, writing.state, at=rows[-1].first_seen_at)
        commits += len(made)
    last = writing.state.last
    done = Exported(
        commits=commits, skipped=writing.skipped, waiting=_waiting(ctx, last), last=last,
        head=git.head() or "",
    )  # fmt: skip
    ctx.record(
        "snapshot.exported", Subject(type="export", id="git", label=str(folder)),
        commits=done.commits, skipped=done.skipped, last=done.last, head=done.head,
    )  # fmt: skip
    return done


@dataclass(slots=True, kw_only=True)
class _Writing:
    """Turns snapshots into commits and remembers how far it came."""

    ctx: Context
    causes: Causes
    state: State
    skipped: int = 0

    def commits(self, rows: Sequence[Snapshot]) -> Iterator[Commit]:
        """A commit for each device and moment among these snapshots."""
        kept = texts.kept_texts(self.ctx, {one.digest for one in rows})
        told = self.causes(self.ctx, [one.id for one in rows])
        for _, group in groupby(rows, key=lambda one: (one.device_id, one.first_seen_at)):
            members = list(group)
            files = {_path(one): kept[one.digest].encode() for one in members if one.digest in kept}
            self.skipped += len(members) - sum(one.digest in kept for one in members)
            renamed = self._gone(members[0].device)
            self.state = replace(self.state, last=members[-1].id)
            if files:
                yield _commit(members, renamed | files, told)

    def _gone(self, device: Device) -> dict[str, bytes | None]:
        """The files of a device that had another name or site before."""
        now, key = _name(device), str(device.id)
        before = self.state.names.get(key, now)
        self.state = replace(self.state, names={**self.state.names, key: now})
        return {} if before == now else {f"{before}{one}": None for one in ENDINGS.values()}


def _commit(
    members: Sequence[Snapshot], files: Mapping[str, bytes | None], told: Mapping[int, Cause]
) -> Commit:
    first = members[0]
    cause = next((told[one.id] for one in members if one.id in told), None)
    what = " and ".join(one.source for one in members)
    subject = f"{_line(first.device.hostname)}: {what} changed"
    trailers = [f"Snapshot: {one.id}" for one in members]
    if cause is not None:
        subject = f"{_line(first.device.hostname)}: C{cause.change_id} {_line(cause.title)}"
        trailers.append(f"Change: C{cause.change_id}")
        trailers += (f"Approved-by: {_line(one.name)}" for one in cause.approved_by)
    return Commit(
        author=cause.requested_by if cause else COLLECTOR, committer=COLLECTOR,
        at=first.first_seen_at, files=files,
        message=f"{subject}\n\n" + "\n".join(trailers) + "\n",
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())


def _name(device: Device) -> str:
    return f"{safe_name(device.site.code)}/{safe_name(device.hostname)}"


def _path(snapshot: Snapshot) -> str:
    return _name(snapshot.device) + ENDINGS[snapshot.source]


def _readable(ctx: Context, last: int) -> Select[Snapshot]:
    """The trusted snapshots after the last one exported that the person may read."""
    return (
        select(Snapshot)
        .join(Device, Device.id == Snapshot.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Snapshot.id > last, Snapshot.trusted)
        .where(Device.owned_by(ctx.units("snapshot.read")))
    )


def _waiting(ctx: Context, last: int) -> int:
    """How many of them are left for the next export."""
    left = _readable(ctx, last).with_only_columns(func.count(Snapshot.id))
    return ctx.session.scalar(left) or 0


def _batches(ctx: Context, last: int) -> Iterator[Sequence[Snapshot]]:
    """What there is to export, in its order; no moment is torn apart."""
    while True:
        rows = ctx.session.scalars(
            _readable(ctx, last)
            .where(Snapshot.first_seen_at <= ctx.now() - SETTLED)
            .options(joinedload(Snapshot.device).joinedload(Device.site))
            .order_by(Snapshot.id)
            .limit(BATCH + 1)
        ).all()
        batch = rows[:BATCH]
        while len(rows) > BATCH and _together(batch[-1], rows[len(batch)]):
            batch = batch[:-1]
        if not batch:
            return
        last = batch[-1].id
        yield batch


def _together(one: Snapshot, other: Snapshot) -> bool:
    return (one.device_id, one.first_seen_at) == (other.device_id, other.first_seen_at)


class _Repository:
    """A bare repository of our own, driven through the program git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = shutil.which("git") or ""
        if not self.program:
            raise GitUnavailable("The program git is not there. Install git (2.20 or newer).")

    def prepare(self) -> None:
        """Make the repository, or see that it is one of an earlier export."""
        if self.folder.exists() and any(self.folder.iterdir()):
            if self._ask("rev-parse", "--verify", "--quiet", STATE) is None:
                raise InvalidInput(
                    f"{self.folder} holds something else than an earlier export. Give an empty "
                    "folder, or one that is not there."
                )
            return
        self._do("init", "--quiet", "--bare", str(self.folder))
        self._do("symbolic-ref", "HEAD", BRANCH)
        self.take([], State(), at=NEVER)

    def head(self) -> str | None:
        return self._ask("rev-parse", "--verify", "--quiet", BRANCH)

    def state(self) -> State:
        told = self._ask("cat-file", "blob", f"{STATE}:{STATE_FILE}")
        return State(**json.loads(told)) if told else State()

    def take(self, commits: Sequence[Commit], state: State, *, at: datetime) -> None:
        """Commit these and the state after them; git moves both references at the end."""
        told = json.dumps({"last": state.last, "names": state.names}, sort_keys=True)
        note = Commit(
            author=COLLECTOR, committer=COLLECTOR, at=at, message="state of the export\n",
            files={STATE_FILE: told.encode()},
        )  # fmt: skip
        parts = [
            *stream(commits, branch=BRANCH, parent=self.head()),
            *stream([note], branch=STATE, parent=None),
            DONE,
        ]
        self._do("fast-import", "--quiet", "--done", "--force", stdin=b"".join(parts))

    def _ask(self, *words: str) -> str | None:
        done = self._run(words, b"")
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def _do(self, *words: str, stdin: bytes = b"") -> None:
        done = self._run(words, stdin)
        if done.returncode != 0:
            told = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise GitUnavailable(f"git {words[0]} failed in {self.folder}: {told[0]}")

    def _run(self, words: Sequence[str], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        """Run git with the repository's own configuration only: the result is the same anywhere."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        quiet = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        at = [] if words[0] == "init" else ["--git-dir", str(self.folder)]
        return subprocess.run(
            [self.program, *at, *words], input=stdin, capture_output=True, check=False,
            env=own | quiet,
        )  # fmt: skip
