"""Runtimes: each context is one unit of work; the server runs while it is in use."""

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from core.actor import Actor, Origin
from core.errors import DatabaseUnavailable, NotFound
from core.runtime import database_url, open_runtime
from core.settings import Settings
from organization.models import Unit
from organization.permissions import PostAuthority

WHO = (Actor(name="test"), Origin(door="rest", address="127.0.0.1", request_id="r"))


def codes(runtime):
    with runtime.context(*WHO) as ctx:
        return list(ctx.session.scalars(text("SELECT code FROM unit")))


def add_unit(ctx):
    unit = ctx.add(Unit(code="x", name="X"))
    ctx.record("unit.created", unit)
    return unit


def test_a_context_commits_at_its_end(runtime):
    with runtime.context(*WHO) as ctx:
        unit = add_unit(ctx)
    assert (codes(runtime), unit.code) == (["x"], "x")


def test_a_context_keeps_nothing_when_its_body_fails(runtime):
    with pytest.raises(NotFound), runtime.context(*WHO) as ctx:
        ctx.get(Unit, add_unit(ctx).id + 1)
    assert codes(runtime) == []


def test_a_context_knows_who_acts_from_where_and_when(runtime, clock):
    with runtime.context(*WHO) as ctx:
        assert (ctx.person, ctx.origin, ctx.now(), ctx.settings) == (
            *WHO,
            clock(),
            runtime.settings,
        )


def test_the_embedded_server_runs_while_it_is_in_use():
    home = Path(tempfile.mkdtemp(prefix="trimtab-runtime-"))
    home.chmod(0o755)
    settings = Settings(home=home)
    with database_url(settings) as url, open_runtime(settings, PostAuthority()) as runtime:
        plain = url.replace("+psycopg", "")
        assert runtime.server is not None
        with runtime.context(*WHO) as ctx:
            assert ctx.session.scalar(text("SELECT 1")) == 1
        psycopg.connect(plain).close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(plain, connect_timeout=3)
    shutil.rmtree(home)


def test_a_server_that_does_not_answer_opens_no_runtime(tmp_path):
    settings = Settings(home=tmp_path, database_url="postgresql://127.0.0.1:1/x")
    with pytest.raises(DatabaseUnavailable), open_runtime(settings, PostAuthority()):
        pytest.fail("the body must not run")
