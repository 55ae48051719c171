"""The search field leads straight to a page."""

import pytest

from tests.api.conftest import PASSWORD


@pytest.fixture
def visitor(browser):
    browser.post("/sign-in", data={"username": "auditor", "password": PASSWORD, "to": "/"})
    browser.follow_redirects = False
    return browser


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("C12", "/changes/12"),
        ("f3", "/findings/3"),
        (" E007 ", "/events/7"),
        ("p2", "/problems/2"),
        ("", "/devices"),
    ],
)
def test_a_number_with_its_letter_leads_to_its_page(visitor, wanted, path):
    assert visitor.get("/search", params={"q": wanted}).headers["location"] == path


def test_a_name_leads_to_the_device(visitor, world):
    answer = visitor.get("/search", params={"q": world.device_name.upper()})
    assert answer.headers["location"] == f"/devices/{world.device_id}"


def test_an_unknown_name_is_told(visitor):
    answer = visitor.get("/search", params={"q": "<b>nowhere</b>"})
    assert answer.status_code == 404
    assert "There is no device &lt;b&gt;nowhere&lt;/b&gt;" in answer.text
