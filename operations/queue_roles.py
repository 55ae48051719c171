"""The PostgreSQL role of a queue's workers: made, renewed, dropped. Connects nobody."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import quote

from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from core import certificates, database_door
from core.context import Context
from core.errors import Conflict, InvalidInput, TrimtabError
from core.secrets import installation_key
from operations.queue_models import WorkerQueue
from operations.queue_rows import grant, quoted

ITERATIONS = 4096  # PostgreSQL's own default (scram_iterations)
PORT = 5432  # PostgreSQL's usual one
AUTHORITY = "/etc/trimtab/database-ca.pem"  # on the far host
LONGEST = 63  # bytes of a name in PostgreSQL
SESSION = "tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3"
"""So that a session whose worker was cut off lets go of its rows within half a minute."""

_THERE = text("SELECT true FROM pg_roles WHERE rolname = :name")
_JOBS = text("""
SELECT count(*) FROM procrastinate_jobs WHERE queue_name = :queue AND status IN ('todo', 'doing')
""")


class RoleRefused(TrimtabError):
    """The platform's own database user may not administer roles."""

    code: ClassVar[str] = "role_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven:
    """A role with its password, which is kept nowhere.

    `host` is None where only this machine reaches the server, or nobody told. `authority` is the
    certificate (PEM) that the embedded server's door is verified with, empty elsewhere.
    """

    role: str
    password: str = field(repr=False)
    database: str
    host: str | None = None
    port: int = PORT
    authority: str = ""

    @property
    def address(self) -> str:
        """TRIMTAB_DATABASE_URL of the worker's host, where the authority's file is AUTHORITY."""
        host = self.host or "HOST"
        where = f"[{host}]" if ":" in host else host
        return (
            f"postgresql://{quote(self.role)}:{quote(self.password)}@{where}:{self.port}/"
            f"{quote(self.database)}?sslmode=verify-full&sslrootcert={AUTHORITY}"
        )


def give_role(ctx: Context, queue: WorkerQueue) -> RoleGiven:
    """Make the role of the queue's workers, or renew its password. Needs `organization.write`.

    Under it only the rows of the queue's devices are there; see `queue_rows`.
    """
    ctx.require("organization.write", queue)
    database = str(ctx.session.scalar(text("SELECT current_database()")))
    role, password = queue.role_name or _named(ctx, database, queue.name), secrets.token_urlsafe(24)
    with _administering():
        verb = "ALTER" if queue.role_name else "CREATE"
        _do(ctx, f"{verb} ROLE {quoted(role)} LOGIN PASSWORD '{scram(password)}'")
        for setting in SESSION:
            _do(ctx, f"ALTER ROLE {quoted(role)} SET {setting}")
        queue.role_name, queue.key_mark = role, key_mark(ctx)
        ctx.session.flush()
        grant(ctx.session.connection(), role)
    ctx.record("queue.role_given", queue, role=role)
    host, port = _reached(ctx)
    return RoleGiven(
        role=role, password=password, database=database, host=host, port=port,
        authority=certificates.authority_of(ctx.settings) if _has_door(ctx) else "",
    )  # fmt: skip


def _has_door(ctx: Context) -> bool:
    return database_door.wanted(ctx.settings)


def _reached(ctx: Context) -> tuple[str | None, int]:
    """Host and port by which far workers come to the database, as far as the settings tell."""
    if _has_door(ctx):
        return certificates.names(ctx.settings)[0], ctx.settings.database_listen_port
    told = ctx.settings.database_url
    url = make_url(told.get_secret_value()) if told else None
    if url is None or url.host is None or _is_here(url.host):
        return None, PORT
    return url.host, url.port or PORT


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.startswith("/")


def remove_queue(ctx: Context, queue: WorkerQueue) -> None:
    """Remove the queue and its role; Conflict while it holds jobs. Needs `organization.write`."""
    ctx.require("organization.write", queue)
    held = ctx.session.scalar(_JOBS, {"queue": queue.name})
    if held:
        raise Conflict(
            f"The queue {queue.name} holds {held} jobs. Let its workers end them, or move them "
            f"with `trimtab queue move {queue.name}`."
        )
    if queue.role_name:
        with _administering():
            _do(ctx, f"DROP OWNED BY {quoted(queue.role_name)}")
            _do(ctx, f"DROP ROLE {quoted(queue.role_name)}")
    ctx.session.delete(queue)
    ctx.record("queue.removed", queue, role=queue.role_name)


def key_mark(ctx: Context) -> str:
    """Tells two installation keys apart and nothing of them.

    Of the key that marks redacted secrets: with another one, every configuration that a far worker
    stores would seem changed.
    """
    return hashlib.sha256(installation_key(ctx, "redaction") + b"mark").hexdigest()[:16]


def require_key(ctx: Context, queue: WorkerQueue) -> None:
    """Raise InvalidInput where this host has another secret key than the platform."""
    if queue.key_mark is not None and queue.key_mark != key_mark(ctx):
        raise InvalidInput(
            f"{ctx.settings.key_path} is not the key of the installation that the queue "
            f"{queue.name} belongs to. Copy it from the central host, with redaction.key beside it "
            "if there is one."
        )


def scram(password: str) -> str:
    """The verifier that PostgreSQL keeps of a password (RFC 5803), so that no log has it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    shown = [base64.b64encode(one).decode() for one in (salt, stored, server)]
    return f"SCRAM-SHA-256${ITERATIONS}:{shown[0]}${shown[1]}:{shown[2]}"


def _named(ctx: Context, database: str, queue: str) -> str:
    """A name of the whole server, which several databases may share."""
    role = f"trimtab_{database}_{queue}"
    if len(role.encode()) > LONGEST:
        raise InvalidInput(f"{role} is too long for a role: choose a shorter name for the queue.")
    if ctx.session.scalar(_THERE, {"name": role}):
        raise Conflict(f"The database server has a role {role} already; drop it first.", role=role)
    return role


def _do(ctx: Context, statement: str) -> None:
    ctx.session.connection().exec_driver_sql(statement)


@contextmanager
def _administering() -> Iterator[None]:
    try:
        yield
    except ProgrammingError as error:
        said = str(error.orig).partition("\n")[0]
        raise RoleRefused(
            f"The database does not let Trimtab administer roles: {said}. Give its user CREATEROLE "
            "(ALTER ROLE ... CREATEROLE), or let a superuser run `trimtab queue role`."
        ) from error
