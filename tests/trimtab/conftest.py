"""The command line in process, on a database of its own, signed in as the first administrator."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from core.actor import Actor, Origin
from core.database import close, connect
from core.runtime import Runtime
from core.settings import Settings
from inventory import snapshots
from organization import people, units
from organization.models import Unit
from organization.permissions import PERMISSIONS, POST_TEMPLATES, PostAuthority
from organization.tokens import issue
from tests.factories import make_device, make_person, make_post, make_site
from trimtab.cli import app as program

PASSWORD = "correct horse battery"
ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
SHOWN = "hostname r1\n!\ninterface Loopback0\n description router id\n!\nntp server 10.0.0.9\n"
STAFF = {"erin": "network engineer", "ada": "approver", "oona": "operator"}


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


@pytest.fixture
def beside(database_url, tmp_path):
    """The same installation beside the command line."""
    engine = connect(database_url)
    yield Runtime(
        settings=Settings(home=tmp_path / "home"), engine=engine, authority=PostAuthority()
    )
    close(engine)


@dataclass
class Staff:
    """The command line as whoever it was last handed to."""

    line: Line
    tokens: dict[str, str]
    patch: pytest.MonkeyPatch

    def as_(self, name):
        self.patch.setenv("TRIMTAB_TOKEN", self.tokens[name])
        return self.line

    def __call__(self, command):
        return self.line(command)

    def json(self, command):
        return self.line.json(command)


@pytest.fixture
def staff(line, beside, tmp_path, monkeypatch):
    """An engineer, an approver, an operator, and a router that has shown its configuration."""
    tokens = {}
    with acting(beside) as ctx:
        unit = ctx.session.scalars(select(Unit)).one()
        for name, template in STAFF.items():
            person = make_person(ctx, username=name)
            make_post(ctx, unit=unit, permissions=POST_TEMPLATES[template], holder=person)
            tokens[name] = issue(ctx, person=person, name="test")[1]
        device = make_device(ctx, site=make_site(ctx, unit=unit, code="hq"), hostname="r1")
        snapshots.store(ctx, device, source="running", text=SHOWN, doubts=(), facts={})
        ctx.record("test.collected", device)
    (tmp_path / "lines").write_text("interface Loopback0\n description by request\n")
    return Staff(line, tokens, monkeypatch)


def acting(runtime, actor=ALL):
    return runtime.context(actor, Origin(door="job"))


def requested(staff, *more, device="r1"):
    return staff.as_("erin").json(
        ["change", "new", "--title", "Describe", "--reason", "asked", "--device", device,
         "--lines", "lines", *more]
    )  # fmt: skip
