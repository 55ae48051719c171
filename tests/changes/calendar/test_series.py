"""Windows and freezes: written by whom, where they hold, until when, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from changes.calendar import series
from changes.calendar.errors import InThePast, InvalidRecurrence
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.series import Place
from changes.calendar.spans import Span
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from organization.models import Unit
from tests.changes.calendar.planning import make_freeze, make_window, planned
from tests.conftest import NOON
from tests.factories import make_device, make_site, make_unit

YEAR = Span(NOON, NOON + timedelta(days=365))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_window_is_written_with_its_record(ctx):
    window = make_window(ctx, rule="freq=weekly;byday=tu", kinds=("normal", "standard"))
    assert (window.rule, window.kinds, window.zone) == (
        "FREQ=WEEKLY;BYDAY=TU", ["standard", "normal"], "Europe/Berlin",
    )  # fmt: skip
    assert ctx.recorded == ["window.created"]
    assert ("calendar.write", None) in ctx.authority.asked


@pytest.mark.parametrize("table", [ChangeWindow, Freeze])
def test_who_may_not_write_the_calendar_writes_nothing(office, table):
    with pytest.raises(NotPermitted, match=r"calendar\.write"), office.acting("engineer") as ctx:
        series.add(ctx, table, planned(reason="x"))


def test_in_one_unit_nobody_plans_for_the_whole_organization(office):
    with office.acting("arranger") as ctx:
        site = make_site(ctx)
    with pytest.raises(NotPermitted, match=r"calendar\.write"), office.acting("approver") as ctx:
        make_window(ctx, place=Place(site_id=site.id))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "a\nb"}, "printable"),
        ({"name": "x" * 201}, "at most 200"),
        ({"kinds": ("urgent",)}, "no kind of change 'urgent'"),
        ({"valid_from": NOON, "valid_until": NOON}, "until a later one"),
        ({"valid_until": datetime(2027, 1, 1)}, "with their offset"),  # noqa: DTZ001
    ],
)
def test_what_makes_no_sense_is_refused(ctx, values, said):
    with pytest.raises(InvalidInput, match=said):
        make_window(ctx, **values)
    assert ctx.recorded == []


def test_a_place_is_a_site_or_a_unit_or_devices(ctx):
    device = make_device(ctx)
    place = Place(unit_id=device.site.unit_id, site_id=device.site_id)
    with pytest.raises(InvalidInput, match="one of them"):
        make_window(ctx, place=place)
    with pytest.raises(InvalidInput, match="at most 1000 devices"):
        make_window(ctx, place=Place(device_ids=(device.id,) * 1001))


def test_a_window_lasts_a_week_at_most_and_a_freeze_a_year(ctx):
    with pytest.raises(InvalidRecurrence, match="at most 7 days"):
        make_window(ctx, hours=24 * 8)
    assert make_freeze(ctx, hours=24 * 21).lasting_seconds == 21 * 86400


def test_a_freeze_says_why(ctx):
    with pytest.raises(InvalidInput, match="needs a reason"):
        make_freeze(ctx, reason=" ")


@pytest.mark.parametrize(
    "values",
    [
        {"starts": "2026-11-23T22:00"},
        {"starts": "2026-11-01T22:00", "rule": "FREQ=DAILY;COUNT=3"},
        {"rule": "FREQ=DAILY", "valid_until": utc("2026-11-30T00:00")},
    ],
)
def test_what_never_holds_from_now_on_is_in_the_past(ctx, values):
    with pytest.raises(InThePast, match="in the past"):
        make_window(ctx, **values)


def test_a_name_is_given_once_at_a_time(ctx):
    first = make_window(ctx)
    with pytest.raises(Conflict, match="a window nights already"):
        make_window(ctx)
    series.end(ctx, ChangeWindow, first.id, reason="moved")
    assert make_window(ctx).id != first.id


def test_a_site_or_device_that_is_not_there_is_told(ctx):
    with pytest.raises(NotFound, match="no site 999999"):
        make_window(ctx, place=Place(site_id=999999))
    with pytest.raises(NotFound, match="no device 999999"):
        make_window(ctx, place=Place(device_ids=(999999,)))


def test_chosen_devices_lie_in_one_unit_or_below_the_named_one(ctx):
    top = make_unit(ctx)
    left, right = (make_device(ctx, site=make_site(ctx, unit=make_unit(ctx, parent=top)))
                   for _ in range(2))  # fmt: skip
    both = (left.id, right.id)
    with pytest.raises(InvalidInput, match="lies in another unit"):
        make_window(ctx, place=Place(device_ids=both))
    window = make_window(ctx, place=Place(unit_id=top.id, device_ids=both))
    assert window.governing_unit_id == top.id


def test_a_window_that_is_ended_holds_until_then(ctx, clock):
    window = make_window(ctx)
    clock.at = utc("2026-12-01T22:00")
    series.end(ctx, ChangeWindow, window.id, reason="called off")
    assert series.spans_of(window, YEAR) == (
        Span(utc("2026-12-01T21:00"), utc("2026-12-01T22:00")),
    )
    assert ctx.recorded == ["window.created", "window.ended"]
    with pytest.raises(Conflict, match="ended on 2026-12-01 22:00Z already"):
        series.end(ctx, ChangeWindow, window.id, reason="again")


def test_an_end_has_a_reason(ctx):
    window = make_window(ctx)
    with pytest.raises(InvalidInput, match="Say why"):
        series.end(ctx, ChangeWindow, window.id, reason="")


def test_validity_cuts_the_openings(ctx):
    window = make_window(
        ctx, rule="FREQ=DAILY", valid_from=utc("2026-12-01T23:00"),
        valid_until=utc("2026-12-02T22:00"),
    )  # fmt: skip
    assert series.spans_of(window, YEAR) == (
        Span(utc("2026-12-01T23:00"), utc("2026-12-02T01:00")),
        Span(utc("2026-12-02T21:00"), utc("2026-12-02T22:00")),
    )


@pytest.fixture
def places(ctx):
    """A unit with one below it, a site in each and a device on each."""
    top = make_unit(ctx)
    low = make_unit(ctx, parent=top)
    sites = [make_site(ctx, unit=unit) for unit in (top, low)]
    return sites, [make_device(ctx, site=site) for site in sites]


def reached(ctx, devices, place):
    window = make_window(ctx, place=place)
    held = series.holding(ctx, ChangeWindow, YEAR)
    return [window in held.reaching(device) for device in devices]


def test_a_window_of_a_unit_reaches_the_units_below(ctx, places):
    sites, devices = places
    assert reached(ctx, devices, Place(unit_id=sites[0].unit_id)) == [True, True]


def test_a_window_of_a_unit_below_does_not_reach_up(ctx, places):
    sites, devices = places
    assert reached(ctx, devices, Place(unit_id=sites[1].unit_id)) == [False, True]


def test_a_window_of_a_site_reaches_its_devices(ctx, places):
    sites, devices = places
    assert reached(ctx, devices, Place(site_id=sites[0].id)) == [True, False]


def test_a_window_of_devices_reaches_them(ctx, places):
    _, devices = places
    assert reached(ctx, devices, Place(device_ids=(devices[1].id,))) == [False, True]


def test_a_window_of_no_place_reaches_all(ctx, places):
    assert reached(ctx, places[1], Place()) == [True, True]


def test_a_device_with_an_owner_of_its_own_is_reached_through_that(ctx, places):
    sites, _ = places
    owner = make_unit(ctx)
    stray = make_device(ctx, site=sites[0], unit_id=owner.id)
    assert reached(ctx, [stray], Place(unit_id=sites[0].unit_id)) == [False]


def test_one_sees_what_holds_for_ones_units_from_above_and_below(office):
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, _unit_of(office, ctx))
        other = make_unit(ctx)
        mine = make_window(ctx, f"mine {unit.code}", place=Place(unit_id=unit.id),
                           starts="2099-12-01T22:00")  # fmt: skip
        theirs = make_window(ctx, f"theirs {unit.code}", place=Place(unit_id=other.id),
                             starts="2099-12-01T22:00")  # fmt: skip
        everybodys = make_window(ctx, f"all {unit.code}", starts="2099-12-01T22:00")
    with office.acting("engineer") as ctx:
        seen = {one.id for one in series.listing(ctx, ChangeWindow)}
        assert {mine.id, everybodys.id} <= seen
        assert theirs.id not in seen
        assert series.one(ctx, ChangeWindow, mine.id).name == mine.name
        with pytest.raises(NotPermitted):
            series.one(ctx, ChangeWindow, theirs.id)


def _unit_of(office, ctx):
    return series.devices(ctx, [office.ids["r1"]])[0].governing_unit_id
