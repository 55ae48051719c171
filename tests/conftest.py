"""Fixtures of all rooms: a real PostgreSQL, a context in a transaction, a frozen clock."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, event, text

from core.actor import Actor, Origin
from core.audit import AuditRecord
from core.context import Context
from core.database import GuardedSession, close, connect
from core.postgres import EmbeddedPostgres
from core.runtime import Runtime
from core.settings import Settings
from organization.permissions import PostAuthority
from tests import names  # noqa: F401 - it looks at every record
from trimtab.schema import upgrade

hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.register_profile("searching")
DEEP = os.environ.get("TRIMTAB_TEST_DEEP") == "1"
hypothesis.settings.load_profile("searching" if DEEP else "steady")
"""The usual run tries the same examples each time; `make test-deep` looks for new ones."""

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
_names = count(1)


def _first_column(page: Path) -> frozenset[str]:
    """The actions that the rows of the table are about."""
    rows = page.read_text(encoding="utf-8").splitlines()
    first = (row.split("|")[1] for row in rows if row.startswith("|"))
    return frozenset(re.findall(r"`([a-z_.]+)`", "".join(first)))


TOLD = _first_column(Path(__file__).parents[1] / "docs/audit-actions.md")


@event.listens_for(AuditRecord, "init")
def _told(_record: AuditRecord, _args: object, values: dict[str, object]) -> None:
    """Whatever a test has recorded is in the table of what is recorded; its own is not of code."""
    action = str(values["action"])
    assert action in TOLD or action.startswith("test."), f"docs/audit-actions.md lacks {action}"


@dataclass
class Clock:
    """Stands still until a test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture(autouse=True)
def no_sockets_beyond_this_machine(request: pytest.FixtureRequest) -> None:
    from pytest_socket import socket_allow_hosts  # noqa: PLC0415 - only where it acts

    if "real" not in request.keywords:
        socket_allow_hosts(["127.0.0.0/8", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """One embedded server a test process, in a folder that any user may enter."""
    home = Path(tempfile.mkdtemp(prefix="trimtab-tests-"))
    home.chmod(0o755)
    server = EmbeddedPostgres(home, "nobody")
    url = server.start()
    with _admin(url) as engine, engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE template_trimtab"))
    made = connect(url.replace("/postgres", "/template_trimtab"))
    upgrade(made)
    close(made)
    yield url
    server.stop()
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _admin(url: str) -> Iterator[Engine]:
    engine = connect(url).execution_options(isolation_level="AUTOCOMMIT")
    yield engine
    close(engine)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """A fresh database of this test's own, with the whole schema; commits are real."""
    name = f"test_{os.getpid()}_{next(_names)}"
    with _admin(server_url) as engine, engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_trimtab"))
        yield server_url.replace("/postgres", f"/{name}")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(database_url: str, settings: Settings, clock: Clock) -> Iterator[Runtime]:
    """A runtime on a database of its own: for tests with several connections or processes."""
    engine = connect(database_url)
    yield Runtime(settings=settings, engine=engine, authority=PostAuthority(now=clock), now=clock)
    close(engine)


@pytest.fixture(scope="session")
def shared_engine(server_url: str) -> Iterator[Engine]:
    name = f"shared_{os.getpid()}"
    with _admin(server_url) as engine, engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_trimtab"))
    engine = connect(server_url.replace("/postgres", f"/{name}"))
    yield engine
    close(engine)


@dataclass
class AllowAll:
    """Stands in for posts where permissions are not what a test is about; notes what was asked."""

    asked: list[tuple[str, int | None]] = field(default_factory=list)

    def units(self, session, _actor, permission):
        self.asked.append((permission, None))
        return frozenset(session.scalars(text("SELECT id FROM unit")))

    def allows(self, _session, _actor, permission, unit_id):
        self.asked.append((permission, unit_id))
        return True

    def post(self, _session, _actor, _permission, _unit_id):
        return None


@pytest.fixture
def ctx(shared_engine: Engine, settings: Settings, clock: Clock) -> Iterator[Context]:
    """A context whose commits end with the test; everything is permitted to a person `tester`."""
    with shared_engine.connect() as connection:
        outer = connection.begin()
        session = GuardedSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        person = connection.scalar(
            text(
                "INSERT INTO person (username, name, active, created_at)"
                " VALUES ('tester', 'Terry Tester', true, now()) RETURNING id"
            )
        )
        yield Context(
            session=session,
            person=Actor(name="tester", person_id=person),
            authority=AllowAll(),
            settings=settings,
            origin=Origin(door="cli"),
            now=clock,
        )
        session.close()
        outer.rollback()
