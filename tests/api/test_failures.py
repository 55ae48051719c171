"""Failures as pages: the reason, what was typed, and the way back."""

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError, OperationalError

from api.web import failures
from tests.api.forms import send, sign_in


def test_a_page_that_does_not_exist_keeps_the_menu(browser):
    sign_in(browser, "engineer")
    answer = browser.get("/nonsense")
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 404
    assert page.h1.text == "Not found"
    assert "There is no page /nonsense." in page.main.text
    assert page.select_one('.side a[href="/devices"]')


def test_a_stranger_who_asks_for_no_page_sees_no_menu(browser):
    page = BeautifulSoup(browser.get("/nonsense").text, "html.parser")
    assert page.select(".side") == []


def test_a_refused_form_repeats_what_was_typed_and_leads_back(browser, drifted):
    sign_in(browser, "engineer")
    path = f"/events/{drifted.event_id}"
    send(browser, path, f"{path}/closure", note="first")
    token = BeautifulSoup(browser.get("/").text, "html.parser").find(
        "input", attrs={"name": "csrf_token"}
    )["value"]
    answer = browser.post(
        f"{path}/closure", data={"note": "a long <text>", "csrf_token": token},
        headers={"Referer": f"{browser.base_url}{path}"},
    )  # fmt: skip
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 409
    assert page.select_one(".typed dd").text == "a long <text>"
    assert page.select_one(f'a.btn[href="{path}"]')
    assert token not in page.main.text


def test_a_missing_field_is_named(browser, drifted):
    sign_in(browser, "engineer")
    path = f"/events/{drifted.event_id}"
    answer = send(browser, path, f"{path}/closure")
    assert answer.status_code == 422
    assert "note: Field required" in answer.text


def test_the_way_back_never_leads_to_another_site(browser):
    sign_in(browser, "engineer")
    answer = browser.get("/nonsense", headers={"Referer": "https://evil.example/trap"})
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["/devices/99999999999", "/findings?after=99999999999"])
def test_a_number_too_large_is_told_as_that(browser, path):
    sign_in(browser, "engineer")
    assert browser.get(path).status_code == 422


def test_a_nul_character_in_a_form_is_told_as_that(browser, drifted):
    sign_in(browser, "engineer")
    path = f"/events/{drifted.event_id}"
    assert send(browser, path, f"{path}/closure", note="a\0b").status_code == 422


def test_signing_in_leads_to_the_page_that_was_asked_for_with_its_filters(browser):
    answer = browser.get("/findings?state=resolved&verdict=noise")
    field = BeautifulSoup(answer.text, "html.parser").find("input", attrs={"name": "to"})
    assert field["value"] == "/findings?state=resolved&verdict=noise"


@pytest.mark.parametrize(
    ("failing", "status", "told"),
    [
        (RuntimeError("password=hunter2"), 500, "Trimtab failed here"),
        (OperationalError("SELECT secret", {}, Exception("gone")), 503, "does not answer"),
    ],
)
def test_a_failure_of_ours_is_a_page_without_its_inside(failing, status, told):
    app = FastAPI()
    failures.install(app)

    @app.get("/")
    def fail() -> None:
        raise failing

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert answer.status_code == status
    assert told in answer.text
    assert "hunter2" not in answer.text
    assert "secret" not in answer.text


def test_two_who_write_the_same_at_once_are_told_so(app, browser):
    @app.get("/test-taken")
    def fail() -> None:
        raise IntegrityError("INSERT", {}, Exception("duplicate key"))

    answer = browser.get("/test-taken")
    assert answer.status_code == 409
    assert "at this very moment" in answer.text
