"""The calendar as pages: months, weeks and what comes next, plans, freezes and exceptions."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from api.web.calendar_days import frame_of, sheet, weeks
from changes import requests
from changes.calendar import exceptions
from changes.calendar.agenda import Entry
from changes.calendar.models import ChangeWindow, Freeze, FreezeException
from changes.calendar.series import Place
from changes.calendar.spans import Span
from changes.models import ChangeRequest
from changes.requests import Wanted
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup
from tests.changes.calendar.planning import make_freeze, make_window

BERLIN = ZoneInfo("Europe/Berlin")
HOSTILE = "<script>alert(1)</script>"
_n = count(1)


def test_a_month_is_whole_weeks_from_monday_on():
    page = sheet("month", date(2026, 11, 25))
    assert (page.title, page.first, page.last) == (
        "November 2026", date(2026, 10, 26), date(2026, 12, 7),
    )  # fmt: skip
    assert (page.before, page.after) == (date(2026, 10, 31), date(2026, 12, 1))


def test_a_month_that_ends_on_sunday_has_no_empty_week():
    page = sheet("month", date(2027, 2, 28))
    assert (page.first, page.last) == (date(2027, 2, 1), date(2027, 3, 1))


def test_a_week_is_named_as_iso_8601_does():
    assert sheet("week", date(2027, 1, 1)).title == "2026, week 53"


def test_a_day_is_as_long_as_it_is_there():
    page = sheet("week", date(2026, 10, 25))
    frame = frame_of(page, BERLIN)
    assert frame.end - frame.start == timedelta(days=7, hours=1)


def test_an_entry_stands_on_each_of_its_local_days():
    start = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    entry = Entry(kind="window", number=1, title="x", span=Span(start, start + timedelta(days=1)))
    [days] = weeks(sheet("week", date(2026, 11, 24)), [entry], BERLIN, now=start)
    shown = {one.day.day: [(two.begins, two.ends) for two in one.shown] for one in days}
    assert shown == {23: [], 24: [("23:30", "")], 25: [("", "23:30")], 26: [], 27: [], 28: [],
                     29: []}  # fmt: skip
    assert [one.today for one in days].index(True) == 1


@pytest.fixture
def planned(world):
    """A window and a freeze of this test's own in January 2030."""
    number = next(_n)
    place = Place(unit_id=world.unit_id)
    with world.context() as ctx:
        window = make_window(ctx, f"nights {number} {HOSTILE}", place=place,
                             starts="2030-01-08T22:00", rule="FREQ=WEEKLY;COUNT=2")  # fmt: skip
        freeze = make_freeze(ctx, f"freeze {number}", place=place, starts="2030-01-02T00:00",
                             hours=48, zone="UTC", kinds=("emergency",))  # fmt: skip
    return window, freeze


@pytest.fixture
def change(world, drifted):
    """The engineer's change, of a device that has drifted, in the freeze."""
    window = tuple(datetime(2030, 1, 2, hour, tzinfo=UTC) for hour in (10, 12))
    with world.context(world.person("engineer")) as ctx:
        wanted = Wanted(title="Correct", reason="drift", window=window)
        return requests.request_correction(ctx, [drifted.finding_id], wanted)


@pytest.fixture
def admin(browser):
    sign_in(browser, "admin")
    return browser


def on(page, day):
    """What a day of the page shows."""
    cell = page.select_one(f'.days time[datetime="{day}"]').find_parent("td")
    return [one.get_text(" ", strip=True) for one in cell.select(".happening")]


def test_a_week_shows_windows_freezes_and_changes_by_local_time(admin, planned, change):
    window, freeze = planned
    assert "January 2030" in admin.get("/calendar?day=2030-01-15").text
    page, later = (
        soup(admin.get(f"/calendar?view=week&day=2030-01-{day}&zone=Europe/Berlin"))
        for day in ("02", "08")
    )
    assert f"freeze 01:00\u2013\u2026 {freeze.name}" in on(page, "2030-01-02")
    assert f"freeze all day {freeze.name}" in on(page, "2030-01-03")
    changes = [one for one in on(page, "2030-01-02") if f"C{change.id} " in one]
    assert [one.split()[1] for one in changes] == ["11:00\u201313:00"]
    windows = [one for one in on(later, "2030-01-08") if window.name in one]
    assert windows == [f"window 22:00\u2013\u2026 {window.name}"]
    assert "Times in Europe/Berlin" in page.main.get_text(" ", strip=True)


def test_a_month_tells_what_stands_against_its_changes(admin, planned, change):
    page = soup(admin.get("/calendar?day=2030-01-15"))
    told = page.select_one('[aria-label="Conflicts"]').get_text(" ", strip=True)
    assert f"C{change.id} Correct" in told
    assert f"The freeze {planned[1].name} holds for" in told


def test_an_agenda_shows_the_same_with_what_it_is_for(admin, planned):
    page = soup(admin.get("/calendar?view=agenda&day=2030-01-01")).main.get_text(" ", strip=True)
    assert f"{planned[1].name} unit ops: Nobody is there." in page


def test_a_full_day_tells_how_much_more_there_is(admin, world):
    with world.context() as ctx:
        for _ in range(7):
            make_window(ctx, f"full {next(_n)}", starts="2031-03-06T10:00",
                        place=Place(unit_id=world.unit_id))  # fmt: skip
    cell = soup(admin.get("/calendar?day=2031-03-01")).select_one('time[datetime="2031-03-06"]')
    assert cell.find_parent("td").select("li")[-1].text == "2 more"


def test_an_empty_agenda_says_so(admin):
    page = soup(admin.get("/calendar?view=agenda&day=2050-01-01&site=nowhere"))
    assert "Nothing is planned in these four weeks." in page.main.get_text()


@pytest.mark.parametrize(
    "query", ["day=yesterday", "day=9999-12-31", "zone=Mars", "view=year", "day=0001-01-01"]
)
def test_what_makes_no_sense_is_refused(admin, query):
    assert admin.get(f"/calendar?{query}").status_code == 422


def test_a_window_is_planned_through_the_form(admin, world):
    name = f"planned {next(_n)}"
    answer = send(
        admin, "/calendar/plan", "/calendar/windows", name=name, starts="2030-02-05T22:00",
        zone="Europe/Berlin", lasting="4h", rule="FREQ=WEEKLY;BYDAY=TU", place="site hq",
        kinds=["normal", "standard"], reason="agreed",
    )  # fmt: skip
    assert (answer.status_code, soup(answer).h1.get_text(strip=True)) == (200, name)
    key = int(str(answer.url).rsplit("/", 1)[1])
    with world.context() as ctx:
        row = ctx.get(ChangeWindow, key)
        assert (row.site_id, row.kinds, row.lasting_seconds) == (
            world.site_id, ["standard", "normal"], 4 * 3600,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": "Mars"}, "no time zone"),
        ({"rule": "FREQ=SECONDLY"}, "FREQ is one of"),
        ({"starts": "soon"}, "no local time"),
        ({"lasting": "long"}, "no span of time"),
        ({"lasting": "0s"}, "cannot last"),
        ({"place": "moon"}, "no place"),
        ({"starts": "2020-01-01T00:00"}, "in the past"),
    ],
)
def test_a_bad_form_is_refused_with_what_to_do(admin, wrong, said):
    told = {"name": "x", "starts": "2030-02-05T22:00", "zone": "UTC", "lasting": "4h"} | wrong
    answer = send(admin, "/calendar/plan", "/calendar/windows", **told)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_freeze_is_made_and_lifted_through_the_forms(admin, world):
    told = {"name": f"blocked {next(_n)}", "starts": "2030-12-20T00:00", "zone": "UTC",
            "lasting": "14d", "place": "unit ops", "reason": "holidays",
            "rule": "FREQ=YEARLY"}  # fmt: skip
    path = send(admin, "/calendar/plan", "/calendar/freezes", **told).url.path
    page = send(admin, path, f"{path}/lifting", reason="not needed")
    assert "not needed" in page.text
    with world.context() as ctx:
        assert ctx.get(Freeze, int(path.rsplit("/", 1)[1])).ended_at is not None


def test_a_window_is_edited_through_its_page_and_keeps_its_place(admin, world, planned):
    path = f"/calendar/windows/{planned[0].id}"
    told = {
        "name": planned[0].name, "starts": "2030-01-08T22:00", "zone": "UTC", "lasting": "2h",
        "also": "2030-01-20T22:00 2030-01-21T22:00", "place": "same", "why": "two more",
    }  # fmt: skip
    answer = send(admin, path, f"{path}/edit", **told)
    assert answer.status_code == 200, answer.text
    with world.context() as ctx:
        row = ctx.get(ChangeWindow, planned[0].id)
        assert (row.zone, row.rule, row.lasting_seconds, row.unit_id) == (
            "UTC", "", 7200, world.unit_id,
        )  # fmt: skip
        assert row.also == ["2030-01-20T22:00:00", "2030-01-21T22:00:00"]
    wrong = send(admin, path, f"{path}/edit", **told | {"also": "soon"})
    assert (wrong.status_code, "no local time" in wrong.text) == (422, True)


def test_a_freeze_is_edited_through_its_page(admin, world, planned):
    path = f"/calendar/freezes/{planned[1].id}"
    told = {
        "name": planned[1].name, "starts": "2030-01-02T00:00", "zone": "UTC", "lasting": "24h",
        "place": "site hq", "reason": "Nobody is there.", "why": "hq only",
    }  # fmt: skip
    assert send(admin, path, f"{path}/edit", **told).status_code == 200
    with world.context() as ctx:
        row = ctx.get(Freeze, planned[1].id)
        assert (row.site_id, row.unit_id, row.kinds) == (world.site_id, None, [])


def test_what_holds_everywhere_is_edited_by_whom_the_whole_organization_is_given(browser, world):
    with world.context() as ctx:
        path = f"/calendar/windows/{make_window(ctx, f'everywhere {next(_n)}').id}"
    forms = {
        who: {one["action"] for one in soup(browser.get(path)).main.select("form")}
        for who in ("admin", "auditor") if sign_in(browser, who)
    }  # fmt: skip
    assert forms == {"admin": {f"{path}/edit", f"{path}/removal"}, "auditor": set()}


def test_a_window_is_removed_through_its_page(admin, planned):
    path = f"/calendar/windows/{planned[0].id}"
    assert (
        "agreed otherwise" in send(admin, path, f"{path}/removal", reason="agreed otherwise").text
    )


def test_an_exception_is_asked_for_by_one_and_approved_by_another(browser, world, planned, change):
    path = f"/calendar/freezes/{planned[1].id}"
    sign_in(browser, "engineer")
    page = send(browser, path, f"{path}/exceptions", change_id=str(change.id), reason="It is down.")
    assert "You asked for it; another person decides." not in page.text  # no vote at all
    with world.context() as ctx:
        [row] = [one for one in exceptions.listing(ctx) if one.change_id == change.id]
    sign_in(browser, "approver")
    assert f'href="{path}"' in browser.get("/calendar").text
    send(browser, path, f"/freeze-exceptions/{row.id}/approval", digest=row.digest, note="yes")
    with world.context() as ctx:
        assert ctx.get(FreezeException, row.id).standing == "approved"


def test_an_exception_is_rejected_with_a_reason(browser, world, planned, change):
    path = f"/calendar/freezes/{planned[1].id}"
    with world.context(world.person("engineer")) as ctx:
        asked = exceptions.ask(ctx, change.id, planned[1].id, reason="x")
    sign_in(browser, "approver")
    bare = send(browser, path, f"/freeze-exceptions/{asked.id}/rejection", digest=asked.digest)
    assert bare.status_code == 422
    send(browser, path, f"/freeze-exceptions/{asked.id}/rejection", digest=asked.digest, note="no")
    with world.context() as ctx:
        assert ctx.get(FreezeException, asked.id).state == "rejected"
        assert ctx.get(ChangeRequest, change.id).state == "proposed"


def test_who_may_not_write_sees_no_forms(browser, planned):
    sign_in(browser, "auditor")
    page = soup(browser.get("/calendar/plan"))
    assert [one["action"] for one in page.main.select("form")] == ["/calendar/feed"]
    shown = soup(browser.get(f"/calendar/freezes/{planned[1].id}"))
    assert shown.main.select("form") == []


def test_a_feed_is_made_on_the_page_and_read_with_its_address(browser):
    sign_in(browser, "auditor")
    page = soup(send(browser, "/calendar/plan", "/calendar/feed", name="my phone"))
    path = page.select_one(".notice code").text
    browser.cookies.clear()
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        200, "text/calendar; charset=utf-8",
    )  # fmt: skip
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")


@pytest.mark.parametrize("token", ["", "trimtabfeed_nonsense", "session"])
def test_the_feed_opens_with_its_own_token_only(browser, world, token):
    token = world.tokens["auditor"] if token == "session" else token
    answer = browser.get("/calendar.ics", params={"token": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_a_feeds_token_opens_nothing_else(browser, rest):
    sign_in(browser, "auditor")
    page = soup(send(browser, "/calendar/plan", "/calendar/feed", name="my phone"))
    token = page.select_one(".notice code").text.split("=")[1]
    client = rest("auditor")
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.get("/devices").status_code == 401
