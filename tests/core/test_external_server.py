"""A PostgreSQL of somebody else's, by TRIMTAB_DATABASE_URL: only where one answers."""

import os

import pytest
from psycopg import connect as psycopg_connect
from psycopg import errors
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.actor import Actor, Origin
from core.database import MINIMUM_SERVER
from core.records import verify
from core.runtime import database_url, embedded_server, open_runtime
from core.secrets import read_secret, write_secret
from core.settings import Settings
from organization.bootstrap import bootstrap
from organization.permissions import PERMISSIONS, PostAuthority
from trimtab.schema import require_current, upgrade

SERVER = "postgresql://postgres@127.0.0.1:5432"
INSTALLER = Actor(name="installer", granted=frozenset(PERMISSIONS))


@pytest.fixture(scope="module")
def external():
    """The URL of a fresh database on that server."""
    name = f"trimtab_test_{os.getpid()}"
    try:
        admin = psycopg_connect(f"{SERVER}/postgres", connect_timeout=2, autocommit=True)
    except errors.OperationalError as error:
        pytest.skip(f"no PostgreSQL server lets us in at 127.0.0.1:5432: {error}")
    if admin.info.server_version < MINIMUM_SERVER:
        pytest.skip(f"the PostgreSQL server at 127.0.0.1:5432 is {admin.info.server_version}")
    with admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"{SERVER}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def runtime(external, tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=SecretStr(external))
    with open_runtime(settings, PostAuthority()) as opened:
        upgrade(opened.engine)
        with opened.context(INSTALLER, Origin(door="cli")) as ctx:
            bootstrap(ctx, unit_name="Operations", username="ada", password="correct horse")
        yield opened


def test_its_url_is_used_and_no_embedded_server_started(external, tmp_path):
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(external))
    assert embedded_server(settings) is None
    with database_url(settings) as url:
        assert url == external
    assert not (tmp_path / "home").exists()


def test_the_schema_comes_up_and_is_current(runtime):
    require_current(runtime.engine)
    assert runtime.server is None


def test_what_is_written_is_recorded_and_verifies(runtime):
    with runtime.context(INSTALLER, Origin(door="cli")) as ctx:
        told = verify(ctx)
    assert (told.ok, told.records > 0) == (True, True)


def test_its_audit_table_is_insert_only_too(runtime):
    with (
        pytest.raises(DBAPIError, match="insert-only"),
        runtime.context(INSTALLER, Origin(door="cli")) as ctx,
    ):
        ctx.session.execute(text("DELETE FROM audit_record"))


def test_its_secrets_are_sealed_with_the_key_of_this_home(runtime):
    with runtime.context(INSTALLER, Origin(door="cli")) as ctx:
        reference = write_secret(ctx, "core-switch", "correct horse")
    with runtime.context(INSTALLER, Origin(door="cli")) as ctx:
        assert read_secret(ctx, reference) == "correct horse"
    assert runtime.settings.key_path.exists()
