"""Many events at a time: the same as one by one, in a few statements."""

from threading import Thread

import pytest
from sqlalchemy import select

from core.actor import Actor, Origin
from core.errors import NotFound, NotPermitted
from operations.events import Notice, WrongState, close, close_all, raise_event, raise_events
from operations.models import Event
from tests.statements import statements
from tests.waiting import wait_until_blocked

WHO = (Actor(name="test"), Origin(door="job"))


def notice(mark, *, severity="minor", detail=""):
    return Notice(fingerprint=mark, kind="link", title=mark, detail=detail, severity=severity)


def told(events):
    return [(one.fingerprint, one.count, one.severity, one.detail) for one in events]


def test_new_events_are_made_and_known_ones_counted_up(ctx):
    raise_events(ctx, [notice("link:2")])
    ctx.recorded.clear()
    again = notice("link:2", severity="major", detail="down")
    events = raise_events(ctx, [notice("link:1"), again, notice("link:3")])
    assert told(events) == [
        ("link:1", 1, "minor", ""), ("link:2", 2, "major", "down"), ("link:3", 1, "minor", ""),
    ]  # fmt: skip
    assert events[0].id < events[2].id
    assert ctx.recorded == ["event.raised", "event.raised", "event.repeated"]


def test_one_fingerprint_noticed_twice_at_a_time_is_one_event(ctx):
    first, second = raise_events(ctx, [notice("link:1"), notice("link:1", severity="major")])
    assert (first is second, told([first])) == (True, [("link:1", 2, "major", "")])
    assert ctx.recorded == ["event.raised", "event.repeated"]


def test_many_events_take_as_few_statements_as_one(ctx):
    with statements(ctx) as one:
        raise_events(ctx, [notice("link:0")])
    with statements(ctx) as many:
        raise_events(ctx, [notice(f"link:{number}") for number in range(1, 20)])
    assert len(many) <= len(one)


def test_events_are_closed_each_with_its_note(ctx, happen, devices):
    events = [happen(on=one) for one in devices]
    assert close_all(ctx, {events[0].id: "gone", events[1].id: "moved"}) == events
    assert [(one.state, one.closing_note) for one in events] == [
        ("closed", "gone"), ("closed", "moved"),
    ]  # fmt: skip
    assert ctx.recorded == ["event.closed", "event.closed"]


@pytest.mark.parametrize("why", ["closed", "missing", "elsewhere"])
def test_where_one_cannot_be_closed_none_is(ctx, operator, happen, devices, why):
    mine, other = happen(), happen("flap", on=devices[1 if why == "elsewhere" else 0])
    if why == "closed":
        close(ctx, other.id, "before")
    wanted = {mine.id: "gone", 4711 if why == "missing" else other.id: "gone"}
    with pytest.raises((WrongState, NotFound, NotPermitted)):
        close_all(operator, wanted)
    assert mine.state == "open"


def test_where_another_raised_one_of_them_just_now_that_one_is_counted(runtime):
    seen = []

    def both():
        with runtime.context(*WHO) as ctx:
            seen.extend(told(raise_events(ctx, [notice("link:1"), notice("link:2")])))

    with runtime.context(*WHO) as ctx:
        raise_event(
            ctx, fingerprint="link:2", kind="link", title="link:2", detail="", severity="minor"
        )
        other = Thread(target=both)
        other.start()
        wait_until_blocked(runtime.engine)
    other.join()
    assert seen == [("link:1", 1, "minor", ""), ("link:2", 2, "minor", "")]
    with runtime.context(*WHO) as ctx:
        assert len(ctx.session.scalars(select(Event)).all()) == 2
