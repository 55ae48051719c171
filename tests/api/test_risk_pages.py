"""The risk formula as pages: shown, tried, published, refused with the form kept."""

from bs4 import BeautifulSoup

from changes.risk.formula import shipped
from changes.risk.trial import MOST
from tests.api.forms import sign_in
from tests.api.test_network_pages import soup

TEXT = shipped().replace("medium: {from: 35,", "medium: {from: 20,")


def sent(browser, path, **values):
    token = soup(browser.get("/risk")).find("input", {"name": "csrf_token"})["value"]
    return browser.post(path, data={"csrf_token": token, "text": TEXT, "unit": "ops", **values})


def test_the_formula_is_shown_with_points_and_words(browser):
    sign_in(browser, "auditor")
    page = soup(browser.get("/risk"))
    assert "There is no way back." not in page.text
    assert "{devices}: there is no way back." in page.text
    assert "Publish this formula" not in page.text
    assert page.find("textarea").text.strip().endswith(shipped().strip()[-60:])


def test_a_formula_is_tried_and_the_form_stays(browser, world):
    sign_in(browser, "auditor")
    page = soup(sent(browser, "/risk/trial", last=str(MOST)))
    assert "Nothing is published." in page.text
    assert page.find("a", href=f"/changes/{world.ids['change']}") is not None
    assert "from: 20," in page.find("textarea").text


def test_a_formula_is_published_and_compared_with_what_was_before(browser):
    sign_in(browser, "admin")
    page = soup(sent(browser, "/risk", unit="", reason="more eyes"))
    assert page.find("h1").text == "Version 1 of all units"
    cells = [cell.text for cell in page.find("table").find_all("td")]
    assert cells == ["levels.medium.from", "35", "20"]


def test_a_broken_formula_comes_back_in_the_form_with_what_is_wrong(browser):
    sign_in(browser, "admin")
    for path in ("/risk", "/risk/trial"):
        broken = TEXT.replace("approvals: 1,", "approvals: 0,")
        answer = sent(browser, path, text=broken, reason="less")
        assert answer.status_code == 422
        page = BeautifulSoup(answer.text, "html.parser")
        assert "levels.low.approvals" in page.find(role="alert").text
        assert "approvals: 0," in page.find("textarea").text
