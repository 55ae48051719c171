"""Three workers near their devices, each in a network namespace; one of them is cut off."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired
from threading import Event

import pytest
from sqlalchemy import text

from core.database import close, connect
from core.queue import Job
from core.runtime import Runtime
from core.secrets import installation_key
from core.settings import Settings
from lab.network import Lab
from operations.job_kinds import KINDS
from operations.routing import enqueue_routed
from organization.models import Unit
from organization.permissions import PostAuthority
from scheduler.maintenance import mend
from scheduler.service import WorkerService
from scheduler.work import Work
from tests.conftest import _admin
from tests.scheduler import far, links
from tests.scheduler.running import wait_for

pytestmark = [pytest.mark.real, pytest.mark.slow]

SITES = {"site-a": "wait", "site-b": "wait", "site-c": "move"}
DEVICES = 2  # of a site
SHAKEN = 2000  # bytes of a device after which a session has begun for good
ROUND_TRIP = 0.25  # so that a session is long enough to be cut
NOTICED = "connect_timeout=3&keepalives_idle=1&keepalives_interval=1&tcp_user_timeout=3000"
"""How soon the workers of this test notice a cut; the usual limits would take it too long."""


class Fleet:
    """The central platform, and a worker process at each site."""

    def __init__(self, runtime, lab, home):
        self.runtime, self.home = runtime, home
        self.links = {name: links.Link(number) for number, name in enumerate(SITES)}
        self.relays = links.Relays()
        self.lab = dict(zip(SITES, _pairs(lab), strict=True))
        self.processes = []

    def open(self):
        self.where = where = {}
        for name, link in self.links.items():
            link.open()
            for device in self.lab[name]:
                port = self.relays.add(link.near, device.address, device.port)
                where[device.hostname] = link.near, port
        self.places = far.settle(
            self.runtime, self.lab, address=lambda device: where[device.hostname]
        )
        with far.acting(self.runtime) as ctx:
            installation_key(ctx, "redaction")
        for name, policy in SITES.items():
            given = far.open_queue(self.runtime, self.places[name], if_away=f"{policy}:5m")
            self._start(name, given)
        wait_for(lambda: len(self.rows("SELECT id FROM queue_worker")) == len(SITES), seconds=120)

    def _start(self, name, given):
        link, home = self.links[name], self.home / name
        home.mkdir()
        (home / "secret.key").write_bytes((self.home / "secret.key").read_bytes())
        port = self.relays.add(link.near, "127.0.0.1", self.runtime.engine.url.port)
        url = f"postgresql://{given.role}:{given.password}@{link.near}:{port}/{given.database}"
        env = os.environ | {
            "TRIMTAB_HOME": str(home), "TRIMTAB_DATABASE_URL": f"{url}?{NOTICED}",
            "TRIMTAB_DEVICE_TIMEOUT": "8",
        }  # fmt: skip
        command = Path(sys.executable).parent / "trimtab"
        with (home / "log").open("w") as log:
            self.processes.append(
                link.start(str(command), "worker", "--queue", name, env=env, log=log)
            )

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(TimeoutExpired):
                process.wait(3)
            process.kill()
            process.wait()
        self.relays.close()
        for link in self.links.values():
            link.close()

    def ask(self):
        """A collection of each device as a job of its own; the jobs by site."""
        jobs = {}
        with far.acting(self.runtime) as ctx:
            for name, place in self.places.items():
                asked = [
                    Job(task="inventory.collect", queue="collect", args={"device_ids": [key]})
                    for key in place.devices.values()
                ]
                jobs[name] = [job for one in asked for job in enqueue_routed(ctx, one)]
            ctx.record("test.arranged", ctx.get(Unit, self.places["site-a"].unit))
        return jobs

    def rows(self, query, **values):
        return far.rows(self.runtime, query, **values)

    def states(self, jobs):
        query = "SELECT status::text FROM procrastinate_jobs WHERE id = ANY(:jobs) ORDER BY id"
        return [state for (state,) in self.rows(query, jobs=jobs)]

    def cut_in_the_middle(self, name, jobs):
        """Cut the site's link while its sessions are under way."""
        ports = [self.where[device.hostname][1] for device in self.lab[name]]
        wait_for(lambda: all(self.relays.answered[port] > SHAKEN for port in ports))
        assert self.states(jobs[name]) == ["doing"] * DEVICES
        self.links[name].cut()

    def time_passes(self, name):
        """As if the cut worker had not been heard for ten minutes; then the reaper looks."""
        with self.runtime.engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE procrastinate_workers SET last_heartbeat ="
                    " now() - interval '10 minutes'"
                    " WHERE id IN (SELECT id FROM queue_worker WHERE :queue = ANY (queues))"
                ),
                {"queue": name},
            )
        self.reap()

    def reap(self):
        kind = KINDS["changes.reap"]
        return mend(Work(runtime=self.runtime, kind=kind, worker="central:1", stopping=Event()))

    def reap_until_back(self, name):
        """A worker beats every ten seconds; then its queue's event closes."""

        def back():
            self.reap()
            return self.events() == [(f"queue_away:{name}", "closed")]

        wait_for(back)

    def kept(self):
        """By device how many snapshots there are, and how many collections were recorded."""
        return self.rows(
            "SELECT d.hostname,"
            " (SELECT count(*) FROM snapshot s WHERE s.device_id = d.id AND s.source = 'running'),"
            " (SELECT count(*) FROM audit_record a WHERE a.subject_type = 'device'"
            "  AND a.subject_id = d.id::text AND a.action = 'device.collected')"
            " FROM device d ORDER BY d.hostname"
        )

    def events(self):
        return self.rows("SELECT fingerprint, state FROM event WHERE kind = 'queue_away'")


def _pairs(lab):
    cisco = [one for one in lab.devices if one.platform == "cisco_ios"]
    return [cisco[place : place + DEVICES] for place in range(0, DEVICES * len(SITES), DEVICES)]


@pytest.fixture
def fleet(server_url, tmp_path, monkeypatch):
    if reason := links.available():
        pytest.skip(reason)
    name = f"far_{os.getpid()}"
    with _admin(server_url) as engine, engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_trimtab"))
    try:
        yield from _fleet(server_url.replace("/postgres", f"/{name}"), tmp_path, monkeypatch)
    finally:
        with _admin(server_url) as engine, engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _fleet(url, tmp_path, monkeypatch):
    engine = connect(url)
    runtime = Runtime(settings=Settings(home=tmp_path), engine=engine, authority=PostAuthority())
    with Lab(devices=14, seed=1, round_trip=ROUND_TRIP) as lab:
        monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
        monkeypatch.setenv("LAB_ENABLE", lab.devices[0].enable_secret)
        made = Fleet(runtime, lab, tmp_path)
        try:
            made.open()
            yield made
        finally:
            made.close()
            far.drop_roles(runtime)
            close(engine)


def test_the_others_go_on_and_the_jobs_of_the_one_cut_off_wait_for_it(fleet):
    jobs = fleet.ask()
    fleet.cut_in_the_middle("site-b", jobs)
    others = jobs["site-a"] + jobs["site-c"]
    wait_for(lambda: fleet.states(others) == ["succeeded"] * len(others), seconds=60)
    fleet.time_passes("site-b")
    assert fleet.states(jobs["site-b"]) == ["todo"] * DEVICES
    assert fleet.events() == [("queue_away:site-b", "open")]
    fleet.links["site-b"].restore()
    wait_for(lambda: fleet.states(jobs["site-b"]) == ["succeeded"] * DEVICES, seconds=40)
    fleet.reap_until_back("site-b")
    assert [row[1:] for row in fleet.kept()] == [(1, 1)] * DEVICES * len(SITES)


def test_the_jobs_of_the_one_cut_off_are_run_elsewhere_where_that_is_wanted(fleet):
    jobs = fleet.ask()
    fleet.cut_in_the_middle("site-c", jobs)
    fleet.time_passes("site-c")
    central = WorkerService(fleet.runtime)
    central.start()
    everything = [job for one in jobs.values() for job in one]
    wait_for(lambda: fleet.states(everything) == ["succeeded"] * len(everything), seconds=40)
    central.stop()
    fleet.links["site-c"].restore()
    fleet.reap_until_back("site-c")
    assert [row[1:] for row in fleet.kept()] == [(1, 1)] * DEVICES * len(SITES)
