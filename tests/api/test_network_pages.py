"""Dashboard, devices, findings and comparisons as pages over real rows."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from tests.api.forms import send, sign_in
from tests.factories import make_device


def soup(answer):
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def cell(page, hostname):
    """What the list of devices says of a device's configuration."""
    return page.find("a", string=hostname).find_parent("tr").find_all("td")[1].get_text(strip=True)


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


@pytest.fixture
def approver(browser):
    sign_in(browser, "approver")
    return browser


def test_the_list_of_devices_tells_each_ones_true_state(approver, world, drifted):
    with world.context() as ctx:
        new = make_device(ctx, hostname=f"{drifted.hostname}-new", outcome="changed")
        new.site_id = ctx.session.scalar(text("SELECT id FROM site WHERE code = 'hq'"))
        ctx.record("device.added", new)
    after = {"after": drifted.hostname[:-1]}
    page = soup(approver.get("/devices", params=after))
    assert cell(page, drifted.hostname) == "unauthorised"
    assert cell(page, new.hostname) == "no baseline"
    path = f"/findings/{drifted.finding_id}"
    send(approver, path, f"{path}/suppression", reason="case", days="3")
    assert cell(soup(approver.get("/devices", params=after)), drifted.hostname) == "suppressed"


def test_accepting_a_finding_puts_the_device_in_sync(approver, drifted):
    path = f"/findings/{drifted.finding_id}"
    page = soup(send(approver, path, f"{path}/acceptance", reason="meant so"))
    assert "resolved" in page.select_one(".page-head").text
    listed = soup(approver.get("/devices", params={"after": drifted.hostname[:-1]}))
    assert cell(listed, drifted.hostname) == "in sync"


def test_a_change_is_requested_from_a_finding_and_decided_by_another(browser, drifted):
    sign_in(browser, "engineer")
    path = f"/findings/{drifted.finding_id}"
    asked = send(browser, path, f"{path}/change", title="Put right", reason="drift")
    change = asked.url.path
    page = soup(asked)
    assert change.startswith("/changes/")
    assert "another person decides" in page.main.text
    browser.cookies.clear()
    sign_in(browser, "approver")
    shown = soup(browser.get(change))
    digest = shown.find("input", attrs={"name": "digest"})["value"]
    rejected = soup(send(browser, change, f"{change}/rejections", digest=digest, note="not now"))
    assert "rejected" in rejected.select_one(".page-head").text
    assert "not now" in rejected.select_one(".votes").text


def test_a_suppression_of_no_or_endless_days_is_refused(approver, drifted):
    path = f"/findings/{drifted.finding_id}"
    for days in ("0", "999999999999"):
        answer = send(approver, path, f"{path}/suppression", reason="case", days=days)
        assert answer.status_code == 422


def test_a_device_is_scanned_by_a_worker_on_request(engineer, world, drifted):
    path = f"/devices/{drifted.device_id}"
    page = soup(send(engineer, path, f"{path}/scan"))
    assert "A worker collects and judges it now." in page.main.text
    with world.context() as ctx:
        job = ctx.session.execute(
            text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
        ).one()
    assert tuple(job) == ("drift.scan", {"device_ids": [drifted.device_id]})


def test_a_device_offers_its_two_newest_snapshots_for_comparison(engineer, drifted):
    page = soup(engineer.get(f"/devices/{drifted.device_id}"))
    chosen = {one["name"]: int(one["value"]) for one in page.select("input[type=radio][checked]")}
    assert chosen == {"left": drifted.snapshot_ids[0], "right": drifted.snapshot_ids[1]}


def test_any_two_snapshots_stand_side_by_side_and_can_be_swapped(engineer, world, drifted):
    pair = {"left": world.drifted.snapshot_ids[0], "right": drifted.snapshot_ids[0]}
    page = soup(engineer.get("/comparison", params=pair))
    changed = [row.get_text(" ", strip=True) for row in page.select("tr.is-changed")]
    assert changed == [f"1 hostname {world.device_name} 1 hostname {drifted.hostname}"]
    swap = page.select_one(".page-head a.btn")["href"]
    assert swap == f"/comparison?left={pair['right']}&right={pair['left']}"


def test_the_dashboard_counts_what_drifted(engineer, drifted):
    page = soup(engineer.get("/"))
    numbers = {
        card.select_one(".stat-text").text: card.select_one(".stat-value").text
        for card in page.select(".stat")
    }
    assert int(numbers["unauthorised"]) >= 2
    assert int(numbers["drifted"]) >= int(numbers["unauthorised"])
    assert drifted.hostname in page.text


def test_looking_at_the_verification_is_recorded(browser, recorded):
    sign_in(browser, "auditor")
    browser.get("/audit/verification")  # the first one makes the log's key
    before = recorded()
    assert "All records are as they were written" in browser.get("/audit/verification").text
    assert recorded() == before + 1


def test_a_change_under_way_is_cancelled_before_it_begins(browser, drifted):
    sign_in(browser, "engineer")
    path = f"/findings/{drifted.finding_id}"
    change = send(browser, path, f"{path}/change", title="Put right", reason="drift").url.path
    browser.cookies.clear()
    sign_in(browser, "approver")
    digest = soup(browser.get(change)).find("input", attrs={"name": "digest"})["value"]
    send(browser, change, f"{change}/approvals", digest=digest, note="exactly this")
    page = soup(send(browser, change, f"{change}/cancellation", note="not tonight"))
    assert "cancelled" in page.select_one(".page-head").text
    assert "What would have run" in page.main.text
