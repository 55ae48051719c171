"""The embedded server from elsewhere: by TLS, as a worker's role, and not otherwise."""

import secrets
import shutil
import socket
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from core import database_door
from core import startup_message as first
from core.certificates import AUTHORITY, door_context
from core.database import connect
from core.database_door import DatabaseDoor, wanted
from core.errors import DatabaseUnavailable, SettingsError
from core.postgres import EmbeddedPostgres, _free_port
from core.settings import Settings

HOST, ROLE, PASSWORD = "127.0.0.2", "trimtab_postgres_near", secrets.token_urlsafe(8)
SECONDS = 20


@pytest.fixture(scope="module")
def server():
    home = Path(tempfile.mkdtemp(prefix="trimtab-door-"))
    home.chmod(0o755)
    made = EmbeddedPostgres(home, "nobody")
    url = made.start().replace("+psycopg", "")
    with psycopg.connect(url) as owner:
        owner.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
    yield made
    made.stop()
    shutil.rmtree(home)


@pytest.fixture
def settings(server):
    return Settings(home=server.home, database_listen_host=HOST, database_listen_port=_free_port())


@pytest.fixture
def door(settings, server):
    made = DatabaseDoor(settings, server)
    made.start()
    yield made
    made.stop()
    assert not made.alive


@pytest.fixture
def address(door, settings):  # noqa: ARG001 - it stands open
    """The address of a worker, with other parameters where a test wants them."""

    def address(**values):
        told = {
            "host": HOST, "port": settings.database_listen_port, "user": ROLE, "dbname": "postgres",
            "password": PASSWORD, "sslmode": "verify-full", "connect_timeout": 10,
            "sslrootcert": settings.home / AUTHORITY,
        }  # fmt: skip
        return " ".join(f"{key}={value}" for key, value in (told | values).items() if value != "")

    return address


def knock(settings, *said):
    """What the door answers to bytes, until it hangs up."""
    with socket.create_connection((HOST, settings.database_listen_port), timeout=SECONDS) as own:
        for one in said:
            own.sendall(one)
        heard = b""
        if said:
            own.shutdown(socket.SHUT_WR)
        while piece := own.recv(1000):
            heard += piece
    return heard


def test_a_workers_role_comes_in_encrypted_and_verified(address):
    with psycopg.connect(address()) as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.execute("SELECT session_user").fetchone() == (ROLE,)


def test_the_servers_own_words_come_through(address):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address(password="wrong"))


def test_the_owner_is_refused_with_the_right_password(address, server):
    password = (server.root / "password").read_text()
    with pytest.raises(psycopg.OperationalError, match="not for 'trimtab'"):
        psycopg.connect(address(user="trimtab", password=password))


@pytest.mark.parametrize(
    "values",
    [
        {"dbname": "template1"}, {"replication": "database"}, {"user": "trimtab_postgres_"},
        {"user": "nobody"}, {"user": "trimtab_other_near"}, {"dbname": ""} | {"user": "postgres"},
    ],
)  # fmt: skip
def test_nobody_else_is_let_in(address, values):
    with pytest.raises(psycopg.OperationalError, match="roles of `trimtab queue role`"):
        psycopg.connect(address(**values))


def test_without_tls_nobody_is_let_in_and_told_what_to_do(address):
    with pytest.raises(psycopg.OperationalError, match="TLS only: add sslmode=verify-full"):
        psycopg.connect(address(sslmode="disable"))


def test_large_things_pass_in_both_directions(address):
    with psycopg.connect(address()) as connection:
        word = "x" * 8_000_000
        assert connection.execute("SELECT %s::text", [word]).fetchone() == (word,)


def test_many_come_in_at_a_time(address):
    def ask(number):
        with psycopg.connect(address()) as connection:
            return connection.execute("SELECT %s::int, pg_sleep(0.1)", [number]).fetchone()[0]

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(ask, range(60))) == list(range(60))


def test_a_query_can_be_cancelled_from_outside(address):
    with psycopg.connect(address()) as connection:
        timer = threading.Timer(0.3, connection.cancel_safe)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(60)")
        timer.join()


def test_more_than_so_many_connections_are_refused(address, monkeypatch):
    monkeypatch.setattr(database_door, "MOST", 1)
    with psycopg.connect(address()), pytest.raises(psycopg.OperationalError, match="more than 1"):
        psycopg.connect(address())


@pytest.mark.usefixtures("door")
def test_who_says_nothing_is_hung_up_on(settings, monkeypatch):
    monkeypatch.setattr(database_door, "HELLO_SECONDS", 0.2)
    assert knock(settings) == b""


@pytest.mark.usefixtures("door")
def test_no_byte_before_the_encryption_is_taken_for_one_within(settings):
    smuggled = b"\0\0\0\x0d\0\3\0\0user\0x\0\0"
    assert knock(settings, first.SSL_REQUEST + smuggled).startswith(b"S")
    assert b"FATAL" not in knock(settings, first.SSL_REQUEST + smuggled)


@pytest.mark.usefixtures("door")
def test_kerberos_is_declined_and_tls_may_follow(settings):
    assert knock(settings, first.GSS_REQUEST, first.SSL_REQUEST, b"no handshake") == b"NS"


@pytest.mark.usefixtures("door")
def test_who_speaks_something_else_is_told_so(settings):
    assert b"TLS only" in knock(settings, b"GET / HTTP/1.1\r\n\r\n")


def test_it_finds_the_server_again_after_a_restart(address, server):
    with psycopg.connect(address()) as connection:
        server._run("pg_ctl", "restart", "-D", str(server.data), "-m", "immediate", "-w",
                    "-l", str(server.root / "server.log"))  # fmt: skip
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with psycopg.connect(address()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_stopping_it_ends_its_connections(address, door):
    connection = psycopg.connect(address())
    door.stop()
    with pytest.raises(psycopg.OperationalError), connection:
        connection.execute("SELECT 1")


def url(settings, host, authority):
    return (
        f"postgresql://{ROLE}:{PASSWORD}@{host}:{settings.database_listen_port}/postgres"
        f"?sslmode=verify-full&sslrootcert={authority}&hostaddr={HOST}"
    )


@pytest.mark.usefixtures("door")
def test_another_authority_is_not_trusted(settings, tmp_path):
    door_context(Settings(home=tmp_path, database_listen_host=HOST))
    with pytest.raises(DatabaseUnavailable, match="somebody else may be answering") as refused:
        connect(url(settings, HOST, tmp_path / AUTHORITY))
    assert PASSWORD not in refused.value.message


@pytest.mark.usefixtures("door")
def test_a_name_that_the_certificate_does_not_hold_is_not_trusted(settings):
    with pytest.raises(DatabaseUnavailable, match="TRIMTAB_DATABASE_NAMES"):
        connect(url(settings, "db.example.net", settings.home / AUTHORITY))


@pytest.mark.usefixtures("door")
def test_a_missing_file_of_the_authority_is_told(settings, tmp_path):
    with pytest.raises(DatabaseUnavailable, match="Set sslrootcert"):
        connect(url(settings, HOST, tmp_path / "missing.pem"))


@pytest.mark.usefixtures("door")
def test_a_port_in_use_is_named_with_its_setting(settings, server):
    with pytest.raises(SettingsError, match="TRIMTAB_DATABASE_LISTEN_PORT"):
        DatabaseDoor(settings, server).start()


def test_there_is_no_door_unless_it_is_wanted(tmp_path):
    assert not wanted(Settings(home=tmp_path))


def test_an_external_server_has_a_door_of_its_own(tmp_path):
    external = SecretStr("postgresql://x@db.example.net/x")
    with pytest.raises(SettingsError, match="Unset one of them"):
        wanted(Settings(home=tmp_path, database_listen_host=HOST, database_url=external))
