"""Search over current configurations as a page: real texts, hostile ones too."""

from functools import partial

import pytest
from bs4 import BeautifulSoup

from inventory import snapshots
from inventory.store import search
from tests.api.conftest import SHOWN
from tests.api.forms import sign_in
from tests.api.test_network_pages import soup
from tests.factories import make_device, make_site, make_unit

PATH = "/configurations"


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


@pytest.fixture
def many(world):
    """A device with 120 lines that only it has."""
    with world.context() as ctx:
        device = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
        device.unit_id = world.unit_id
        text = "hostname x\n" + "".join(f"{device.hostname} {n}\n" for n in range(120))
        snapshots.store(ctx, device, source="running", text=text, doubts=(), facts={})
        ctx.record("device.collected", device)
        return device.hostname


def hits(page):
    return [one.get_text() for one in page.select(".line.is-hit")]


def test_without_a_pattern_nothing_is_searched(engineer):
    page = soup(engineer.get(PATH))
    assert (page.select(".match"), page.select(".pager")) == ([], [])


def test_a_line_is_found_with_its_device_its_neighbours_and_what_fits_marked(engineer, drifted):
    page = soup(engineer.get(PATH, params={"pattern": f"hostname {drifted.hostname}"}))
    [match] = page.select(".match")
    assert match.select_one(".match-head a")["href"] == f"/snapshots/{drifted.snapshot_ids[1]}"
    assert [one.get_text().strip() for one in match.select(".line")] == [
        f"1hostname {drifted.hostname}", "2!", "3ntp server 192.0.2.66",
    ]  # fmt: skip
    assert [one.get_text() for one in match.select("mark")] == [f"hostname {drifted.hostname}"]


def match_of(engineer, hostname, **asked):
    """The device's match, on whichever page of the answer it stands."""
    page = soup(engineer.get(PATH, params=asked))
    while page.find("a", string=hostname) is None:
        page = soup(engineer.get(page.find("a", rel="next")["href"]))
    return page.find("a", string=hostname).find_parent(class_="match")


def test_without_lines_around_the_sections_above_are_told(engineer, drifted):
    asked = {"pattern": "description <", "around": "0"}
    match = match_of(engineer, drifted.hostname, **asked)
    assert match.select_one(".above").get_text(strip=True) == "ininterface Gi0/1"
    assert len(match.select(".line")) == 1


def test_what_a_device_says_is_shown_and_runs_nothing(engineer, drifted):
    match = match_of(engineer, drifted.hostname, pattern="alert(1)")
    assert "<script>alert(1)</script>" in match.get_text()
    assert "\\u{202e}gnp.exe" in match.get_text()
    assert "\u202e" in SHOWN
    assert "\u202e" not in str(match)
    assert "<script>alert" not in str(match)


def test_a_regular_expression_and_the_filters_stand_in_the_form_again(engineer, world, drifted):
    asked = {"pattern": f"^hostname {drifted.hostname}$", "how": "regex", "site": world.site,
             "platform": "cisco_ios", "unit": "ops", "around": "0"}  # fmt: skip
    page = soup(engineer.get(PATH, params=asked))
    assert hits(page) == [f"1hostname {drifted.hostname}\n"]
    shown = {name: page.find(attrs={"name": name})["value"] for name in asked if name not in
             {"how", "around"}}  # fmt: skip
    chosen = {name: page.select_one(f"[name={name}] [selected]")["value"] for name in
              ("how", "around")}  # fmt: skip
    assert shown | chosen == asked


def test_a_unit_that_there_is_not_is_told_at_the_form(engineer, drifted):
    asked = {"pattern": drifted.hostname, "unit": "nowhere"}
    answer = engineer.get(PATH, params=asked)
    assert (answer.status_code, "nowhere" in answer.text) == (422, True)


@pytest.mark.parametrize("elsewhere", [{"site": "nowhere"}, {"platform": "hp_comware"}])
def test_what_the_filters_leave_out_is_not_found(engineer, drifted, elsewhere):
    page = soup(engineer.get(PATH, params={"pattern": drifted.hostname} | elsewhere))
    assert "No configuration was searched." in page.main.get_text()


@pytest.mark.parametrize("pattern", ["(", "a" * 1001, "a\nb", "<b>("])
def test_a_pattern_that_cannot_be_searched_for_is_told_at_the_form(engineer, pattern):
    answer = engineer.get(PATH, params={"pattern": pattern, "how": "regex"})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    field = page.find("input", attrs={"name": "pattern"})
    assert field["value"] == pattern
    assert page.find(id=field["aria-describedby"])["role"] == "alert"
    assert "(?m)" not in page.main.get_text()
    assert page.find("b", string="(") is None


def test_the_pages_of_a_search_are_turned_to_their_end_without_loss(engineer, many):
    seen, path = [], f"{PATH}?pattern={many}+&around=0"
    while path:
        page = soup(engineer.get(path))
        seen += hits(page)
        following = page.find("a", rel="next")
        path = following["href"] if following else ""
    assert seen == [f"{n + 2}{many} {n}\n" for n in range(120)]


def test_a_search_ends_at_its_limit_and_says_so(engineer, many, monkeypatch):
    monkeypatch.setattr("api.web.configurations.MOST", 60)
    page = soup(engineer.get(PATH, params={"pattern": many, "after": "50"}))
    assert len(hits(page)) == 10
    assert "more than 60 such lines" in page.main.get_text()
    assert page.find("a", rel="next") is None


def test_a_search_whose_time_is_up_says_so(engineer, many, monkeypatch):
    hurried = partial(search.search, seconds=-1.0)
    monkeypatch.setattr("api.web.configurations.search.search", hurried)
    page = soup(engineer.get(PATH, params={"pattern": f"{many} 119"}))
    assert "The time was up after 1 configurations" in page.main.get_text()


def test_other_jurisdictions_are_not_searched(engineer, world):
    with world.context() as ctx:
        far = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
        snapshots.store(ctx, far, source="running", text="only there\n", doubts=(), facts={})
        ctx.record("device.collected", far)
    page = soup(engineer.get(PATH, params={"pattern": "only there"}))
    assert (page.select(".match"), far.hostname in page.get_text()) == ([], False)


def test_who_holds_no_post_searches_nothing(browser):
    sign_in(browser, "stranger")
    assert browser.get(PATH, params={"pattern": "hostname"}).status_code == 403
