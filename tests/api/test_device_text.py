"""What a device says is shown, never obeyed: on real pages, with real rows."""

import pytest
from bs4 import BeautifulSoup

from inventory import snapshots
from inventory.models import Device
from tests.api.conftest import SHOWN
from tests.api.forms import sign_in
from tests.api.samples.basics import HOSTILE

HUGE = "x" * 300_000


@pytest.fixture
def hostile(world, drifted):
    """A snapshot with escapes, markup and a line of 300,000 characters; so does its device."""
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        device.os_version, device.model = HOSTILE, f"<img src=x onerror=alert(1)> {HUGE[:500]}"
        device.outcome, device.outcome_detail = "error", HOSTILE
        shown = f"banner motd {HOSTILE}\n{HUGE}\n" + "\r\x07\x08\x9b31m\u200b\ufeff\n"
        kept = snapshots.store(ctx, device, source="running", text=shown, doubts=(), facts={})
        ctx.record("device.collected", device)
        return kept.snapshot.id


@pytest.fixture
def addresses(world, drifted, hostile):
    return [
        f"/snapshots/{hostile}", f"/devices/{drifted.device_id}", "/devices",
        f"/findings/{drifted.finding_id}", f"/events/{drifted.event_id}", "/events",
        f"/changes/{world.ids['change']}", f"/changes/{world.ids['change']}/execution", "/changes",
        f"/devices/{world.device_id}", "/", "/audit",
        f"/comparison?left={drifted.snapshot_ids[0]}&right={hostile}",
    ]  # fmt: skip


def test_no_page_holds_markup_or_control_characters_of_a_device(browser, addresses):
    sign_in(browser, "auditor")
    for path in addresses:
        answer = browser.get(path)
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 200, path
        assert [tag for tag in page.find_all("script") if not tag.get("src")] == [], path
        assert page.find_all("img", attrs={"onerror": True}) == [], path
        hidden = {char for char in answer.text if not char.isprintable() and char not in "\n\t"}
        assert hidden == set(), path


def test_what_a_device_says_can_be_read_as_it_is(browser, hostile):
    sign_in(browser, "auditor")
    lines = [
        line.text.rstrip("\n")
        for line in BeautifulSoup(
            browser.get(f"/snapshots/{hostile}").text, "html.parser"
        ).select("pre.config .line")
    ]  # fmt: skip
    told = HOSTILE.replace("\x1b", "\\x1b").replace("\u202e", "\\u{202e}")
    assert lines[0] == f"banner motd {told}"
    assert lines[1] == HUGE
    assert "\\x07\\x08\\x9b31m\\u{200b}\\u{feff}" in "".join(lines[2:])


def test_rest_hands_a_text_out_as_text_that_no_browser_runs(rest, hostile):
    answer = rest("auditor").get(f"/snapshots/{hostile}/text")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert HOSTILE in answer.text


def test_a_finding_holds_the_devices_own_words_over_rest(rest, drifted):
    told = rest("auditor").get(f"/findings/{drifted.finding_id}")
    assert [one for one in told.json()["differences"] if SHOWN in one["line"]]
    assert told.headers["content-type"] == "application/json"
