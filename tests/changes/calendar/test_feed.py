"""The iCalendar feed: read back by a parser, stable, in UTC, and safe whatever a title holds."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from changes.calendar.feed import feed, open_feed, printable
from changes.calendar.series import Place
from core.errors import NotPermitted
from inventory.models import Device
from organization.tokens import TokenRefused, person_of_token, revoke
from tests.changes.calendar.planning import hence, make_freeze, make_window

HOSTILE = "x\r\nEND:VEVENT\nBEGIN:VALARM;\\,\x00\x1b[31m\u202e" + "ä" * 200


@pytest.fixture
def place(office):
    with office.acting("arranger") as ctx:
        return Place(unit_id=ctx.get(Device, office.ids["r1"]).governing_unit_id)


def raw(office, *, by="engineer"):
    with office.acting(by) as ctx:
        return feed(ctx)


def events(office, place):
    """Those of this office, by summary."""
    return [
        one for one in Calendar.from_ical(raw(office)).walk("VEVENT")
        if f"#{place.unit_id}#" in one["summary"] or one["summary"].startswith("Change")
    ]  # fmt: skip


def test_windows_freezes_and_changes_are_events_in_utc(office, place):
    at = office.clock.at.replace(microsecond=0)
    with office.acting("arranger") as ctx:
        make_window(ctx, f"nights #{place.unit_id}#", place=place, **hence(at, hours=1))
        make_freeze(ctx, f"freeze #{place.unit_id}#", place=place, **hence(at, hours=9))
    change = office.requested("r1", window=(at + timedelta(hours=2), at + timedelta(hours=3)))
    assert [
        (str(one["summary"]), one["dtstart"].dt - at, one["dtend"].dt - at, str(one["status"]))
        for one in events(office, place)
    ] == [
        (f"Window: nights #{place.unit_id}#", *hours(1, 5), "CONFIRMED"),
        (f"Change C{change.id}: Describe", *hours(2, 3), "TENTATIVE"),
        (f"Freeze: freeze #{place.unit_id}#", *hours(9, 13), "CONFIRMED"),
    ]
    assert b"TZID" not in raw(office)


def hours(*numbers):
    return tuple(timedelta(hours=one) for one in numbers)


def test_an_opening_keeps_its_name_from_reading_to_reading(office, place):
    with office.acting("arranger") as ctx:
        make_window(ctx, f"nights #{place.unit_id}#", place=place, rule="FREQ=DAILY;COUNT=5",
                    **hence(office.clock.at, hours=1))  # fmt: skip
    first = [str(one["uid"]) for one in events(office, place)]
    office.clock.at += timedelta(days=1)
    assert [str(one["uid"]) for one in events(office, place)] == first
    assert len(set(first)) == 5


def test_a_window_across_a_shift_of_the_clocks_is_right_in_utc(office, place):
    office.clock.at = datetime(2027, 3, 26, tzinfo=UTC)
    with office.acting("arranger") as ctx:
        make_window(ctx, f"nights #{place.unit_id}#", place=place, rule="FREQ=DAILY;COUNT=2",
                    starts="2027-03-27T22:00")  # fmt: skip
    assert [one["dtstart"].dt.hour for one in events(office, place)] == [21, 20]


def test_every_line_is_folded_and_ends_as_the_standard_asks(office):
    start = office.clock.at + timedelta(hours=2)
    office.requested("r1", title=HOSTILE.replace("\x00", ""), reason=HOSTILE.replace("\x00", ""),
                     window=(start, start + timedelta(hours=1)))  # fmt: skip
    lines = raw(office).split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_a_hostile_title_stays_a_title(office, place):
    start = office.clock.at + timedelta(hours=2)
    title = HOSTILE.replace("\x00", "")
    change = office.requested("r1", title=title, window=(start, start + timedelta(hours=1)))
    [event] = events(office, place)
    shown = title.replace("\r\n", "\n").replace("\x1b", "�").replace("\u202e", "�")
    assert str(event["summary"]) == f"Change C{change.id}: {shown}"
    assert event.subcomponents == []


def test_control_characters_are_made_visible():
    assert printable("a\x00b\r\nc\rd\x7f") == "a�b\nc\nd�"


def test_the_feed_is_of_ones_own_jurisdiction(office, place):
    with office.acting("arranger") as ctx:
        make_window(
            ctx, f"nights #{place.unit_id}#", place=place, **hence(office.clock.at, hours=1)
        )
    office.dismiss("auditor")
    with pytest.raises(NotPermitted, match=r"change\.read"):
        raw(office, by="auditor")


def test_a_feeds_token_opens_the_feed_and_nothing_else_until_it_is_revoked(office):
    with office.acting("engineer") as ctx:
        row, token = open_feed(ctx, name="my phone")
        assert ctx.recorded == ["token.issued"]
        assert person_of_token(ctx, token, use="feed").id == ctx.person.person_id
        with pytest.raises(TokenRefused, match="no other token opens them"):
            person_of_token(ctx, token)
        revoke(ctx, row.id)
        with pytest.raises(TokenRefused, match="not valid"):
            person_of_token(ctx, token, use="feed")
