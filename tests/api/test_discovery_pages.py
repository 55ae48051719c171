"""The review list, a candidate, searches and ranges as pages."""

import pytest

from inventory.candidates import runs
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup
from tests.factories import make_candidate


@pytest.fixture
def candidate(world):
    with world.context() as ctx:
        return make_candidate(ctx, unit_id=world.unit_id, problem="<b>refused</b>")


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


def test_the_review_list_shows_what_waits_and_escapes_it(engineer, candidate):
    page = engineer.get("/discovery").text
    assert candidate.hostname in page
    assert "&lt;b&gt;refused&lt;/b&gt;" in page


def test_a_candidate_is_adopted_and_leads_to_its_device(engineer, world, candidate):
    path = f"/discovery/candidates/{candidate.id}"
    told = send(engineer, path, f"{path}/adoption", hostname="", platform="", site=world.site,
                credential=world.credential)  # fmt: skip
    assert told.url.path.startswith("/devices/")
    assert candidate.hostname in soup(told).select_one("h1").text


def test_a_candidate_is_ignored_and_taken_back(engineer, candidate):
    path = f"/discovery/candidates/{candidate.id}"
    page = soup(send(engineer, path, f"{path}/dismissal", reason="a printer"))
    assert "ignored" in page.select_one(".page-head").text
    assert candidate.hostname in engineer.get("/discovery?state=ignored").text
    page = soup(send(engineer, path, f"{path}/reconsideration", reason="ours"))
    assert "found" in page.select_one(".page-head").text


def test_a_candidate_is_merged_with_a_device(engineer, world, candidate):
    path = f"/discovery/candidates/{candidate.id}"
    page = soup(
        send(engineer, path, f"{path}/merger", hostname=world.device_name, reason="loopback")
    )
    assert world.device_name in page.main.text


def test_a_search_is_asked_for_and_stopped(engineer, world):
    send(engineer, "/discovery", "/discovery/runs", where="127.0.0.99/32", seeds="", depth="0")
    with world.context() as ctx:
        run = runs.list_runs(ctx, limit=1)[0]
    assert (run.state, run.cidrs) == ("queued", ["127.0.0.99/32"])
    page = soup(send(engineer, "/discovery", f"/discovery/runs/{run.id}/cancellation"))
    assert "cancelled" in page.find("table", attrs={"aria-label": "Searches"}).text


def test_an_administrator_allows_and_withdraws_a_range(browser):
    sign_in(browser, "admin")
    there = "/discovery/ranges"
    page = soup(send(browser, there, there, cidr="127.4.0.0/24", unit_code="ops", ports="22 830"))
    row = page.find("td", string="127.4.0.0/24").find_parent("tr")
    path = row.find("form")["action"]
    assert "127.4.0.0/24" not in soup(send(browser, there, path, reason="moved")).main.text


def test_who_may_not_allow_ranges_is_offered_no_form(engineer):
    assert 'action="/discovery/ranges"' not in engineer.get("/discovery/ranges").text


def test_who_holds_no_post_sees_no_candidate(browser, candidate):
    sign_in(browser, "stranger")
    for path in ("/discovery", "/discovery/ranges", f"/discovery/candidates/{candidate.id}"):
        assert browser.get(path).status_code == 403
