"""Baselines, what is intended and expected facts of a device as pages over real rows."""

from datetime import timedelta

import pytest

from drift import baselines, facts, observation
from drift.attribution import unexplained
from drift.baselines import Terms
from drift.device_facts import DeviceFacts
from drift.intent import sources
from drift.intent.model import Intended
from tests.api.conftest import APPROVED
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup
from tests.drift.source_contract import FakeSource
from tests.factories import make_device

DAY = timedelta(days=1)


@pytest.fixture
def approver(browser):
    sign_in(browser, "approver")
    return browser


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


@pytest.fixture
def planned(world, drifted):
    """The device gets another baseline for its time servers tomorrow, with a day of grace."""
    with world.context() as ctx:
        terms = Terms(valid_from=ctx.now() + DAY, grace=DAY, sections=("ntp",),
                      provenance="folder: edge.j2 at 3f2a91c", cohort=2)  # fmt: skip
        text = APPROVED.format(name=drifted.hostname).replace("10.0.0.1", "10.0.0.2")
        baselines.set_intended(
            ctx, drifted.device_id, text, reason="two sites", terms=terms, source="folder"
        )
    return f"/devices/{drifted.device_id}/baselines"


@pytest.fixture
def odd(world, drifted):
    """The finding of a device that is expected to have another interface."""
    with world.context() as ctx:
        facts.expect(ctx, drifted.device_id, DeviceFacts(interfaces=("Gi0/9",)), reason="as built")
        observation.judge_device(ctx, drifted.device_id, attribute=unexplained)
        [found] = facts.judge_devices(ctx, [drifted.device_id])
        return found.id


@pytest.fixture
def source(monkeypatch, drifted):
    """The only source there is; it intends another time server for the device, and only that."""
    text = APPROVED.format(name=drifted.hostname).replace("10.0.0.1", "10.0.0.2")
    found = FakeSource(
        {drifted.hostname: Intended(text=text, provenance="memory", sections=("ntp",))}
    )
    monkeypatch.setattr(sources, "sources", lambda: (found,))
    return found


def cells(page, label):
    """The cells of a table, row by row."""
    rows = page.find("table", attrs={"aria-label": label}).select("tbody tr")
    return [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in rows]


def test_the_versions_tell_state_cohort_sections_reason_and_provenance(approver, planned):
    first, second = cells(soup(approver.get(planned)), "Versions")
    assert (first[1:3], first[6:8]) == (["2", "upcoming"], ["2", "only ntp"])
    assert first[8] == "two sites approved by the platform, from folder: edge.j2 at 3f2a91c"
    assert (second[1:3], second[7]) == (["1", "valid"], "everything")


def test_what_is_partially_managed_is_said_in_words(approver, planned):
    text = soup(approver.get(planned)).main.get_text(" ", strip=True)
    assert "It manages the whole configuration." in text
    assert "Upcoming: version 2" in text
    assert "manages only ntp" in text


def test_an_upcoming_version_is_withdrawn_with_a_reason(approver, planned):
    page = soup(send(approver, planned, f"{planned}/2/withdrawal", reason="clock lost"))
    assert [row[2] for row in cells(page, "Versions")] == ["withdrawn", "valid"]
    assert "Upcoming" not in page.main.text


def test_who_may_not_approve_sees_no_form_to_withdraw(auditor, planned):
    assert "withdrawal" not in auditor.get(planned).text


def test_any_two_versions_stand_side_by_side(approver, planned):
    page = soup(approver.get(f"{planned}/comparison", params={"left": 1, "right": 2}))
    changed = [row.get_text(" ", strip=True) for row in page.select("tr.is-changed")]
    assert changed == ["3 ntp server 10.0.0.1 3 ntp server 10.0.0.2"]
    assert "version 1 manages everything , version 2 only ntp" in page.select_one(
        ".notice"
    ).get_text(" ", strip=True)


def test_a_version_is_read_whole(approver, planned):
    page = soup(approver.get(f"{planned}/2"))
    assert "ntp server 10.0.0.2" in page.select_one("pre.config").text
    assert approver.get(f"{planned}/9").status_code == 404


def test_older_versions_are_on_the_next_page(approver, planned):
    assert [row[1] for row in cells(soup(approver.get(f"{planned}?after=2")), "Versions")] == ["1"]


def test_a_device_without_baselines_says_so(approver, world, drifted):
    with world.context() as ctx:
        device = make_device(ctx, hostname=f"{drifted.hostname}-bare", unit_id=world.unit_id)
    for path in ("baselines", "facts"):
        page = soup(approver.get(f"/devices/{device.id}/{path}"))
        assert page.select_one(".empty-state")


def test_a_finding_shows_only_what_its_baseline_manages(approver, world, drifted):
    with world.context() as ctx:
        text = APPROVED.format(name=drifted.hostname)
        baselines.set_intended(
            ctx, drifted.device_id, text, reason="time", terms=Terms(sections=("ntp",))
        )
        observation.judge_device(ctx, drifted.device_id, attribute=unexplained)
    page = soup(approver.get(f"/findings/{drifted.finding_id}"))
    assert [row.get_text(" ", strip=True) for row in page.select(".diff tbody tr")] == [
        "3 ntp server 10.0.0.1 3 ntp server 192.0.2.66"
    ]
    assert "manages only ntp" in page.select_one(".notice").get_text(" ", strip=True)


def test_findings_tell_their_kind_and_are_filtered_by_it(approver, drifted, odd):
    def kinds(**query):
        rows = cells(soup(approver.get("/findings", params=query)), "Findings")
        return {row[2] for row in rows if row[1] == drifted.hostname}

    assert kinds() == {"drift", "facts"}
    assert kinds(kind="facts") == {"facts"}
    tab = soup(approver.get("/findings?kind=facts")).select_one(".tabs a")
    assert tab["href"] == "/findings?kind=facts&state=open"
    assert odd > drifted.finding_id


def test_a_finding_about_facts_shows_what_is_expected_and_seen(approver, odd):
    page = soup(approver.get(f"/findings/{odd}"))
    assert cells(page, "What differs") == [
        ["interfaces", "Gi0/9", "not seen"], ["interfaces", "not expected", "Gi0/1"],
    ]  # fmt: skip
    actions = [form["action"].rpartition("/")[2] for form in page.main.find_all("form")]
    assert actions == ["expectation", "suppression"]


def test_what_was_seen_is_expected_from_the_finding(approver, world, drifted, odd):
    path = f"/findings/{odd}"
    page = soup(send(approver, path, f"{path}/expectation", reason="recabled", kinds="interfaces",
                     snapshot_id=str(drifted.snapshot_ids[1])))  # fmt: skip
    assert "The next judgement ends this finding." in page.main.text
    assert page.main.find("form") is None
    with world.context() as ctx:
        expected = facts.facts_of(facts.expected_for(ctx, drifted.device_id))
        observation.judge_device(ctx, drifted.device_id, attribute=unexplained)
    assert expected == DeviceFacts(interfaces=("Gi0/1",))
    assert "resolved" in soup(approver.get(path)).select_one(".page-head").text


def test_a_snapshot_that_is_not_the_last_is_not_expected(approver, drifted, odd):
    path = f"/findings/{odd}"
    answer = send(approver, path, f"{path}/expectation", reason="x", kinds="interfaces",
                  snapshot_id=str(drifted.snapshot_ids[0]))  # fmt: skip
    assert answer.status_code == 409


def test_who_may_not_approve_only_reads_a_finding_about_facts(auditor, odd):
    page = soup(auditor.get(f"/findings/{odd}"))
    assert page.main.find("form") is None
    assert "An approver may expect anew what the device is." in page.main.text


@pytest.mark.usefixtures("odd")
def test_the_facts_of_a_device_are_compared_kind_by_kind(approver, drifted):
    page = soup(approver.get(f"/devices/{drifted.device_id}/facts"))
    assert cells(page, "Facts") == [["interfaces", "Gi0/9", "Gi0/1", "differs"],
                                    ["neighbours", "anything will do", "none at all",
                                     "not expected"]]  # fmt: skip
    assert [row[:2] for row in cells(page, "Versions")] == [["1", "valid"]]


@pytest.mark.usefixtures("odd")
def test_facts_are_expected_anew_from_the_devices_page(approver, drifted):
    path = f"/devices/{drifted.device_id}/facts"
    page = soup(send(approver, path, path, reason="recabled", kinds="interfaces",
                     snapshot_id=str(drifted.snapshot_ids[1])))  # fmt: skip
    assert [row[:2] for row in cells(page, "Versions")] == [["2", "valid"], ["1", "ended"]]
    assert "as expected" in page.select_one(".page-head").text


def test_an_unknown_kind_of_fact_is_refused(approver, drifted):
    path = f"/devices/{drifted.device_id}/facts"
    answer = send(approver, path, path, reason="x", kinds="colour",
                  snapshot_id=str(drifted.snapshot_ids[1]))  # fmt: skip
    assert answer.status_code == 422


@pytest.mark.usefixtures("source")
def test_what_is_intended_is_approved_exactly_as_shown(approver, drifted):
    path = f"/devices/{drifted.device_id}/intended"
    page = soup(approver.get(path))
    rows = [row.get_text(" ", strip=True) for row in page.select("tr.is-changed")]
    assert rows == ["3 ntp server 10.0.0.1 3 ntp server 10.0.0.2"]
    digest = page.find("input", attrs={"name": "digest"})["value"]
    stale = send(approver, path, f"{path}/approvals", digest="0" * 64, reason="new server")
    assert stale.status_code == 409
    made = soup(send(approver, path, f"{path}/approvals", digest=digest, reason="new server",
                     start="2099-01-01T06:00", grace_hours="48"))  # fmt: skip
    first = cells(made, "Versions")[0]
    assert first[1:6] == ["2", "upcoming", "2099-01-01 06:00 UTC", "–", "2099-01-03 06:00 UTC"]  # noqa: RUF001
    again = soup(approver.get(path))
    assert "This is baseline 2 already" in again.main.text


@pytest.mark.usefixtures("source")
def test_a_time_that_is_none_is_refused(approver, drifted):
    path = f"/devices/{drifted.device_id}/intended"
    digest = soup(approver.get(path)).find("input", attrs={"name": "digest"})["value"]
    answer = send(approver, path, f"{path}/approvals", digest=digest, reason="x", start="soon")
    assert answer.status_code == 422


def test_a_device_that_no_source_speaks_of_says_so(approver, drifted, source):
    source.texts.clear()
    page = soup(approver.get(f"/devices/{drifted.device_id}/intended"))
    assert "No source speaks of this device." in page.select_one(".empty-state").text


@pytest.mark.parametrize("page", ["baselines", "baselines/1", "facts", "intended"])
def test_who_holds_no_post_sees_none_of_a_device(browser, drifted, page):
    sign_in(browser, "stranger")
    assert browser.get(f"/devices/{drifted.device_id}/{page}").status_code == 403
