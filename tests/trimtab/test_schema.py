import pytest
from alembic import command
from sqlalchemy import text

from core.database import connect
from trimtab.schema import SchemaOutdated, alembic_config, require_current, upgrade


@pytest.fixture
def empty(database_url):
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_rooms(empty):
    upgrade(empty)
    with empty.begin() as connection:
        settings = alembic_config()
        settings.attributes["connection"] = connection
        command.check(settings)


def test_an_upgrade_of_a_current_database_changes_nothing(empty):
    upgrade(empty)
    upgrade(empty)
    require_current(empty)


def test_an_empty_database_is_told_to_be_initialised(empty):
    with pytest.raises(SchemaOutdated, match="trimtab init"):
        require_current(empty)


def test_the_migrated_audit_table_refuses_updates(empty):
    upgrade(empty)
    with empty.connect() as connection:
        found = connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))
        assert "audit_record_insert_only" in set(found)
