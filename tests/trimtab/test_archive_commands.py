"""`trimtab audit archive`, `archives`, `restore`: records leave a real database and come back."""

from datetime import UTC, datetime, timedelta

import pytest

from core.actor import Actor, Origin
from core.database import close, connect
from core.evidence.sealing import seal_all
from core.runtime import Runtime
from core.settings import Settings
from organization.permissions import PostAuthority

LONG_AGO = datetime.now(UTC) - timedelta(days=90)
UNTIL = f"{LONG_AGO + timedelta(days=2):%Y-%m-%d}"


@pytest.fixture
def log(line, database_url, tmp_path):
    """Everything until now was sealed three months ago."""
    engine = connect(database_url)
    runtime = Runtime(
        settings=Settings(home=tmp_path / "home"), engine=engine, authority=PostAuthority(),
        now=lambda: LONG_AGO,
    )  # fmt: skip
    with runtime.context(Actor(name="sealer"), Origin(door="job")) as ctx:
        seal_all(ctx)
    close(engine)
    return line


def test_old_records_leave_and_come_back(log, tmp_path):
    whole = log(["audit", "export"]).stdout_bytes
    before = len(log.json("audit list --limit 1000"))
    made = log.json(["audit", "archive", "--until", UNTIL, "--reason", "three months are enough"])
    assert log.json("audit archives") == [made]
    assert (tmp_path / "home/audit-archives" / made["file"]).exists()
    listed = log("audit list --limit 1000")
    assert made["file"] in listed.stderr.replace("\n", "")
    assert len(log.json("audit list --limit 1000")) < before
    told = log.json("audit verify")
    assert (told["ok"], told["archived"] > 0) == (True, True)
    assert log(["audit", "export"]).stdout_bytes.startswith(whole)
    assert log.json(["audit", "restore", made["file"], "--reason", "an auditor asked"]) == made
    assert log.json("audit archives") == []
    assert len(log.json("audit list --limit 1000")) > before
    assert log.json("audit verify")["ok"]


def test_an_archive_elsewhere_is_found_when_it_is_said_where(log, tmp_path):
    made = log.json(["audit", "archive", "--until", UNTIL, "--file", str(tmp_path / "old.gz")])
    assert made["file"] == "old.gz"
    done = log("audit verify")
    assert done.exit_code == 1
    assert "missing" in done.stdout
    assert log(["audit", "verify", "--archives", str(tmp_path)]).exit_code == 0
    assert log(["audit", "export"]).exit_code == 4


def test_what_is_not_old_is_not_archived(log):
    done = log(["audit", "archive", "--until", f"{datetime.now(UTC):%Y-%m-%d}"])
    assert done.exit_code == 2
    assert "last 30 days" in done.stderr.replace("\n", " ")
