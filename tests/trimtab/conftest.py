"""The command line in process, on a database of its own, signed in as the first administrator."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from core.actor import Actor, Origin
from organization import people, units
from organization.permissions import PERMISSIONS
from tests.factories import make_post
from trimtab.cli import app as program

PASSWORD = "correct horse battery"


@dataclass
class Line:
    """`line("unit list")` runs a command; the result has exit_code, stdout and stderr."""

    runner: CliRunner

    def __call__(self, command: str | list[str], **more):
        words = command.split() if isinstance(command, str) else command
        return self.runner.invoke(program, words, **more)

    def json(self, command: str | list[str]):
        words = command.split() if isinstance(command, str) else command
        done = self([*words, "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def installation(database_url, tmp_path, monkeypatch):
    """A migrated database without people; nobody is signed in."""
    monkeypatch.setenv("TRIMTAB_DATABASE_URL", database_url)
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TRIMTAB_NEW_PASSWORD", PASSWORD)
    monkeypatch.setenv("TRIMTAB_INIT_PASSWORD", PASSWORD)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return Line(CliRunner())


@pytest.fixture
def line(installation):
    """The command line after `trimtab init`."""
    done = installation("init --unit Ops --username admin")
    assert done.exit_code == 0, done.stderr
    return installation


@pytest.fixture
def everything(line, runtime, clock):
    """The signed-in administrator holds a post that allows everything."""
    clock.at = datetime.now(UTC) - timedelta(hours=1)  # commands live in the real time
    installer = Actor(name="installer", granted=frozenset(PERMISSIONS))
    with runtime.context(installer, Origin(door="cli")) as ctx:
        make_post(
            ctx, unit=units.by_code(ctx, "root"), permissions=PERMISSIONS,
            holder=people.by_username(ctx, "admin"),
        )  # fmt: skip
    return line
