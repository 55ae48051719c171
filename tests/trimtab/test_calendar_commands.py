"""`trimtab calendar`: windows, freezes, exceptions, what comes next, the feed."""

import json

import pytest

from tests.trimtab.conftest import requested

WINDOW = [
    "calendar", "window", "add", "nights", "--starts", "2030-01-01T22:00", "--zone",
    "Europe/Berlin", "--lasting", "4h", "--unit", "root",
]  # fmt: skip
FREEZE = [
    "calendar", "freeze", "add", "year end", "--starts", "2026-01-01T00:00", "--zone", "UTC",
    "--lasting", "366d", "--rule", "FREQ=YEARLY", "--reason", "Nobody is there.",
]  # fmt: skip


def test_a_window_is_added_listed_and_removed(staff):
    made = staff.json([*WINDOW, "--rule", "FREQ=WEEKLY", "--kind", "normal", "--but",
                       "2030-01-08T22:00"])  # fmt: skip
    assert {name: made[name] for name in ("name", "where", "lasting", "kinds")} == {
        "name": "nights", "where": "unit root", "lasting": "4:00:00", "kinds": ["normal"],
    }  # fmt: skip
    assert [one["id"] for one in staff.json("calendar window list")] == [made["id"]]
    gone = staff.json(["calendar", "window", "remove", str(made["id"]), "--reason", "moved"])
    assert gone["ended_at"] is not None
    assert staff.json("calendar window list") == []
    assert len(staff.json("calendar window list --ended")) == 1


def test_a_window_is_edited_in_what_is_named_and_nothing_else(staff):
    made = staff.json([*WINDOW, "--rule", "FREQ=WEEKLY", "--kind", "normal"])
    edit = ["calendar", "window", "edit", str(made["id"]), "--lasting", "6h", "--clear", "kinds"]
    now = staff.json([*edit, "--why", "two nights are not enough"])
    same = ("id", "name", "where", "starts", "zone", "rule")
    assert {name: now[name] for name in same} == {name: made[name] for name in same}
    assert (now["lasting"], now["kinds"], now["affected"]) == ("6:00:00", [], [])


def test_a_freeze_is_edited(staff):
    key = str(staff.json(FREEZE)["id"])
    now = staff.json(["calendar", "freeze", "edit", key, "--unit", "root", "--exempt", "emergency",
                      "--why", "as agreed"])  # fmt: skip
    assert (now["where"], now["kinds"], now["reason"]) == (
        "unit root", ["emergency"], "Nobody is there.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--rule", "FREQ=SECONDLY"], "FREQ is one of"),
        (["--zone", "Mars"], "no time zone 'Mars'"),
        (["--lasting", "0s"], "cannot last"),
        (["--lasting", "long"], "no span of time"),
        (["--starts", "2020-01-01T00:00"], "in the past"),
        (["--site", "hq"], "one of them"),
        (["--kind", "urgent"], "no kind of change"),
    ],
)
def test_a_bad_window_is_refused_in_one_line(staff, more, said):
    done = staff([*WINDOW, *more])
    assert (done.exit_code, said in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_who_may_not_write_the_calendar_is_told(staff):
    assert staff.as_("erin")(WINDOW).exit_code == 3


def test_the_next_opening_is_told_in_utc(staff):
    device = ["--device", "r1", "--lasting", "2h", "--after", "2030-01-01T00:00"]
    assert staff(["calendar", "next", *device]).exit_code == 1
    staff(WINDOW)
    told = staff(["calendar", "next", *device])
    assert told.stdout == "2030-01-01 21:00 to 2030-01-01 23:00 UTC\n"
    assert staff.json(["calendar", "next", *device])["start"] == "2030-01-01T21:00:00+00:00"


def test_what_comes_next_is_shown_in_order(staff):
    staff(FREEZE)
    [year_end] = [one for one in staff.json("calendar show --days 7") if one["kind"] == "freeze"]
    assert (year_end["title"], year_end["note"]) == ("year end", "everywhere: Nobody is there.")


def test_a_freeze_stands_against_a_change_until_its_exception_is_approved(staff):
    freeze = staff.json(FREEZE)["id"]
    change = str(requested(staff)["id"])
    told = staff(["calendar", "conflicts", change, "--json"])
    assert told.exit_code == 1
    [found] = json.loads(told.stdout)
    assert (found["kind"], found["forbids"]) == ("frozen", True)
    asked = staff.json(["calendar", "exception", "ask", change, str(freeze), "--reason", "Down."])
    assert asked["state"] == "asked"
    decide = [str(asked["id"]), "--digest", asked["digest"], "--note", "yes"]
    assert staff(["calendar", "exception", "approve", *decide]).exit_code == 3
    staff.as_("ada")
    assert [one["id"] for one in staff.json("calendar exception list --state asked")] == [
        asked["id"]
    ]
    assert staff.json(["calendar", "exception", "approve", *decide])["state"] == "approved"
    assert staff.json(["calendar", "conflicts", change]) == []


def test_an_exception_is_rejected(staff):
    freeze = staff.json(FREEZE)["id"]
    change = str(requested(staff)["id"])
    asked = staff.json(["calendar", "exception", "ask", change, str(freeze), "--reason", "Down."])
    decide = [str(asked["id"]), "--digest", asked["digest"], "--note", "It can wait."]
    assert (
        staff.as_("ada").json(["calendar", "exception", "reject", *decide])["state"] == "rejected"
    )


def test_a_lifted_freeze_stands_against_nothing(staff):
    freeze = staff.json(FREEZE)["id"]
    check = [
        "calendar",
        "check",
        "--device",
        "r1",
        "--start",
        "2030-01-01T00:00",
        "--lasting",
        "1h",
    ]
    assert staff(check).exit_code == 1
    staff.json(["calendar", "freeze", "lift", str(freeze), "--reason", "over"])
    assert staff(check).exit_code == 0
    assert staff.json("calendar freeze list") == []


def test_a_feed_is_an_address_shown_once(staff):
    made = staff.as_("oona").json(["calendar", "feed", "my phone"])
    assert made["path"] == f"/calendar.ics?token={made['token']}"
    assert made["token"].startswith("trimtabfeed_")
