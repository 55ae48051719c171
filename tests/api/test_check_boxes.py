"""The checks of a change on its form, and what its page says of them."""

import pytest

from changes.checks import KINDS
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup


def asked(browser, device, *checks):
    return send(
        browser, "/changes/new", "/changes", devices=device, title="Describe", reason="asked",
        lines="interface Loopback0\n description by form", checks=list(checks),
    )  # fmt: skip


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


def test_the_form_has_a_box_for_each_check_and_one_for_none(engineer):
    boxes = soup(engineer.get("/changes/new")).select("input[name=checks]")
    assert [one["value"] for one in boxes] == [*KINDS, "none"]


def test_what_is_ticked_is_part_of_the_plan_and_of_the_page(engineer, drifted):
    page = asked(engineer, drifted.hostname, "reachability", "interface_errors")
    assert page.status_code == 200, page.text
    told = " ".join(soup(page).get_text().split())
    assert "Between them: reachability (both), interface_errors (both)." in told


def test_none_and_a_check_at_once_are_refused(engineer, drifted):
    answer = asked(engineer, drifted.hostname, "none", "reachability")
    assert answer.status_code == 422
    assert "stands alone" in answer.text
