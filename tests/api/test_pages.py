import re

import pytest

from tests.api.conftest import PASSWORD

PAGES = ["/", "/devices", "/findings", "/changes", "/events", "/problems", "/knowledge", "/scans",
         "/audit", "/audit/verification", "/policies", "/organization"]  # fmt: skip


def sign_in(browser, username="auditor", password=PASSWORD):
    return browser.post("/sign-in", data={"username": username, "password": password, "to": "/"})


@pytest.mark.parametrize("path", PAGES)
def test_an_auditor_sees_every_page(browser, path):
    sign_in(browser)
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert "<h1>" in answer.text


def test_who_is_not_signed_in_is_asked_to(browser):
    assert browser.get("/devices").url.path == "/sign-in"


def test_a_wrong_password_is_told_without_saying_which_was_wrong(browser):
    answer = sign_in(browser, password="something else")
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text


def test_a_form_without_our_token_is_refused(browser):
    sign_in(browser, "engineer")
    answer = browser.post("/events/1/closure", data={"note": "x"})
    assert answer.status_code == 403
    assert "forged_request" in answer.text


def test_signing_out_ends_the_session(browser):
    page = sign_in(browser)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
    browser.post("/sign-out", data={"csrf_token": token})
    assert browser.get("/").url.path == "/sign-in"


def test_sign_in_never_leads_to_another_site(browser):
    answer = browser.post(
        "/sign-in", data={"username": "auditor", "password": PASSWORD, "to": "//evil.example"},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.headers["location"] == "/"


def test_every_answer_forbids_foreign_scripts_and_frames(browser):
    policy = browser.get("/sign-in").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_hold_no_inline_style_or_script(browser):
    sign_in(browser)
    for path in PAGES:
        assert not re.search(r"\sstyle=|\son\w+=|<script>", browser.get(path).text), path


def test_what_does_not_exist_is_a_page_that_says_so(browser):
    sign_in(browser)
    answer = browser.get("/devices/999999")
    assert answer.status_code == 404
    assert "There is no device 999999." in answer.text
