"""Emergencies, maintenance and what remains of a device as pages."""

import pytest

from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup


def test_a_broken_glass_is_listed_and_reviewed(browser, world):
    sign_in(browser, "approver")
    page = f"/emergencies/{world.ids['glass']}"
    assert f'data-href="{page}"' in browser.get("/emergencies").text
    answer = send(browser, page, f"{page}/reviews", verdict="not_justified", note="", problem="")
    assert (answer.status_code, "name the problem that follows" in answer.text) == (422, True)
    shown = soup(send(browser, page, f"{page}/reviews", verdict="justified", note="Seen."))
    assert "1 of 2" in shown.main.get_text()


@pytest.mark.parametrize("told", ["x", "P", "P" + 12 * "9"])
def test_a_problem_is_named_by_its_number(browser, world, told):
    sign_in(browser, "approver")
    page = f"/emergencies/{world.ids['glass']}"
    answer = send(browser, page, f"{page}/reviews", verdict="not_justified", problem=told)
    assert answer.status_code in {409, 422}


def test_the_dashboard_tells_of_reviews_that_wait(browser):
    sign_in(browser, "auditor")
    [card] = soup(browser.get("/")).select("a.stat[href='/emergencies']")
    many = int(card.select_one(".stat-value").text)
    words = "emergency to review" if many == 1 else "emergencies to review"
    assert (many > 0, card.select_one(".stat-text").text) == (True, words)


def test_a_plan_is_made_and_ended(browser):
    sign_in(browser, "engineer")
    made = send(
        browser, "/maintenance", "/maintenance", unit_code="ops", name="doors", kind="certificates",
        trigger="every 1d", options='{"device_port": 443}',
    )  # fmt: skip
    assert "It has not run yet." in made.text
    page = made.url.path
    send(browser, page, f"{page}/run")
    assert "ended" in soup(send(browser, page, f"{page}/end", reason="over")).h1.parent.text
    assert "doors" not in browser.get("/maintenance").text


@pytest.mark.parametrize("options", ["{", "[]", '{"days": 1}'])
def test_wrong_options_are_told(browser, options):
    sign_in(browser, "engineer")
    answer = send(
        browser, "/maintenance", "/maintenance", unit_code="ops", name="x", kind="unsaved",
        trigger="every 1d", options=options,
    )  # fmt: skip
    assert answer.status_code == 422


def test_what_remains_of_a_device_is_shown_and_it_is_not_retired(browser, drifted):
    sign_in(browser, "engineer")
    page = f"/devices/{drifted.device_id}/remains"
    assert f'href="{page}"' in browser.get(f"/devices/{drifted.device_id}").text
    text = soup(browser.get(page)).main.get_text()
    assert f"finding {drifted.finding_id} (drift, open)" in text
    answer = send(browser, page, f"/devices/{drifted.device_id}/letting-go")
    assert (answer.status_code, "no decommission" in answer.text) == (409, True)
