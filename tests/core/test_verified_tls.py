"""An external server is verified before a password goes to it; what to do is told where not."""

import pytest
from sqlalchemy import text

from core.certificates import AUTHORITY, door_context
from core.database import connect
from core.errors import DatabaseUnavailable
from core.settings import Settings
from tests import tls_server
from tests.tls_server import PASSWORD


@pytest.fixture(scope="module")
def server():
    with tls_server.running() as made:
        yield made


def refused(url):
    with pytest.raises(DatabaseUnavailable) as told:
        connect(url)
    assert PASSWORD not in told.value.message
    return " ".join(told.value.message.split())


def test_a_verified_server_is_used_encrypted(server):
    engine = connect(server.url())
    with engine.connect() as connection:
        seen = connection.execute(
            text("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        ).one()
    engine.dispose()
    assert tuple(seen) == (True, "TLSv1.3")


def test_a_server_of_another_authority_is_refused(server, tmp_path):
    door_context(Settings(home=tmp_path, database_names=("localhost",)))
    told = refused(server.url(query=f"sslmode=verify-full&sslrootcert={tmp_path / AUTHORITY}"))
    assert "certificate verify failed" in told
    assert "put the certificate of its authority into that file" in told


def test_a_server_of_another_name_is_refused(server):
    told = refused(server.url(host="127.0.0.1"))
    assert 'does not match host name "127.0.0.1"' in told
    assert "Write a name of the server that its certificate holds" in told


def test_a_missing_file_of_the_authority_is_told(server, tmp_path):
    told = refused(server.url(query=f"sslmode=verify-full&sslrootcert={tmp_path / 'missing.pem'}"))
    assert "Set sslrootcert in TRIMTAB_DATABASE_URL" in told


def test_a_file_of_the_authority_that_is_none_is_told(server, tmp_path):
    (tmp_path / "rubbish.pem").write_text("rubbish")
    told = refused(server.url(query=f"sslmode=verify-full&sslrootcert={tmp_path / 'rubbish.pem'}"))
    assert "Set sslrootcert in TRIMTAB_DATABASE_URL" in told


def test_a_server_that_wants_encryption_is_told_of(server):
    told = refused(server.url(query="sslmode=disable"))
    assert "Add ?sslmode=verify-full&sslrootcert=FILE to TRIMTAB_DATABASE_URL." in told


def test_a_server_without_tls_is_not_verified(server_url, server):
    told = refused(f"{server_url}?sslmode=verify-full&sslrootcert={server.authority}")
    assert "server does not support SSL" in told
    assert "Turn TLS on at the server" in told
