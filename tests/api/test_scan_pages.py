"""Scans as pages and over REST: live while they run, and without names that one may not read."""

from datetime import timedelta

import pytest

from inventory.sites import site_by_code
from tests.api.forms import sign_in
from tests.api.test_network_pages import soup
from tests.factories import make_device, make_scan, make_site, make_unit


@pytest.fixture
def told(world, drifted):
    """A running scan that knows of a device of this unit and of one of another."""
    with world.context() as ctx:
        far = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
        failed = [[name, "timeout", "no <answer>"] for name in (drifted.hostname, far.hostname)]
        scan = make_scan(
            ctx, asked=4, outcomes={"in_sync": 1, "timeout": 2}, failed=failed,
            slowest=[[far.hostname, 9.0], [drifted.hostname, 3.5]], cut={far.site.code: [3, 4, 1]},
        )  # fmt: skip
        return scan.id, drifted.hostname, far


def test_a_scan_shows_how_far_it_is_and_asks_for_more_while_it_runs(browser, world, told):
    sign_in(browser, "auditor")
    page = soup(browser.get(f"/scans/{told[0]}"))
    assert (page.progress["value"], page.progress["max"]) == ("3", "4")
    assert page.find(id="live")["hx-get"] == f"/scans/{told[0]}"
    with world.context() as ctx:
        over = make_scan(ctx, asked=1, outcomes={"in_sync": 1}, ended_at=ctx.now()).id
    assert "hx-get" not in soup(browser.get(f"/scans/{over}")).find(id="live").attrs


def test_a_page_names_only_devices_and_sites_that_one_may_read(browser, told):
    sign_in(browser, "auditor")
    _, near, far = told
    text = browser.get(f"/scans/{told[0]}").text
    assert (near in text, far.hostname in text, far.site.code in text) == (True, False, False)
    assert "no &lt;answer&gt;" in text
    assert "1 of 2 are listed" in text


def test_rest_names_only_devices_and_sites_that_one_may_read(rest, told):
    answer = rest("auditor").get(f"/scans/{told[0]}").json()
    assert [one["hostname"] for one in answer["failed"]] == [told[1]]
    assert [one["hostname"] for one in answer["slowest"]] == [told[1]]
    assert answer["cut"] == []
    assert (answer["figures"]["done"], answer["figures"]["failed"]) == (3, 2)
    assert answer["figures"]["cut_sites"] == 1


def test_scans_are_listed_from_the_newest_and_paged(browser, world, told):
    with world.context() as ctx:
        made = [make_scan(ctx).id for _ in range(2)]
    sign_in(browser, "auditor")
    page = soup(browser.get("/scans"))
    assert [row["data-href"] for row in page.select("tbody tr")][:3] == [
        f"/scans/{number}" for number in (made[1], made[0], told[0])
    ]
    older = soup(browser.get(f"/scans?after={made[0]}"))
    assert older.select("tbody tr")[0]["data-href"] == f"/scans/{told[0]}"


def test_the_dashboard_tells_of_the_last_scan(browser, told):
    sign_in(browser, "auditor")
    line = soup(browser.get("/")).find("a", href=f"/scans/{told[0]}").parent.get_text(" ")
    assert "3 of 4 devices" in " ".join(line.split())
    assert "2 failed" in line


def test_who_holds_no_post_sees_no_scan_and_a_dashboard_without_one(browser, told):
    sign_in(browser, "stranger")
    assert browser.get("/scans").status_code == 403
    assert browser.get(f"/scans/{told[0]}").status_code == 403
    assert f"/scans/{told[0]}" not in browser.get("/").text


def test_a_device_that_rests_says_since_when_it_fails_and_until_when(browser, world):
    with world.context() as ctx:
        until = ctx.now() + timedelta(minutes=20)
        device = make_device(
            ctx, outcome="timeout", failures=3, rests_until=until,
            site=site_by_code(ctx, world.site),
        )  # fmt: skip
    sign_in(browser, "auditor")
    text = " ".join(soup(browser.get(f"/devices/{device.id}")).get_text(" ").split())
    assert "failed 3 times in a row; schedules leave it alone until" in text


def test_a_site_is_limited_and_set_free_over_rest(rest, world):
    with world.context() as ctx:
        path = f"/sites/{site_by_code(ctx, world.site).id}/session-limit"
    for most in (3, None):
        answer = rest("engineer").post(path, json={"max_sessions": most})
        assert (answer.status_code, answer.json()["max_sessions"]) == (201, most)


def test_a_schedule_is_made_with_a_jitter_over_rest(rest):
    body = {"name": "late", "job": "drift.scan", "trigger": "every 1h", "jitter_seconds": 600}
    answer = rest("admin").post("/schedules", json=body)
    assert (answer.status_code, answer.json()["jitter_seconds"]) == (201, 600)
    assert rest("admin").post("/schedules", json=body | {"name": "x", "jitter_seconds": 86401}
                              ).status_code == 422  # fmt: skip
