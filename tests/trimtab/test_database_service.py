import os
import signal
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.runtime import open_runtime
from core.settings import Settings
from organization.permissions import PostAuthority
from trimtab import serving


@pytest.fixture
def home():
    place = Path(tempfile.mkdtemp(prefix="trimtab-watched-"))
    place.chmod(0o755)
    return place


def answers(engine):
    try:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT 1")) == 1
    except DBAPIError:
        return False


def test_a_killed_database_is_started_again_where_open_engines_find_it(home, monkeypatch):
    monkeypatch.setattr(serving, "DATABASE_LOOK_SECONDS", 0.1)
    with open_runtime(Settings(home=home), PostAuthority()) as runtime:
        service = serving.DatabaseService(runtime)
        service.start()
        postmaster = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        deadline = time.monotonic() + 20
        time.sleep(0.2)
        while not answers(runtime.engine) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert answers(runtime.engine)
        service.stop()
    assert not service.alive
