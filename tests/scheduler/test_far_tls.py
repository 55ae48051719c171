"""Workers near the devices reach the database by verified TLS, or not at all."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.certificates import AUTHORITY as AUTHORITY_FILE
from core.certificates import door_context
from core.postgres import _free_port
from core.runtime import open_runtime
from core.secrets import installation_key
from core.settings import Settings
from operations.queue_roles import AUTHORITY
from organization.permissions import PostAuthority
from tests import tls_server
from tests.scheduler import far, links
from tests.scheduler.running import wait_for
from trimtab.schema import upgrade

TRIMTAB = str(Path(sys.executable).parent / "trimtab")
QUEUE = "site-a"
START = 180  # seconds of a program that begins on a busy machine


@contextmanager
def platform(settings):
    """The central platform with a queue; its runtime, and the role of the queue's workers."""
    with open_runtime(settings, PostAuthority()) as runtime:
        upgrade(runtime.engine)
        places = far.settle(runtime, {QUEUE: []})
        with far.acting(runtime) as ctx:
            installation_key(ctx, "redaction")
        yield runtime, far.open_queue(runtime, places[QUEUE])


def environment(home, central, url):
    """A far host's: the installation's key, and nothing else of it."""
    home.mkdir()
    (home / "secret.key").write_bytes((central / "secret.key").read_bytes())
    return os.environ | {"TRIMTAB_HOME": str(home), "TRIMTAB_DATABASE_URL": url}


def serving(runtime):
    """How many connections the queue's role has, once its worker has announced itself."""
    seen = far.rows(
        runtime,
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE usename = database_role)"
        " FROM queue_worker WHERE :queue = ANY (queues)",
        queue=QUEUE,
    )
    return seen[0][0] if seen else 0


@contextmanager
def ended(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait(START)


@pytest.fixture(scope="module")
def external(tmp_path_factory):
    """The platform on a server of its owner's, with TLS."""
    with tls_server.running() as server:
        home = tmp_path_factory.mktemp("central")
        with platform(Settings(home=home, database_url=SecretStr(server.url()))) as (
            runtime,
            given,
        ):
            yield server, runtime, given


def worker(env, log=subprocess.PIPE):
    return subprocess.Popen(
        [TRIMTAB, "worker", "--queue", QUEUE], env=env, stdout=log, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_a_worker_serves_by_a_verified_connection(external, tmp_path):
    server, runtime, given = external
    url = server.url(user=given.role, password=given.password)
    env = environment(tmp_path / "far", runtime.settings.home, url)
    with ended(worker(env)) as process, process.stdout, process.stderr:
        wait_for(lambda: serving(runtime), seconds=START)
        open_ones = far.rows(
            runtime,
            "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = :role",
            role=given.role,
        )
        assert {ssl for (ssl,) in open_ones} == {True}


@pytest.mark.parametrize(
    ("case", "advice"),
    [
        ("authority", "put the certificate of its authority into that file"),
        ("name", "Write a name of the server that its certificate holds"),
        ("plain", "Add ?sslmode=verify-full&sslrootcert=FILE to TRIMTAB_DATABASE_URL"),
    ],
)
def test_a_worker_does_not_start_on_a_server_that_it_cannot_verify(
    external, tmp_path, case, advice
):
    server, runtime, given = external
    other = tmp_path / "other"
    door_context(Settings(home=other, database_names=("localhost",)))
    asked = {
        "authority": {"query": f"sslmode=verify-full&sslrootcert={other / AUTHORITY_FILE}"},
        "name": {"host": "127.0.0.1"},
        "plain": {"query": "sslmode=disable"},
    }[case]
    url = server.url(user=given.role, password=given.password, **asked)
    process = worker(environment(tmp_path / "far", runtime.settings.home, url))
    _, said = process.communicate(timeout=START)
    assert (process.returncode, advice in " ".join(said.split())) == (6, True), said
    assert given.password not in said


@pytest.fixture
def link():
    if reason := links.available():
        pytest.skip(reason)
    made = links.Link(50)
    made.open()
    yield made
    made.close()


@pytest.mark.real
@pytest.mark.slow
def test_a_worker_on_another_network_serves_through_the_embedded_servers_door(link, tmp_path):
    home = Path(tempfile.mkdtemp(prefix="trimtab-open-"))
    home.chmod(0o755)
    told = {"database_listen_host": link.near, "database_listen_port": _free_port()}
    with platform(Settings(home=home, **told)) as (runtime, given):
        far_home = tmp_path / "far"
        authority = tmp_path / "database-ca.pem"
        authority.write_text(given.authority)
        env = environment(far_home, home, given.address.replace(AUTHORITY, str(authority)))
        central = {"TRIMTAB_HOME": str(home), "TRIMTAB_API_PORT": "0", "PYTHONUNBUFFERED": "1"} | {
            f"TRIMTAB_{key.upper()}": str(value) for key, value in told.items()
        }
        log = (tmp_path / "serve.log").open("w")
        served = subprocess.Popen([TRIMTAB, "serve"], env=os.environ | central, stdout=log,
                                  stderr=log)  # fmt: skip
        with log, ended(served):
            wait_for(lambda: "serves at" in (tmp_path / "serve.log").read_text(), seconds=START)
            with (
                (tmp_path / "worker.log").open("w") as words,
                ended(link.start(TRIMTAB, "worker", "--queue", QUEUE, env=env, log=words)),
            ):
                wait_for(lambda: serving(runtime), seconds=START)
        with runtime.engine.begin() as connection:  # the owner's own rows, through loopback
            assert connection.scalar(text("SELECT session_user")) == "trimtab"
    shutil.rmtree(home)
