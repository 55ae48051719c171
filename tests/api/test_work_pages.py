"""My work as a page and over REST: what waits, what was told, and how one is told."""

import pytest

from operations import notices
from operations.notices import Note
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup


@pytest.fixture
def told(world):
    """A notice to the approver."""
    with world.context() as ctx:
        person = world.person("approver").person_id
        notices.put(ctx, [
            Note(person_id=person, mark="vote:0", topic="vote", title="C0 Do", detail="why",
                 path="/changes/0")
        ])  # fmt: skip
        ctx.commit()


@pytest.mark.usefixtures("told")
def test_an_approver_sees_what_waits_for_their_vote_and_what_they_were_told(browser, world):
    sign_in(browser, "approver")
    page = soup(browser.get("/work"))
    waits = page.select_one("table[aria-label='Waits for my vote']")
    assert f"/changes/{world.ids['change']}" in {one["href"] for one in waits.find_all("a")}
    text = page.main.get_text(" ", strip=True)
    assert ("describe version 1" in text, "Exception to year end" in text) == (True, True)
    assert "C0 Do" in page.select_one("table[aria-label='What I was told']").get_text()


def test_an_engineer_sees_what_they_asked_for(browser, world):
    sign_in(browser, "engineer")
    page = soup(browser.get("/work"))
    assert "No change waits for your vote." in page.main.get_text()
    own = page.select_one("table[aria-label='What I asked for']")
    assert f"/changes/{world.ids['change']}" in {one["href"] for one in own.find_all("a")}


def test_one_chooses_how_one_is_told(browser):
    sign_in(browser, "auditor")
    page = soup(send(browser, "/work", "/work/manner", manner="daily"))
    assert page.select_one("[name=manner][checked]")["value"] == "daily"
    assert send(browser, "/work", "/work/manner", manner="hourly").status_code == 422


@pytest.mark.usefixtures("told")
def test_rest_tells_the_same(rest, world):
    client = rest("approver")
    assert world.ids["change"] in {one["change_id"] for one in client.get("/work").json()["votes"]}
    found = client.get("/work").json()
    assert world.ids["exception"] in found["exception_ids"]
    assert world.ids["standard"] in found["draft_ids"]
    told_of = client.get("/notices").json()["items"]
    assert ("vote", "C0 Do", "/changes/0") in [
        (one["topic"], one["title"], one["path"]) for one in told_of
    ]
    assert client.put("/notices/manner", json={"manner": "off"}).json() == {"manner": "off"}
    assert client.get("/notices/manner").json() == {"manner": "off"}
    client.put("/notices/manner", json={"manner": "each"})
