"""The catalogue as pages: read, drafted, approved, tried, requested."""

import pytest
from sqlalchemy import select

from changes.models import ChangeRequest
from tests.api.conftest import SHOWN
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup

LINES = "interface Loopback0\n description {{ text }}\n"
DRAFT = """\
name: {name}
title: Describe it
description: The loopback.
platforms: [cisco_ios]
template: |
  interface Loopback0
   description {{{{ text }}}}
inputs:
  type: object
  additionalProperties: false
  required: [text]
  properties:
    text: {{type: string, maxLength: 20, description: What it says.}}
    shut: {{type: boolean}}
"""


@pytest.fixture
def as_(browser):
    def sign(name):
        sign_in(browser, name)
        return browser

    return sign


def drafted(browser, name):
    return send(browser, "/catalogue", "/catalogue", unit_code="ops", body=DRAFT.format(name=name))


def tried(browser, page, path, **fields):
    form = soup(browser.get(page)).find("form", action=path)
    token = form.find("input", attrs={"name": "csrf_token"})["value"]
    sent = {"csrf_token": token, **fields}
    return browser.post(path, data=sent, files={"file": ("", b"", "text/csv")})


def uploaded(browser, page, path, content, **fields):
    form = soup(browser.get(page)).find("form", action=path)
    token = form.find("input", attrs={"name": "csrf_token"})["value"]
    return browser.post(
        path, data={"csrf_token": token, **fields}, files={"file": ("list.csv", content)}
    )


def changes(world):
    with world.context() as ctx:
        return len(ctx.session.scalars(select(ChangeRequest.id)).all())


def test_the_list_has_standard_changes_and_playbooks(as_):
    page = soup(as_("auditor").get("/catalogue"))
    names = [one.get_text() for one in page.select("table[aria-label='Standard changes'] td a")]
    assert "describe" in names
    assert "correct_drift" in page.select_one("table[aria-label='Playbooks']").get_text()
    assert page.find("form", action="/catalogue") is None


def test_an_entry_shows_what_it_types_and_that_nobody_may_use_it_yet(as_):
    page = soup(as_("engineer").get("/catalogue/describe"))
    assert "description {{ text }}" in page.get_text()
    assert SHOWN.splitlines()[0][:5] in page.h1.get_text()
    assert "No version of it is approved" in page.get_text()


def test_a_draft_is_made_and_who_made_it_has_no_button_to_approve(as_):
    answer = drafted(as_("engineer"), "made_here")
    assert answer.status_code == 200, answer.text
    page = soup(answer)
    assert "Describe it" in page.h1.get_text()
    assert "Approve version" not in page.get_text()


def test_a_draft_that_is_wrong_comes_back_with_the_place(as_):
    answer = send(as_("engineer"), "/catalogue", "/catalogue", unit_code="ops", body="name: [")
    assert answer.status_code == 422
    assert "no YAML, line 1" in answer.text


def test_an_approver_gives_a_voice_once(as_):
    drafted(as_("engineer"), "voiced")
    browser = as_("approver")
    form = next(
        one for one in soup(browser.get("/catalogue/voiced")).find_all("form")
        if one["action"].endswith("/approvals")
    )  # fmt: skip
    told = {one["name"]: one.get("value", "") for one in form.find_all("input")}
    page = soup(browser.post(form["action"], data=told))
    assert "Approve version" not in page.get_text()
    assert "approver" in page.select_one("table[aria-label='Versions']").get_text()


def test_a_template_is_tried_with_its_lines_and_then_requested(as_, world):
    browser = as_("engineer")
    before = changes(world)
    answer = uploaded(
        browser, "/templates", "/templates/preview",
        f"hostname,text\n{world.device_name},by the page\n".encode(), template=LINES,
        title="Describe",
    )  # fmt: skip
    page = soup(answer)
    assert "description by the page" in page.get_text()
    assert changes(world) == before
    form = page.find("form", action="/templates/requests")
    told = {one["name"]: one.get("value", "") for one in form.find_all("input")}
    answer = browser.post("/templates/requests", data=told | {"reason": "asked"})
    assert answer.status_code == 200, answer.text
    assert changes(world) == before + 1


def test_every_mistake_of_a_csv_stands_on_the_page(as_, world):
    before = changes(world)
    answer = uploaded(
        as_("engineer"), "/templates", "/templates/preview", b"hostname,text\nnowhere,x\n,y\n",
        template=LINES,
    )  # fmt: skip
    assert answer.status_code == 422
    assert "line 2, column hostname: There is no device nowhere" in answer.text
    assert "line 3, column hostname: is empty" in answer.text
    assert changes(world) == before


def test_a_file_that_is_no_text_is_refused(as_):
    answer = uploaded(
        as_("engineer"), "/templates", "/templates/preview", b"\xff\xfe", template=LINES
    )
    assert (answer.status_code, "no text in UTF-8" in answer.text) == (422, True)
