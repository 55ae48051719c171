"""Versions of a device, and since when and by which change its lines stand, as pages."""

import pytest

from changes.models import ChangeRun, VerificationResult
from inventory import snapshots
from inventory.models import Device
from tests.api.conftest import SHOWN
from tests.api.forms import sign_in
from tests.api.test_network_pages import soup
from tests.factories import make_device, make_site, make_unit


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


def show(ctx, device, text, **values):
    usual = {"source": "running", "doubts": (), "facts": {}}
    stored = snapshots.store(ctx, device, text=text, **usual | values)
    ctx.record("device.collected", device)
    return stored.snapshot.id


@pytest.fixture
def explained(world, drifted):
    """A third version, which the verification of a change first saw."""
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        run = ctx.add(
            ChangeRun(change_id=world.ids["change"], worker="w", claimed_at=ctx.now(),
                      lease_until=ctx.now())
        )  # fmt: skip
        text = snapshots.text_of(ctx, snapshots.latest(ctx, device.id).digest)
        third = show(ctx, device, f"{text}ip ssh version 2\n")
        ctx.add(
            VerificationResult(run_id=run.id, device_id=device.id, snapshot_id=third,
                               as_declared=True, surplus=[], missing=[], verified_at=ctx.now())
        )  # fmt: skip
        ctx.record("test.arranged", device)
        return third


def told(page):
    """By run of lines: the classes and the words beside them, and the lines."""
    return [
        (one["class"][0], [line.get_text().strip() for line in one.select(".line")])
        for one in page.select(".blame > li")
    ]


def test_each_line_is_told_since_when_and_by_which_change(auditor, world, drifted, explained):
    page = soup(auditor.get(f"/snapshots/{explained}/blame"))
    assert [kind for kind, _ in told(page)] == [
        "is-from_start", "is-unexplained", "is-from_start", "is-unexplained", "is-from_start",
        "is-by_change",
    ]  # fmt: skip
    assert told(page)[-1][1] == ["9ip ssh version 2"]
    cause = page.select(".whence")[-1]
    assert cause.select_one(".cause")["href"] == f"/changes/{world.ids['change']}"
    assert "engineer" in cause.get_text()
    assert cause.a["href"] == f"/snapshots/{explained}"
    assert page.select(".whence")[1].a["href"] == f"/snapshots/{drifted.snapshot_ids[1]}"


@pytest.mark.usefixtures("explained")
def test_an_older_version_is_told_as_it_was(auditor, drifted):
    page = soup(auditor.get(f"/snapshots/{drifted.snapshot_ids[0]}/blame"))
    assert {kind for kind, _ in told(page)} == {"is-from_start"}
    assert "ntp server 10.0.0.1" in page.main.get_text()


@pytest.mark.parametrize(
    ("origin", "first"),
    [("by_change", "9ip ssh version 2"), ("unexplained", "3ntp server 192.0.2.66")],
)
def test_lines_of_one_origin_are_chosen(auditor, explained, origin, first):
    page = soup(auditor.get(f"/snapshots/{explained}/blame", params={"origin": origin}))
    assert {kind for kind, _ in told(page)} == {f"is-{origin}"}
    assert told(page)[0][1] == [first]


def test_one_section_is_told_and_what_stands_nowhere_is_said(auditor, drifted):
    path = f"/snapshots/{drifted.snapshot_ids[1]}/blame"
    page = soup(auditor.get(path, params={"section": "interface Gi0/1"}))
    assert [lines[0] for _, lines in told(page)] == ["5interface Gi0/1", page_line(page)]
    page = soup(auditor.get(path, params={"line": "<b>nowhere</b>"}))
    assert "No line of the running configuration" in page.select_one(".notice").get_text()
    assert page.find("input", attrs={"name": "line"})["value"] == "<b>nowhere</b>"


def page_line(page):
    return page.select(".line")[-1].get_text().strip()


def test_what_a_device_says_is_shown_and_runs_nothing(auditor, drifted):
    answer = auditor.get(f"/snapshots/{drifted.snapshot_ids[1]}/blame")
    assert "<script>alert(1)</script>" in soup(answer).main.get_text()
    assert "<script>alert" not in answer.text
    assert "\u202e" in SHOWN
    assert "\u202e" not in answer.text


def test_long_runs_are_folded_and_long_texts_have_pages(auditor, world):
    with world.context() as ctx:
        device = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
        device.unit_id = world.unit_id
        one = show(ctx, device, "".join(f"line {n}\n" for n in range(1, 2101)))
    page = soup(auditor.get(f"/snapshots/{one}/blame"))
    folds = [len(fold.select(".line")) for fold in page.select(".stood details")]
    assert (folds, len(page.select(".stood > pre .line"))) == ([500, 500, 500, 494], 6)
    page = soup(auditor.get(page.find("a", rel="next")["href"]))
    assert (page_line(page), page.find("a", rel="next")) == ("2100line 2100", None)


def test_a_run_is_not_folded_for_a_few_lines(auditor, drifted):
    page = soup(auditor.get(f"/snapshots/{drifted.snapshot_ids[0]}/blame"))
    assert page.select("details") == []


def test_what_is_no_complete_running_configuration_says_so(auditor, world):
    with world.context() as ctx:
        device = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
        device.unit_id = world.unit_id
        startup = show(ctx, device, "hostname x\n", source="startup")
    page = soup(auditor.get(f"/snapshots/{startup}/blame"))
    assert "is no complete running configuration" in page.select_one(".notice").get_text()
    assert f'href="/snapshots/{startup}/blame"' not in auditor.get(f"/snapshots/{startup}").text


@pytest.mark.usefixtures("explained")
def test_all_versions_are_listed_with_what_brought_them(auditor, world, drifted):
    page = soup(auditor.get(f"/devices/{drifted.device_id}/snapshots"))
    by = [row.find_all("td")[3].get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert by[0].startswith(f"C{world.ids['change']} ")
    assert by[0].endswith("engineer")
    assert by[1:] == ["unexplained", "–"]  # noqa: RUF001 - the dash of an empty cell


def test_any_two_versions_are_compared_over_the_pages(auditor, drifted, monkeypatch):
    monkeypatch.setattr("api.web.history.LIMIT", 1)
    old, new = drifted.snapshot_ids
    path = f"/devices/{drifted.device_id}/snapshots"
    page = soup(auditor.get(path))
    chosen = page.find("a", string="with another")["href"]
    assert chosen == f"{path}?left={new}"
    page = soup(auditor.get(chosen))
    page = soup(auditor.get(page.find("a", rel="next")["href"]))
    comparison = page.find("a", string="with the left one")["href"]
    assert comparison == f"/comparison?left={new}&right={old}"
    assert "line" in soup(auditor.get(comparison)).select_one(".diff-bar").get_text()


def test_the_pages_of_a_device_lead_to_its_history(auditor, drifted):
    page = soup(auditor.get(f"/devices/{drifted.device_id}"))
    links = {one["href"] for one in page.find_all("a")}
    assert {
        f"/devices/{drifted.device_id}/snapshots", f"/snapshots/{drifted.snapshot_ids[1]}/blame",
    } <= links  # fmt: skip
    links = {one["href"] for one in
             soup(auditor.get(f"/snapshots/{drifted.snapshot_ids[0]}")).find_all("a")}  # fmt: skip
    assert f"/snapshots/{drifted.snapshot_ids[0]}/blame" in links


def test_who_may_not_read_snapshots_sees_no_history(browser, drifted):
    sign_in(browser, "stranger")
    for path in (f"/devices/{drifted.device_id}/snapshots",
                 f"/snapshots/{drifted.snapshot_ids[0]}/blame"):  # fmt: skip
        assert browser.get(path).status_code == 403
