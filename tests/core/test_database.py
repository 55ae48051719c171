"""Connecting to a server, times in UTC."""

from datetime import UTC, datetime, timedelta, timezone
from threading import Timer

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from core import database
from core.database import close, connect
from core.errors import DatabaseUnavailable
from tests.factories import make_person

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("prefix", ["postgresql://", "postgresql+psycopg://"])
def test_an_engine_answers_however_the_driver_is_written(server_url, prefix):
    engine = connect(server_url.replace("postgresql+psycopg://", prefix))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_a_server_that_does_not_answer_is_named_without_the_password():
    with pytest.raises(DatabaseUnavailable, match=r"answers at .*127\.0\.0\.1:1/x") as refused:
        connect("postgresql://someone:geheim@127.0.0.1:1/x")
    assert "geheim" not in refused.value.message


def test_a_wrong_password_is_told(server_url):
    with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
        connect(server_url.replace("trimtab:", "trimtab:not"))


@pytest.mark.parametrize(
    "url",
    ["", "geheim", "sqlite:///geheim.db", "mysql://u:geheim@h/x", "postgresql://u:geheim@h:port/x"],
)
def test_an_address_that_is_none_of_postgresql_is_refused_and_not_repeated(url):
    with pytest.raises(DatabaseUnavailable, match="Write TRIMTAB_DATABASE_URL as") as refused:
        connect(url)
    assert "geheim" not in refused.value.message


def test_a_server_that_is_too_old_is_refused(server_url, monkeypatch):
    monkeypatch.setattr(database, "MINIMUM_SERVER", 990000)
    with pytest.raises(DatabaseUnavailable, match="is too old; Trimtab needs 15 or newer"):
        connect(server_url)


def test_a_time_comes_back_in_utc_whatever_its_zone_was(ctx):
    person = make_person(ctx)
    person.created_at = NOON.astimezone(timezone(timedelta(hours=9)))
    ctx.session.flush()
    ctx.session.refresh(person)
    assert (person.created_at, person.created_at.tzinfo) == (NOON, UTC)


def test_a_time_without_a_zone_is_refused(ctx):
    person = make_person(ctx)
    person.created_at = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="has no time zone"):
        ctx.session.flush()


def test_a_connection_that_is_given_back_while_the_engine_closes_is_closed_too(database_url):
    engine = connect(database_url)
    held = engine.connect()
    raw = held.connection.driver_connection
    Timer(0.2, held.close).start()
    close(engine)
    assert raw.closed
