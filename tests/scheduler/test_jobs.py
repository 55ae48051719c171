"""What each job calls, and with which devices."""

from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from changes import execution
from changes.acted import corrected
from changes.questions import saved
from changes.questions.saved import Wanted
from core.actor import Actor
from core.errors import NotFound, NotPermitted
from drift.noise.learning import Learned
from drift.observation import Observation
from drift.scan import ScanSummary
from inventory.candidates import ranges
from inventory.models import Device
from operations import notifications
from operations.job_kinds import KINDS, checked, kind_of
from scheduler import jobs as room
from scheduler.work import Work
from tests.conftest import AllowAll
from tests.factories import make_device, make_person, make_post, make_site, make_unit
from tests.scheduler.running import context


def work(runtime, name):
    return Work(runtime=runtime, kind=KINDS[name], worker="here:1", stopping=Event())


@pytest.fixture
def devices(runtime):
    with context(runtime) as ctx:
        site = make_site(ctx, code="berlin")
        return [make_device(ctx, site=site, hostname="a").id, make_device(ctx, hostname="b").id]


@pytest.fixture
def observed(monkeypatch):
    """Stands in for scan and collect: notes what they were given."""
    calls = []

    def note(name):
        def fake(contexts, device_ids, **options):
            with contexts() as ctx:
                calls.append(
                    (name, list(device_ids), ctx.person.granted, options["manner"].threads)
                )
            return ScanSummary(
                observations=tuple(
                    Observation(device_id=key, hostname=str(key), outcome="in_sync")
                    for key in device_ids
                )
            )

        return fake

    for name in ("scan", "collect"):
        monkeypatch.setattr(room, name, note(name))
    return calls


def test_every_job_of_the_catalogue_can_be_run():
    assert set(room.RUN) == set(KINDS)


@pytest.mark.parametrize(
    ("job", "call"), [("drift.scan", "scan"), ("inventory.collect", "collect")]
)
def test_a_job_reaches_the_selected_devices_with_its_own_permissions(
    runtime, devices, observed, job, call
):
    told = room.RUN[job](work(runtime, job), {})
    threads = runtime.settings.collect_threads
    assert (told, observed) == ("in_sync 2", [(call, devices, KINDS[job].granted, threads)])


@pytest.mark.parametrize(
    "args", [{"site": "berlin"}, {"hostnames": ["a"]}, {"device_ids": [1]}], ids=str
)
def test_a_job_can_be_told_which_devices(runtime, devices, observed, args):
    if "device_ids" in args:
        args = {"device_ids": devices[:1]}
    room.RUN["drift.scan"](work(runtime, "drift.scan"), args)
    assert observed[0][1] == devices[:1]


@pytest.mark.parametrize(("args", "asked"), [({}, 0), ({"hostnames": ["b"]}, 1)])
def test_a_device_that_rests_is_asked_only_when_it_is_named(
    runtime, devices, observed, args, asked
):
    with context(runtime) as ctx:
        device = ctx.get(Device, devices[1])
        device.rests_until = ctx.now() + timedelta(minutes=5)
        ctx.record("test.arranged", device)
    room.RUN["drift.scan"](work(runtime, "drift.scan"), args)
    assert observed[0][1] == [devices[asked]]


@pytest.mark.usefixtures("devices")
def test_a_job_for_a_site_that_is_gone_fails_with_its_name(runtime):
    with pytest.raises(NotFound, match="site paris"):
        room.RUN["drift.scan"](work(runtime, "drift.scan"), {"site": "paris"})


def test_a_job_that_was_not_given_a_permission_does_not_have_it(runtime, devices):
    with (
        work(runtime, "inventory.collect").context() as ctx,
        pytest.raises(NotPermitted, match=r"drift\.scan"),
    ):
        ctx.require("drift.scan", ctx.get(Device, devices[0]))


def test_a_change_is_handed_to_its_execution(runtime, monkeypatch):
    calls = []
    monkeypatch.setattr(
        execution, "execute", lambda *args, **options: calls.append((args, options))
    )
    room.RUN["changes.execute"](work(runtime, "changes.execute"), {"change_id": 7})
    assert calls == [((runtime, 7), {"worker": "here:1"})]


def test_a_device_is_read_twice_with_what_changes_know(runtime, devices, monkeypatch):
    calls = []

    def fake(ctx, device_id, **options):
        calls.append((device_id, options, ctx.person.granted))
        return Learned(device_id=device_id, hostname="a", outcome="learned", detail="nothing")

    monkeypatch.setattr(room, "learn", fake)
    told = room.RUN["noise.learn"](
        work(runtime, "noise.learn"), {"device_id": devices[0], "apart": 5.0}
    )
    options = {"apart": 5.0, "corrected": corrected}
    assert told == "a: learned. nothing"
    assert calls == [(devices[0], options, KINDS["noise.learn"].granted)]


def test_a_search_is_made_by_a_job_with_its_own_permissions(runtime):
    with context(runtime) as ctx:
        unit, person = make_unit(ctx), make_person(ctx)
        asking = replace(ctx, person=Actor(name="ann", person_id=person.id), authority=AllowAll())
        ranges.allow(asking, "127.0.0.99/32", unit=unit, ports=[9])
    told = room.RUN["inventory.discover"](
        work(runtime, "inventory.discover"), {"cidrs": ["127.0.0.99/32"], "unit_id": unit.id}
    )
    assert told.endswith("finished: 1 looked at, 0 found")


def test_a_notification_is_sent_by_a_job(runtime, monkeypatch):
    calls = []
    monkeypatch.setattr(notifications, "send", lambda _ctx, **told: calls.append(told))
    told = {"title": "r1 drifted", "body": "why", "severity": "major"}
    room.RUN["operations.notify"](work(runtime, "operations.notify"), told)
    assert calls == [told]


def test_a_saved_question_is_asked_by_a_job_as_the_person_who_saved_it(runtime):
    with context(runtime) as ctx:
        unit, person = make_unit(ctx), make_person(ctx)
        make_post(ctx, unit=unit, permissions=["audit.read"], holder=person)
        mine = replace(ctx, person=Actor(name=person.username, person_id=person.id))
        wanted = Wanted(name="mine", question="person", parameters={"person": person.username})
        row = saved.save(mine, wanted)
    told = room.RUN["audit.question"](work(runtime, "audit.question"), {"saved_id": row.id})
    assert told == "mine: 1 row"


def test_an_unknown_job_is_answered_with_those_there_are():
    with pytest.raises(NotFound, match=r"changes\.execute, changes\.reap"):
        kind_of("coffee.make")


def test_arguments_keep_what_was_told_and_nothing_else():
    assert checked(KINDS["drift.scan"], {"site": "berlin", "unit_id": None}) == {"site": "berlin"}
