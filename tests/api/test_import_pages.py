"""Imports as pages: tried first, taken then; another inventory's server is a worker's matter."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from inventory.candidates import review
from inventory.devices import named
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup
from tests.api.test_rest_discovery import last_job
from tests.factories import make_candidate
from tests.inventory.rest_server import Api, serving
from tests.inventory.test_candidates_imports import netbox_device

PATH = "/discovery/imports"
TRIAL = f"{PATH}/trial"


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


def rows(page):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in page.select("table[aria-label='What would become of it'] tbody tr")
    ]


def upload(browser, content, **fields):
    """Choose a file in the form, or None, and send it as a browser does."""
    form = soup(browser.get(PATH)).find("form", action=TRIAL)
    token = form.find("input", attrs={"name": "csrf_token"})["value"]
    file = ("", b"", "application/octet-stream") if content is None else ("list.csv", content)
    sent = {"kind": "csv", "unit_code": "ops", "text": "", "csrf_token": token} | fields
    return browser.post(TRIAL, data=sent, files={"file": file})


def confirm(browser, page):
    """Send the form that stands below a trial."""
    form = page.find("form", action=PATH)
    told = {one["name"]: one["value"] for one in form.find_all("input")}
    return browser.post(PATH, data=told)


def count(world, table):
    with world.context() as ctx:
        return ctx.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608


def test_a_trial_tells_what_would_become_of_each_line_and_keeps_nothing(engineer, world, recorded):
    with world.context() as ctx:
        known = make_candidate(ctx, unit_id=world.unit_id)
    content = (
        "hostname,address,platform,site,credential\n"
        f"t1,10.77.0.1,cisco_ios,{world.site},{world.credential}\n"
        f"t2,10.77.0.2,<b>acme</b>,{world.site},\n"
        f"{world.device_name},10.77.0.3,cisco_ios,{world.site},{world.credential}\n"
        f"{known.hostname},{known.address},cisco_ios,,\n"
    )
    lacking = (
        f"{known.hostname} cannot be adopted yet: site, credential must be known. Say it, or give "
        "its range a credential and search again."
    )
    before = count(world, "candidate"), count(world, "device"), recorded()
    page = soup(upload(engineer, content, adopt="complete"))
    assert rows(page) == [
        ["t1", "10.77.0.1", "cisco_ios", "a device", ""],
        ["t2", "10.77.0.2", "unknown", "waits for review",
         "'<b>acme</b>' is no platform known here."],
        [world.device_name, "10.77.0.3", "cisco_ios", "waits for review",
         f"may be {world.device_name} (same hostname)"],
        [known.hostname, known.address, "cisco_ios", "known, found", lacking],
    ]  # fmt: skip
    assert (count(world, "candidate"), count(world, "device"), recorded()) == before


def test_what_was_tried_is_taken(engineer, world):
    content = (
        "hostname,address,platform,site,credential\r\n"
        f"u1,10.77.1.1,cisco_ios,{world.site},{world.credential}\r\n"
        "u2,10.77.1.2,,,\r\n"
    )
    page = soup(confirm(engineer, soup(upload(engineer, content, adopt="complete"))))
    told = page.select_one(".notice").get_text(" ", strip=True)
    assert told == ("2 candidates taken: see the review list . 1 device added: see the devices .")
    with world.context() as ctx:
        found = {one.hostname: (one.state, one.source) for one in review.listing(ctx, state=None)}
        assert (found["u1"], found["u2"]) == (
            ("adopted", "csv:list.csv"), ("found", "csv:list.csv"),
        )  # fmt: skip


def test_a_pasted_ansible_inventory_is_tried(engineer):
    page = soup(upload(engineer, None, kind="ansible", text="[core]\nv1 ansible_host=10.77.2.1\n"))
    assert rows(page) == [["v1", "10.77.2.1", "unknown", "waits for review", ""]]


def test_complete_devices_are_tried_and_added_all(engineer, world):
    content = f"hostname,site,platform,address,credential\nw1,{world.site},cisco_ios,10.77.3.1,"
    page = soup(upload(engineer, f"{content}{world.credential}\n", kind="devices"))
    assert rows(page) == [["w1", "10.77.3.1", "cisco_ios", "a device", ""]]
    with world.context() as ctx:
        assert named(ctx, "w1") is None
    confirm(engineer, page)
    with world.context() as ctx:
        assert named(ctx, "w1") is not None


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("csv", "hostname,foo\na,b\n", "it has foo"),
        ("csv", "", "neither of the two"),
        ("csv", None, "neither of the two"),
        ("devices", "hostname,site\nx1,hq\n", "column platform: the column is missing"),
        ("ansible", "#!/bin/sh\n", "is a script"),
        ("csv", b"hostname\n\xff\xfe\n", "no text in UTF-8"),
    ],
)
def test_what_cannot_be_taken_is_told_at_the_form(engineer, kind, content, told):
    answer = upload(engineer, content, kind=kind)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert told in page.select_one("[role=alert]").get_text()
    assert page.select_one(f"[name=kind] [value={kind}]").has_attr("selected")


def test_what_was_pasted_and_refused_stands_in_the_form_again(engineer):
    pasted = "nonsense </textarea><b>text</b>\n"
    answer = upload(engineer, None, text=pasted)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.textarea.get_text() == pasted
    assert page.find("b", string="text") is None


def test_a_file_that_is_too_large_is_refused(engineer, monkeypatch):
    monkeypatch.setattr("api.web.uploads.MOST_BYTES", 1_000_000)
    answer = upload(engineer, "hostname\n" + "x\n" * 600_000)
    assert (answer.status_code, "more than 1 MB" in answer.text) == (422, True)


def test_a_refused_upload_is_told_without_the_file(browser):
    sign_in(browser, "auditor")
    assert browser.get(PATH).status_code == 200
    sign_in(browser, "engineer")
    page = soup(browser.get(PATH))
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    with_unknown_unit = {"unit_code": "", "csrf_token": token, "kind": "devices-x"}
    answer = browser.post(TRIAL, data=with_unknown_unit, files={"file": ("a.csv", "x")})
    assert answer.status_code == 422
    assert "UploadFile" not in answer.text


def test_a_servers_devices_are_read_by_a_worker(browser):
    sign_in(browser, "admin")
    page = soup(
        send(browser, PATH, f"{PATH}/web", kind="nautobot", url="https://nautobot.example",
             token_ref="db:nautobot", unit_code="ops")
    )  # fmt: skip
    assert "A worker reads it now" in page.select_one(".notice").get_text()


def test_the_job_of_a_server_names_the_token_and_never_holds_it(browser, world):
    sign_in(browser, "admin")
    send(browser, PATH, f"{PATH}/web", kind="netbox", url="https://netbox.example",
         token_ref="env:T", unit_code="ops")  # fmt: skip
    task, args = last_job(world)
    assert (task, args) == ("inventory.import", {
        "kind": "netbox", "url": "https://netbox.example", "token_ref": "env:T",
        "unit_id": world.unit_id, "adopt": "none",
    })  # fmt: skip


def test_a_server_is_tried_before_it_is_taken(browser, world, monkeypatch):
    monkeypatch.setenv("NETBOX_TOKEN", "s3cret")
    sign_in(browser, "admin")
    before = count(world, "candidate")
    with serving(Api(rows=[netbox_device(7)])) as api:
        told = {"kind": "netbox", "url": api.url, "token_ref": "env:NETBOX_TOKEN"}
        page = soup(send(browser, PATH, f"{PATH}/web/trial", **told, unit_code="ops"))
    assert rows(page) == [["r7", "10.0.0.7", "cisco_ios", "waits for review", ""]]
    assert count(world, "candidate") == before
    form = page.select_one("form.taking")
    sent = {one["name"]: one["value"] for one in form.find_all("input")}
    browser.post(form["action"], data=sent)
    assert last_job(world)[1]["url"] == told["url"]


def test_a_server_that_does_not_answer_is_told_at_the_form(browser, monkeypatch):
    monkeypatch.setenv("NETBOX_TOKEN", "s3cret")
    sign_in(browser, "admin")
    answer = send(browser, PATH, f"{PATH}/web/trial", kind="netbox", url="http://127.0.0.1:9",
                  token_ref="env:NETBOX_TOKEN", unit_code="ops")  # fmt: skip
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("[name=url]")["value"] == "http://127.0.0.1:9"
    assert page.select_one("[role=alert]").get_text(strip=True)


def test_what_is_no_web_address_is_refused_before_a_worker_meets_it(browser):
    sign_in(browser, "admin")
    answer = send(browser, PATH, f"{PATH}/web", url="ftp://x", token_ref="env:T", unit_code="ops")
    assert (answer.status_code, "no web address" in answer.text) == (422, True)


def test_only_who_may_write_credentials_has_a_server_read(engineer):
    assert f'action="{PATH}/web"' not in engineer.get(PATH).text


def test_who_may_not_write_devices_is_offered_no_form(browser):
    sign_in(browser, "auditor")
    forms = soup(browser.get(PATH)).find_all("form", method="post")
    assert [one["action"] for one in forms] == ["/sign-out"]


def test_the_review_list_leads_to_imports(engineer):
    assert soup(engineer.get("/discovery")).find("a", href=PATH) is not None
