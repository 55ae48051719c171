from importlib import import_module

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


def test_posts_of_before_are_marked_with_the_template_whose_permissions_they_hold(empty):
    """Any former version of it counts; who holds more or less than one chose it themselves."""
    history = import_module("trimtab.migrations.versions.0028_post_templates").HISTORY
    first, *later = history["administrator"]
    posts = {
        "first": first, "as it was": sum(later[:-1], first), "now": sum(later, first),
        "chosen": (*first, "person.erase"), "less": first[1:],
    }  # fmt: skip
    with empty.begin() as connection:
        settings = alembic_config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0027")
        connection.execute(text("INSERT INTO unit (code, name) VALUES ('root', 'Ops')"))
        for title, held in posts.items():
            connection.execute(
                text("INSERT INTO post (unit_id, title, duties, permissions) "
                     "SELECT id, :title, '', :held FROM unit"),
                {"title": title, "held": sorted(held)},
            )  # fmt: skip
        command.upgrade(settings, "0028")
        found = dict(connection.execute(text("SELECT title, template FROM post")).all())
    assert found == {
        "first": "administrator", "as it was": "administrator", "now": "administrator",
        "chosen": None, "less": None,
    }  # fmt: skip
