"""The calendar over REST: planned, asked, conflicts and openings found, exceptions decided."""

from datetime import UTC, datetime
from itertools import count

import pytest
from icalendar import Calendar

from changes import requests
from changes.calendar.series import Place
from changes.requests import Wanted
from organization.people import by_username
from organization.tokens import issue
from tests.changes.calendar.planning import make_freeze

_n = count(1)


def body(world, **values):
    return {
        "name": f"window {next(_n)}", "starts": "2032-03-02T22:00", "zone": "Europe/Berlin",
        "minutes": 240, "unit_id": world.unit_id, **values,
    }  # fmt: skip


@pytest.fixture
def change(world, drifted):
    window = tuple(datetime(2032, 6, 1, hour, tzinfo=UTC) for hour in (10, 12))
    with world.context(world.person("engineer")) as ctx:
        wanted = Wanted(title="Correct", reason="drift", window=window)
        return requests.request_correction(ctx, [drifted.finding_id], wanted)


@pytest.fixture
def freeze(world, change):
    """It holds over the change's window, for its device alone."""
    with world.context() as ctx:
        device_id = ctx.get(type(change), change.id).targets[0].device_id
        return make_freeze(ctx, f"freeze by REST {next(_n)}", starts="2032-06-01T00:00", zone="UTC",
                           hours=24, place=Place(device_ids=(device_id,))).id  # fmt: skip


def test_a_window_is_planned_and_found_again(rest, world):
    told = body(world, rule="FREQ=WEEKLY;BYDAY=TU", kinds=["normal"], but=["2032-03-09T22:00"])
    answer = rest("admin").post("/calendar/windows", json=told)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert {name: made[name] for name in ("rule", "kinds", "but", "lasting_seconds")} == {
        "rule": "FREQ=WEEKLY;BYDAY=TU", "kinds": ["normal"], "but": ["2032-03-09T22:00:00"],
        "lasting_seconds": 14400,
    }  # fmt: skip
    assert rest("auditor").get(f"/calendar/windows/{made['id']}").json() == made
    frame = {"since": "2032-03-01T00:00:00Z", "until": "2032-03-31T00:00:00Z", "site": "hq"}
    entries = rest("auditor").get("/calendar", params=frame).json()
    assert [one["start"] for one in entries if one["id"] == made["id"]] == [
        "2032-03-02T21:00:00Z", "2032-03-16T21:00:00Z", "2032-03-23T21:00:00Z",
        "2032-03-30T20:00:00Z",
    ]  # fmt: skip


def test_a_window_is_edited_as_a_whole_with_a_reason(rest, world):
    told = body(world, rule="FREQ=WEEKLY", kinds=["normal"])
    key = rest("admin").post("/calendar/windows", json=told).json()["id"]
    path, wanted = f"/calendar/windows/{key}", told | {"minutes": 60, "kinds": []}
    assert rest("admin").put(path, json=wanted).status_code == 422
    answer = rest("admin").put(path, json=wanted | {"why": "shorter nights"})
    assert (answer.status_code, answer.json()["affected"]) == (200, [])
    row = answer.json()["row"]
    assert (row["id"], row["lasting_seconds"], row["kinds"]) == (key, 3600, [])
    assert rest("auditor").put(path, json=wanted | {"why": "x"}).status_code == 403


def test_a_freeze_edited_into_a_changes_window_names_the_change(rest, change, freeze):
    path = f"/calendar/freezes/{freeze}"
    now = rest("admin").get(path).json()
    told = {"name": now["name"], "starts": now["starts"], "zone": "UTC", "minutes": 1440,
            "device_ids": now["device_ids"], "reason": now["reason"], "why": "x"}  # fmt: skip
    exempt = rest("admin").put(path, json=told | {"kinds": ["normal"]}).json()
    binding = rest("admin").put(path, json=told).json()
    assert (exempt["affected"], binding["affected"]) == ([], [change.id])


def test_a_window_is_removed_and_listed_only_when_asked_for(rest, world):
    key = rest("admin").post("/calendar/windows", json=body(world)).json()["id"]
    gone = rest("admin").post(f"/calendar/windows/{key}/removal", json={"reason": "moved"})
    assert (gone.status_code, gone.json()["end_reason"]) == (201, "moved")
    shown, all_ = (
        {one["id"] for one in rest("admin").get(path).json()["items"]}
        for path in ("/calendar/windows?limit=500", "/calendar/windows?limit=500&ended=true")
    )
    assert (key in shown, key in all_) == (False, True)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"rule": "FREQ=HOURLY"}, "invalid_recurrence"),
        ({"rule": "nonsense"}, "invalid_recurrence"),
        ({"zone": "Mars/Olympus"}, "invalid_recurrence"),
        ({"starts": "2020-01-01T00:00"}, "window_in_the_past"),
        ({"starts": "2032-03-02T22:00Z"}, "invalid_input"),
        ({"minutes": 0}, "invalid_input"),
        ({"minutes": 20_000}, "invalid_recurrence"),
        ({"kinds": ["urgent"]}, "invalid_input"),
        ({"colour": "red"}, "invalid_input"),
    ],
)
def test_a_bad_window_is_refused_with_its_code(rest, world, values, code):
    answer = rest("admin").post("/calendar/windows", json=body(world, **values))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_freeze_stands_against_a_change_until_it_is_lifted(rest, change, freeze):
    path = f"/changes/{change.id}/conflicts"
    [told] = rest("auditor").get(path).json()
    assert (told["kind"], told["freeze_id"], told["forbids"]) == ("frozen", freeze, True)
    lifted = rest("admin").post(f"/calendar/freezes/{freeze}/lifting", json={"reason": "over"})
    assert lifted.status_code == 201
    assert rest("auditor").get(path).json() == []


def test_conflicts_are_found_before_a_change_is_requested(rest, change, drifted):
    asked = {"device_ids": drifted.device_id, "start": "2032-06-01T11:00:00Z",
             "end": "2032-06-01T13:00:00Z"}  # fmt: skip
    [found] = rest("engineer").get("/calendar/conflicts", params=asked).json()
    assert (found["kind"], found["change_id"], found["forbids"]) == (
        "same_device", change.id, False,
    )  # fmt: skip
    backwards = rest("engineer").get("/calendar/conflicts", params=asked | {"end": asked["start"]})
    assert backwards.status_code == 422


def test_the_next_opening_is_proposed(rest, world, drifted):
    told = body(world, starts="2032-08-03T22:00", unit_id=None, device_ids=[drifted.device_id])
    assert rest("admin").post("/calendar/windows", json=told).status_code == 201
    asked = {"device_ids": drifted.device_id, "minutes": 120, "after": "2032-08-03T00:00:00Z"}
    # the window of the whole world, every Tuesday, is the same one then
    assert rest("engineer").get("/calendar/opening", params=asked).json() == {
        "start": "2032-08-03T20:00:00Z", "end": "2032-08-03T22:00:00Z",
    }  # fmt: skip
    none = rest("engineer").get("/calendar/opening", params=asked | {"minutes": 10_000})
    assert (none.status_code, none.json()) == (200, None)


def test_an_exception_is_asked_for_and_approved(rest, change, freeze):
    path = f"/changes/{change.id}/freeze-exceptions"
    asked = rest("engineer").post(path, json={"freeze_id": freeze, "reason": "It is down."}).json()
    assert asked["standing"] == "asked"
    decision = {"digest": asked["digest"], "note": "yes"}
    own = rest("engineer").post(f"/freeze-exceptions/{asked['id']}/approval", json=decision)
    assert own.status_code == 403
    done = rest("approver").post(f"/freeze-exceptions/{asked['id']}/approval", json=decision)
    assert (done.status_code, done.json()["standing"]) == (201, "approved")
    assert rest("auditor").get(f"/changes/{change.id}/conflicts").json() == []
    listed = rest("auditor").get("/freeze-exceptions?state=approved").json()["items"]
    assert asked["id"] in {one["id"] for one in listed}


def test_an_exception_is_rejected_with_a_reason(rest, change, freeze):
    path = f"/changes/{change.id}/freeze-exceptions"
    asked = rest("engineer").post(path, json={"freeze_id": freeze, "reason": "It is down."}).json()
    where, decision = f"/freeze-exceptions/{asked['id']}/rejection", {"digest": asked["digest"]}
    assert rest("approver").post(where, json=decision | {"note": " "}).status_code == 422
    done = rest("approver").post(where, json=decision | {"note": "It can wait."})
    assert (done.status_code, done.json()["standing"]) == (201, "rejected")


def test_the_feed_is_read_with_a_bearer_token_too(rest):
    answer = rest("auditor").get("/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert Calendar.from_ical(answer.content)["version"] == "2.0"


def test_a_token_for_the_feed_is_issued_like_any_other_and_revoked(rest, browser):
    made = rest("auditor").post(
        "/tokens", json={"name": "phone", "username": "auditor", "use": "feed"}
    )
    token = {"token": made.json()["token"]}
    assert browser.get("/calendar.ics", params=token).status_code == 200
    assert rest("auditor").post(f"/tokens/{made.json()['id']}/revocation").status_code == 201
    assert browser.get("/calendar.ics", params=token).status_code == 401


def test_the_feed_of_who_holds_no_post_is_refused(world, browser):
    with world.context() as ctx:
        _, token = issue(ctx, person=by_username(ctx, "stranger"), name="x", use="feed")
    answer = browser.get("/calendar.ics", params={"token": token})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
