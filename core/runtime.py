"""A running program's share of the platform: settings, database, authority, contexts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from core.actor import Actor, Origin
from core.context import Authority, Context, utc_now
from core.database import GuardedSession, close, connect
from core.postgres import EmbeddedPostgres
from core.settings import Settings


@dataclass(slots=True, kw_only=True)
class Runtime:
    """Builds a Context per request, command or job; each is one unit of work."""

    settings: Settings
    engine: Engine
    authority: Authority
    server: EmbeddedPostgres | None = None
    now: Callable[[], datetime] = utc_now

    @contextmanager
    def context(self, person: Actor, origin: Origin) -> Iterator[Context]:
        """A context whose transaction commits at the end, or rolls back when the body raises."""
        sessions = sessionmaker(self.engine, class_=GuardedSession, expire_on_commit=False)
        with sessions() as session:
            yield Context(
                session=session,
                person=person,
                authority=self.authority,
                settings=self.settings,
                origin=origin,
                now=self.now,
            )
            session.commit()


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The configured server's URL, or the embedded one's, kept running while in use."""
    server = embedded_server(settings)
    try:
        yield server.start() if server else _configured(settings)
    finally:
        if server:
            server.stop()


@contextmanager
def open_runtime(settings: Settings, authority: Authority) -> Iterator[Runtime]:
    """A runtime on the configured database, or on the embedded one while it is in use."""
    server = embedded_server(settings)
    try:
        engine = connect(server.start() if server else _configured(settings))
        try:
            yield Runtime(settings=settings, engine=engine, authority=authority, server=server)
        finally:
            close(engine)
    finally:
        if server:
            server.stop()


def embedded_server(settings: Settings) -> EmbeddedPostgres | None:
    """The embedded server of these settings; None where another one is configured."""
    if settings.database_url:
        return None
    return EmbeddedPostgres(settings.home, settings.postgres_os_user)


def _configured(settings: Settings) -> str:
    return settings.database_url.get_secret_value() if settings.database_url else ""
