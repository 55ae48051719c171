"""Queues near the devices, and which jobs go to them."""

import pytest

from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.queue import Job
from operations import queues
from operations.routing import enqueue_routed, queue_of, routes, split, units_served
from tests.factories import make_device, make_site, make_unit


@pytest.fixture
def units(ctx):
    """A root, two countries below it, a city below the first one."""
    root = make_unit(ctx)
    north, south = make_unit(ctx, parent=root), make_unit(ctx, parent=root)
    return {"root": root, "north": north, "south": south, "city": make_unit(ctx, parent=north)}


@pytest.fixture
def devices(ctx, units):
    return {
        name: make_device(ctx, site=make_site(ctx, unit=unit, code=f"at-{name}")).id
        for name, unit in units.items()
    }


@pytest.fixture
def queue(ctx, units):
    return queues.create_queue(ctx, name="north", unit=units["north"], if_away="move:10m")


def collecting(**args):
    return Job(task="inventory.collect", queue="collect", lock="x", queueing_lock="x", args=args)


def parts(ctx, job):
    return [(one.queue, one.args, one.lock) for one in split(ctx, routes(ctx), job)]


def test_a_queue_is_made_with_what_happens_when_its_workers_are_away(ctx, queue, units):
    assert (queue.name, queue.unit_id, queue.if_away, queue.away_seconds) == (
        "north", units["north"].id, "move", 600,
    )  # fmt: skip
    assert ctx.recorded == ["queue.created"]


@pytest.mark.parametrize("name", ["", "North", "a b", "1a", "a" * 25, 'x"y'])
def test_a_name_that_is_none_is_refused(ctx, units, name):
    with pytest.raises(InvalidInput, match="no name of a queue"):
        queues.create_queue(ctx, name=name, unit=units["north"])


def test_a_central_queues_name_is_taken(ctx, units):
    with pytest.raises(Conflict, match="queue collect already"):
        queues.create_queue(ctx, name="collect", unit=units["north"])


@pytest.mark.usefixtures("queue")
def test_a_unit_has_one_queue(ctx, units):
    with pytest.raises(Conflict, match="has a queue already"):
        queues.create_queue(ctx, name="other", unit=units["north"])


@pytest.mark.parametrize("told", ["drop", "move:1s", "move:soon", ""])
def test_a_policy_that_is_none_is_refused(ctx, units, told):
    with pytest.raises(InvalidInput):
        queues.create_queue(ctx, name="north", unit=units["north"], if_away=told)


def test_a_queue_that_is_not_there_is_named(ctx):
    with pytest.raises(NotFound, match="queue nowhere"):
        queues.queue_by_name(ctx, "nowhere")


def test_a_queue_is_made_by_who_administers_the_unit(ctx, units, monkeypatch):
    monkeypatch.setattr(ctx.authority, "allows", lambda *_: False)
    with pytest.raises(NotPermitted, match=r"organization\.write"):
        queues.create_queue(ctx, name="north", unit=units["north"])


def test_without_queues_of_units_a_job_stays_as_it_is(ctx, devices):
    job = collecting(device_ids=[devices["north"]])
    assert split(ctx, routes(ctx), job) == [job]


@pytest.mark.usefixtures("queue")
def test_named_devices_are_divided_by_the_queues_of_their_units(ctx, devices):
    named = [devices[name] for name in ("root", "north", "city", "south")]
    assert parts(ctx, collecting(device_ids=named)) == [
        ("collect", {"device_ids": [devices["root"], devices["south"]]}, "x"),
        ("north", {"device_ids": [devices["north"], devices["city"]]}, "x@north"),
    ]


@pytest.mark.usefixtures("queue")
def test_a_unit_below_with_a_queue_of_its_own_is_left_to_that(ctx, devices, units):
    queues.create_queue(ctx, name="city", unit=units["city"])
    named = [devices["north"], devices["city"]]
    assert parts(ctx, collecting(device_ids=named)) == [
        ("north", {"device_ids": [devices["north"]]}, "x@north"),
        ("city", {"device_ids": [devices["city"]]}, "x@city"),
    ]


@pytest.mark.usefixtures("queue", "devices")
def test_everything_is_one_question_for_each_queue(ctx):
    assert sorted(parts(ctx, collecting())) == [
        ("collect", {"queue": "collect"}, "x"), ("north", {"queue": "north"}, "x@north"),
    ]  # fmt: skip


@pytest.mark.usefixtures("queue", "devices")
@pytest.mark.parametrize(("site", "queue_name"), [("at-city", "north"), ("at-south", "collect")])
def test_a_site_is_a_question_for_its_queue_only(ctx, site, queue_name):
    [(queue, args, _)] = parts(ctx, collecting(site=site))
    assert (queue, args) == (queue_name, {"site": site, "queue": queue_name})


@pytest.mark.usefixtures("queue")
def test_a_name_that_nobody_has_goes_to_the_central_job_which_tells(ctx, devices):
    assert parts(ctx, collecting(hostnames=["nobody"], device_ids=[devices["north"]])) == [
        ("north", {"device_ids": [devices["north"]]}, "x@north"),
        ("collect", {"device_ids": [], "hostnames": ["nobody"]}, "x"),
    ]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(("name", "queue_name"), [("city", "north"), ("south", "collect")])
def test_a_device_is_read_twice_near_it(ctx, devices, name, queue_name):
    job = Job(task="noise.learn", queue="collect", args={"device_id": devices[name], "apart": 1.0})
    assert [one[0] for one in parts(ctx, job)] == [queue_name]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(
    ("names", "found"), [(("north", "city"), "north"), (("north", "south"), None)]
)
def test_devices_have_a_queue_together_or_none(ctx, devices, names, found):
    assert queue_of(ctx, [devices[name] for name in names]) == found


@pytest.mark.usefixtures("queue")
def test_a_central_queue_serves_the_units_that_no_other_does(ctx, units):
    ids = {name: unit.id for name, unit in units.items()}
    every = frozenset(ids.values())
    assert units_served(ctx, "north", every) == {ids["north"], ids["city"]}
    assert units_served(ctx, "collect", every) == {ids["root"], ids["south"]}


def test_a_queues_waiting_jobs_are_handed_to_the_central_one(ctx, queue, devices):
    enqueue_routed(ctx, collecting(device_ids=[devices["north"]]))
    assert queues.standing(ctx, queue).waiting == 1
    assert queues.hand_over(ctx, queue) == 1
    assert queues.standing(ctx, queue).waiting == 0
    assert ctx.recorded[-1] == "queue.moved"
