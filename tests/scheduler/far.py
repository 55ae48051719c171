"""Two jurisdictions with lab devices and a queue each, and runtimes of their workers."""

from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from sqlalchemy import text

from core.actor import Actor, Origin
from core.database import close, connect
from core.runtime import Runtime
from operations import queue_roles, queues
from operations.job_kinds import KINDS
from operations.queue_models import WorkerQueue
from organization.models import Unit
from organization.permissions import PERMISSIONS
from scheduler.jobs import RUN
from scheduler.work import Held, Work
from tests.factories import make_credential, make_device, make_site, make_unit

INSTALLER = Actor(name="installer", granted=frozenset(PERMISSIONS))


@dataclass
class Jurisdiction:
    """A unit below the root with one site, a login of its own and some devices of the lab."""

    unit: int
    site: str
    devices: dict[str, int]


@contextmanager
def acting(runtime):
    with runtime.context(INSTALLER, Origin(door="cli")) as ctx:
        yield ctx


def settle(runtime, lab_devices, *, address=lambda device: (device.address, device.port)):
    """A jurisdiction for each pair of name and lab devices; the name is its unit's and site's."""
    with acting(runtime) as ctx:
        root = make_unit(ctx, code="root")
        made = {}
        for name, devices in lab_devices.items():
            unit = make_unit(ctx, code=name, parent=root)
            site = make_site(ctx, unit=unit, code=name)
            login = make_credential(ctx, unit=unit, password_ref="env:LAB_PASSWORD")
            login.enable_ref = "env:LAB_ENABLE"
            made[name] = Jurisdiction(unit=unit.id, site=name, devices={})
            for device in devices:
                host, port = address(device)
                made[name].devices[device.hostname] = make_device(
                    ctx, site=site, credential=login, hostname=device.hostname,
                    platform=device.platform, address=host, port=port,
                ).id  # fmt: skip
        ctx.record("test.arranged", root)
    return made


def open_queue(runtime, jurisdiction, *, if_away="wait"):
    """A queue of the jurisdiction's name with its role."""
    with acting(runtime) as ctx:
        unit = ctx.get(Unit, jurisdiction.unit)
        queue = queues.create_queue(ctx, name=jurisdiction.site, unit=unit, if_away=if_away)
        return queue_roles.give_role(ctx, queue)


@contextmanager
def as_role(runtime, given, *, settings=None):
    """A runtime as a far worker has it: its role, and the platform's key file."""
    url = runtime.engine.url.set(username=given.role, password=given.password)
    engine = connect(url.render_as_string(hide_password=False))
    yield Runtime(
        settings=settings or runtime.settings, engine=engine, authority=runtime.authority,
        now=runtime.now,
    )  # fmt: skip
    close(engine)


def run_job(runtime, name, args, *, held=None):
    """Run a job's function as a worker does, without a queue."""
    work = Work(runtime=runtime, kind=KINDS[name], worker="far:1", stopping=Event(), held=held)
    return RUN[name](work, args)


def fetch(runtime, queue):
    """Take the next job of a queue as a worker does; None where there is none."""
    with runtime.engine.begin() as connection:
        worker = connection.scalar(text("SELECT * FROM procrastinate_register_worker_v1()"))
        row = connection.execute(
            text("SELECT id, attempts, args FROM procrastinate_fetch_job_v2(:queues, :worker)"),
            {"queues": [queue], "worker": worker},
        ).one()
    return None if row.id is None else (Held(job_id=row.id, attempts=row.attempts), row.args)


def drop_roles(runtime):
    """Roles belong to the whole server: a test takes its own away."""
    with acting(runtime) as ctx:
        for queue in ctx.session.query(WorkerQueue).all():
            if queue.role_name:
                for words in ("DROP OWNED BY", "DROP ROLE"):
                    ctx.session.execute(text(f'{words} "{queue.role_name}"'))


def rows(runtime, query, **values):
    with runtime.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]
