"""Offices with a log of their own: what a pack is made of has to be sealed with one key."""

import pytest

from core.database import close, connect
from core.runtime import Runtime
from core.settings import Settings
from organization.permissions import PostAuthority
from tests.changes.office import fresh_database, open_office


@pytest.fixture(scope="session")
def sealed_offices(server_url, tmp_path_factory):
    """One database for the offices of these tests, and the home of its log's key."""
    with fresh_database(server_url, "packs") as url:
        engine = connect(url)
        yield engine, tmp_path_factory.mktemp("packs")
        close(engine)


@pytest.fixture
def office(sealed_offices, clock):
    engine, home = sealed_offices
    runtime = Runtime(
        settings=Settings(home=home), engine=engine, authority=PostAuthority(now=clock), now=clock
    )
    return open_office(runtime, clock)
