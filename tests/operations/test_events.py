"""Events: noticed once however often they are seen, worked on, closed."""

from threading import Thread

import pytest
from sqlalchemy import select

from core.actor import Actor, Origin
from core.errors import Conflict, NotFound, NotPermitted
from operations.events import (
    WrongState,
    acknowledge,
    assign,
    close,
    get_event,
    link_problem,
    list_events,
    raise_event,
    recurring,
)
from operations.models import Event
from operations.problems import open_problem
from tests.acting import acting
from tests.factories import make_device, make_person, make_site
from tests.waiting import wait_until_blocked

WHO = (Actor(name="test"), Origin(door="job"))


def test_an_event_is_open_and_recorded_when_it_is_first_noticed(ctx, devices):
    event = raise_event(
        ctx, fingerprint="drift:1", kind="drift", title="Drift", detail="a line",
        severity="major", device_id=devices[0].id,
    )  # fmt: skip
    assert (event.state, event.severity, event.count) == ("open", "major", 1)
    assert (event.first_at, event.last_at, event.device) == (ctx.now(), ctx.now(), devices[0])
    assert ctx.recorded == ["event.raised"]


def test_the_same_noticed_again_is_counted_and_told_anew(ctx, clock, happen):
    event = happen()
    clock.forward(minutes=5)
    again = happen(detail="it differs more")
    assert (again is event, event.count, event.detail) == (True, 2, "it differs more")
    assert (event.last_at, event.last_at > event.first_at) == (clock(), True)
    assert ctx.session.query(Event).count() == 1


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [("minor", "critical", "critical"), ("major", "info", "major"), ("minor", "minor", "minor")],
)
def test_severity_only_rises_while_an_event_lives(happen, first, then, kept):
    happen(severity=first)
    assert happen(severity=then).severity == kept


def test_an_acknowledged_event_that_comes_again_stays_acknowledged(ctx, happen):
    acknowledge(ctx, happen().id)
    again = happen()
    assert (again.state, again.count) == ("acknowledged", 2)


def test_what_comes_back_after_it_was_closed_is_a_new_event(ctx, happen):
    first = happen()
    close(ctx, first.id, "corrected")
    second = happen()
    assert (second.id == first.id, second.count, first.state) == (False, 1, "closed")


def test_an_event_is_acknowledged_once_by_a_named_person(operator, happen):
    event = acknowledge(operator, happen().id)
    assert (event.state, event.acknowledged_by_id) == ("acknowledged", operator.person.person_id)
    assert operator.recorded == ["event.acknowledged"]
    with pytest.raises(WrongState, match="is acknowledged; only an open one"):
        acknowledge(operator, event.id)


def test_an_event_is_assigned_to_a_person_who_is_there(ctx, operator, happen):
    event, person = happen(), make_person(ctx)
    assert assign(operator, event.id, person).assigned_to_id == person.id
    assert operator.recorded == ["event.assigned"]
    person.active = False
    with pytest.raises(Conflict, match="is deactivated and takes on no event"):
        assign(operator, event.id, person)


def test_a_closed_event_keeps_its_note_and_is_not_worked_on(ctx, clock, operator, happen):
    event = close(operator, happen().id, "corrected")
    assert (event.closed_at, event.closing_note) == (clock(), "corrected")
    assert operator.recorded == ["event.closed"]
    for action in (
        lambda: close(operator, event.id, "again"),
        lambda: acknowledge(operator, event.id),
        lambda: assign(operator, event.id, make_person(ctx)),
    ):
        with pytest.raises(WrongState, match="closed"):
            action()


def test_an_event_is_linked_to_the_problem_behind_it(ctx, operator, happen, units):
    event, problem = happen(), open_problem(operator, title="Bad optics", unit=units[0])
    assert link_problem(operator, event.id, problem.id).problem is problem
    assert operator.recorded == ["problem.opened", "event.linked"]
    with pytest.raises(NotFound, match="no problem 4711"):
        link_problem(ctx, event.id, 4711)


def test_an_event_is_not_linked_to_a_problem_of_another_unit(ctx, operator, happen, units):
    problem = open_problem(ctx, title="Bad optics", unit=units[1])
    with pytest.raises(NotPermitted, match=r"problem\.write on Bad optics"):
        link_problem(operator, happen().id, problem.id)


def test_events_are_worked_on_in_ones_jurisdiction_only(ctx, operator, happen, devices):
    person = make_person(ctx)
    for on in (devices[1], None):
        event = happen(on=on)
        for action in (
            lambda number: acknowledge(operator, number),
            lambda number: assign(operator, number, person),
            lambda number: close(operator, number, "corrected"),
        ):
            with pytest.raises(NotPermitted, match=r"event\.write on drift!"):
                action(event.id)
    assert operator.recorded == []


def test_one_reads_the_events_of_ones_jurisdiction_and_of_no_device(ctx, operator, happen, devices):
    north, south, nowhere = happen(), happen(on=devices[1]), happen("disk_full", on=None)
    assert list_events(ctx) == [nowhere, south, north]
    assert list_events(operator) == [nowhere, north]
    assert [get_event(operator, event.id) for event in (nowhere, north)] == [nowhere, north]
    with pytest.raises(NotPermitted):
        get_event(operator, south.id)
    assert list_events(acting(ctx, make_person(ctx))) == []


def test_a_device_that_its_own_unit_governs_is_read_by_that_unit(ctx, operator, happen, units):
    site = make_site(ctx, unit=units[1])
    event = happen(on=make_device(ctx, site=site, unit_id=units[0].id))
    assert list_events(operator) == [event]
    away = make_device(ctx, site=make_site(ctx, unit=units[0]), unit_id=units[1].id)
    happen(on=away)
    assert list_events(operator) == [event]


def test_events_are_listed_by_state_and_in_pages(ctx, happen):
    first, second, third = (happen(what) for what in ("a", "b", "c"))
    close(ctx, second.id, "")
    assert list_events(ctx, state="open") == [third, first]
    assert list_events(ctx, state="closed") == [second]
    assert list_events(ctx, limit=1, after=third.id) == [second]


def test_what_comes_back_again_and_again_is_a_likely_problem(ctx, operator, happen, devices):
    for _ in range(3):
        for on in devices:
            close(ctx, happen("flap", on=on).id, "came back")
    happen("once")
    assert recurring(ctx) == sorted(f"flap:{one.id}" for one in devices)
    assert recurring(operator) == [f"flap:{devices[0].id}"]
    assert recurring(ctx, times=4) == []
    with pytest.raises(NotPermitted, match=r"event\.read"):
        recurring(acting(ctx, make_person(ctx)))


def notice(runtime, seen):
    with runtime.context(*WHO) as ctx:
        event = raise_event(
            ctx, fingerprint="link:1", kind="link", title="Link", detail="", severity="minor"
        )
        seen.append((event.id, event.count))


def test_of_two_who_notice_at_once_the_second_counts_the_first_ones_event(runtime):
    seen = []
    with runtime.context(*WHO) as ctx:
        event = raise_event(
            ctx, fingerprint="link:1", kind="link", title="Link", detail="", severity="minor"
        )
        other = Thread(target=notice, args=(runtime, seen))
        other.start()
        wait_until_blocked(runtime.engine)
    other.join()
    assert seen == [(event.id, 2)]


def test_what_is_noticed_while_it_is_being_closed_is_a_new_event(runtime):
    seen = []
    notice(runtime, seen)
    with runtime.context(*WHO) as ctx:
        event = ctx.session.scalars(select(Event).with_for_update()).one()
        event.state = "closed"
        ctx.record("event.closed", event)
        other = Thread(target=notice, args=(runtime, seen))
        other.start()
        wait_until_blocked(runtime.engine)
    other.join()
    assert seen[1][0] != event.id
    assert seen[1][1] == 1
