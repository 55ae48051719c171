"""The embedded PostgreSQL and its supervisor."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from core import postgres
from core.errors import DatabaseUnavailable
from core.postgres import EmbeddedPostgres

ROOT = os.geteuid() == 0
NOBODY = "nobody"


@pytest.fixture(scope="module")
def home():
    """A folder that any user may enter; its cluster is set up once for this file."""
    place = Path(tempfile.mkdtemp(prefix="trimtab-embedded-"))
    place.chmod(0o755)
    yield place
    EmbeddedPostgres(place, NOBODY)._run("pg_ctl", "stop", "-D", f"{place}/postgres/data", "-m",
                                         "immediate")  # fmt: skip
    shutil.rmtree(place)


@pytest.fixture
def server(home):
    made = EmbeddedPostgres(home, NOBODY)
    yield made
    made.stop()


def query(url, statement):
    with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=3) as connection:
        return connection.execute(statement).fetchone()[0]


def keep(url, word):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def kept(url):
    return query(url, "SELECT array_agg(word) FROM kept")


def postmaster(server):
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


def test_it_starts_stops_and_starts_again_with_what_was_written(server):
    url = server.start()
    keep(url, "first")
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        query(url, "SELECT 1")
    assert "first" in kept(server.start())


def test_stopping_what_does_not_run_does_nothing(server):
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert not (server.data / "postmaster.pid").exists()


def test_it_asks_for_a_password_and_checks_its_pages(server):
    url = server.start()
    assert query(url, "SHOW data_checksums") == "on"
    assert query(url, "SHOW password_encryption") == "scram-sha-256"
    assert query(url, "SHOW listen_addresses") == "127.0.0.1"
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query(url.replace(password, "guessed"), "SELECT 1")


def test_only_its_owner_reads_the_password_and_the_data(server):
    server.start()
    assert (server.root / "password").stat().st_mode & 0o777 == 0o600
    assert server.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not ROOT, reason="only root hands the server over to another user")
def test_under_root_it_runs_as_the_unprivileged_user(server):
    server.start()
    process = postmaster(server)
    assert {process.username(), *(child.username() for child in process.children())} == {NOBODY}
    assert server.data.owner() == NOBODY


def test_a_killed_server_starts_again_with_every_committed_row(server):
    url = server.start()
    keep(url, "committed")
    with closing(psycopg.connect(url.replace("+psycopg", ""))) as open_one:
        open_one.execute("INSERT INTO kept VALUES ('never committed')")
        postmaster(server).send_signal(signal.SIGKILL)
        again = server.start()
    assert again == url  # on the port that open engines know
    assert "committed" in kept(again)
    assert "never committed" not in kept(again)


def test_a_server_whose_starter_was_killed_is_found_again(home, server):
    forgotten = EmbeddedPostgres(home, NOBODY)
    url = forgotten.start()
    before = postmaster(forgotten).pid
    forgotten._users.close()  # what the end of a killed process does
    assert (server.start(), postmaster(server).pid) == (url, before)


def test_whoever_leaves_last_stops_it(home, server):
    first, second = server, EmbeddedPostgres(home, NOBODY)
    url = first.start()
    assert second.start() == url
    first.stop()
    assert query(url, "SELECT 1") == 1
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        query(url, "SELECT 1")


def test_a_lock_file_of_a_process_that_is_gone_is_no_hindrance(server):
    server.start()
    server.stop()
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    foreign_lock(server, gone.pid)
    assert query(server.start(), "SELECT 1") == 1


def test_a_lock_file_of_a_process_that_nobody_took_note_of_is_no_hindrance(server):
    server.start()
    server.stop()
    zombie = subprocess.Popen(["/bin/true"], user=NOBODY if ROOT else None)
    while psutil.Process(zombie.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    foreign_lock(server, zombie.pid)
    assert query(server.start(), "SELECT 1") == 1
    zombie.wait()


def test_a_lock_file_with_the_number_of_another_program_is_no_hindrance(server):
    server.start()
    server.stop()
    user = NOBODY if ROOT else None
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", user=user) as other:
        foreign_lock(server, other.pid)
        began = time.monotonic()
        assert query(server.start(), "SELECT 1") == 1
        other.kill()
    assert time.monotonic() - began < postgres.START_SECONDS / 2


def foreign_lock(server, pid):
    lock = server.data / "postmaster.pid"
    lock.write_text(f"{pid}\n{server.data}\n0\n1\n\n127.0.0.1\n")
    if ROOT:
        shutil.chown(lock, NOBODY)


def test_a_port_that_another_program_took_is_left_to_it(server):
    server.start()
    server.stop()
    with postgres.socket.create_server(("127.0.0.1", int((server.root / "port").read_text()))):
        url = server.start()
        assert query(url, "SELECT 1") == 1


def test_the_number_in_a_torn_lock_file_is_left_to_postgresql(server):
    server.start()
    server.stop()
    (server.data / "postmaster.pid").touch()
    server._drop_foreign_lock()
    assert (server.data / "postmaster.pid").exists()
    (server.data / "postmaster.pid").unlink()


def test_a_server_that_cannot_start_tells_the_end_of_its_log(server, monkeypatch):
    server.start()
    server.stop()
    monkeypatch.setattr(postgres, "START_SECONDS", 0.0)
    settings = server.data / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(before + "\nno_such_setting = 1\n")
    try:
        with pytest.raises(DatabaseUnavailable, match=r"(?s)did not start.*no_such_setting"):
            server.start()
    finally:
        settings.write_text(before)


def test_a_server_that_still_shuts_down_keeps_its_port_for_the_next_one(tmp_path):
    made = EmbeddedPostgres(tmp_path, NOBODY)
    made.data.mkdir(parents=True)
    with postgres.socket.create_server(("127.0.0.1", 0)) as ending:
        held = ending.getsockname()[1]
        (made.root / "port").write_text(str(held))
        (made.data / "postmaster.pid").write_text("1")
        assert made._port() == held
