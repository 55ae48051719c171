"""`trimtab queue` and `trimtab worker --queue`, as people use them."""

import json
import os
import subprocess
import sys

import pytest
from pydantic import SecretStr

from core.settings import Settings
from tests.inventory.conftest import trimtab
from tests.scheduler import far
from trimtab import doctor

__all__ = ["trimtab"]


@pytest.fixture
def queue(trimtab, runtime):
    trimtab("queue", "create", "site-a", "--unit", "ops", "--if-away", "move:15m")
    yield "site-a"
    far.drop_roles(runtime)


def worker(queue, env):
    command = [sys.executable, "-c", "from trimtab.cli import main; main()", "worker"]
    return subprocess.run(
        [*command, "--queue", queue], env=env, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


def test_a_queue_is_listed_with_its_unit_and_policy(trimtab, queue):
    [row] = json.loads(trimtab("queue", "list", "--json"))
    assert (row["name"], row["unit"], row["if_away"], row["away_seconds"], row["role"]) == (
        queue, "ops", "move", 900, None,
    )  # fmt: skip


def test_a_queue_tells_its_workers_and_its_jobs(trimtab, queue):
    told = json.loads(trimtab("queue", "show", queue, "--json"))
    assert (told["workers"], told["waiting"], told["running"]) == ([], 0, 0)


def test_a_role_is_shown_once_as_an_address_that_verifies_the_server(trimtab, queue):
    told = trimtab("queue", "role", queue)
    assert told.startswith("TRIMTAB_DATABASE_URL=postgresql://trimtab_")
    assert "sslmode=verify-full" in told
    assert trimtab("queue", "role", queue) != told


def test_the_password_of_a_role_is_in_no_audit_record(trimtab, queue, runtime):
    password = json.loads(trimtab("queue", "role", queue, "--json"))["password"]
    facts = far.rows(runtime, "SELECT facts::text FROM audit_record")
    assert not [one for (one,) in facts if password in one]


def test_a_queue_is_removed_with_its_role(trimtab, queue, runtime):
    role = json.loads(trimtab("queue", "role", queue, "--json"))["role"]
    trimtab("queue", "remove", queue)
    assert far.rows(runtime, "SELECT 1 FROM pg_roles WHERE rolname = :role", role=role) == []
    assert json.loads(trimtab("queue", "list", "--json")) == []


@pytest.mark.usefixtures("queue")
def test_a_worker_of_a_queue_that_is_not_there_does_not_start(database_url, tmp_path):
    env = os.environ | {"TRIMTAB_DATABASE_URL": database_url, "TRIMTAB_HOME": str(tmp_path)}
    done = worker("nowhere", env)
    assert (done.returncode, "no queue nowhere" in done.stderr) == (2, True)


def test_a_far_worker_with_another_key_does_not_start(trimtab, queue, runtime, tmp_path):
    given = json.loads(trimtab("queue", "role", queue, "--json"))
    url = runtime.engine.url.set(username=given["role"], password=given["password"])
    home = tmp_path / "elsewhere"
    env = os.environ | {
        "TRIMTAB_DATABASE_URL": url.render_as_string(hide_password=False),
        "TRIMTAB_HOME": str(home),
    }
    done = worker(queue, env)
    assert (done.returncode, "is not the key of the installation" in done.stderr) == (2, True)


def test_a_connection_within_the_machine_needs_no_encryption(database_url, tmp_path):
    settings = Settings(home=tmp_path, database_url=SecretStr(database_url))
    [seen] = [one for one in doctor.check(settings) if one.name == "database connection"]
    assert (seen.found, seen.advice) == ("within this machine", "")
