"""The pages in a real browser: no console error, no violation of the policy, no request elsewhere.

What is local to the page is checked here: keys, theme, live log. Everything else needs no browser.
"""

import shutil
import socket
from threading import Thread

import pytest
import uvicorn

from api.web.manifest import read_manifest
from drift.scan_models import Scan
from tests.api.chromium import chromium
from tests.api.conftest import PASSWORD
from tests.factories import make_scan
from tests.scheduler.running import wait_for

PROGRAM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed"),
    pytest.mark.skipif(read_manifest() is None, reason="this installation was built without pages"),
]


@pytest.fixture(scope="module")
def address(app):
    """The application served over HTTP on this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def page(address, tmp_path_factory):
    """A browser that signed in through the form, as an auditor."""
    with chromium(PROGRAM, tmp_path_factory.mktemp("profile"), address) as browser:
        browser.open("/devices")
        browser.run("document.querySelector('[name=username]').value = 'auditor'")
        browser.run(f"document.querySelector('[name=password]').value = '{PASSWORD}'")
        browser.submit("document.querySelector('form').requestSubmit()")
        yield browser


@pytest.fixture
def addresses(world, drifted):
    ids = world.ids
    return [
        "/", "/devices", f"/devices/{drifted.device_id}", "/findings",
        f"/findings/{world.drifted.finding_id}", f"/snapshots/{world.drifted.snapshot_ids[1]}",
        f"/comparison?left={drifted.snapshot_ids[0]}&right={drifted.snapshot_ids[1]}", "/changes",
        f"/changes/{ids['change']}", f"/changes/{ids['change']}/execution", "/events",
        f"/events/{drifted.event_id}", "/problems", f"/problems/{ids['problem']}", "/schedules",
        "/knowledge", f"/knowledge/{ids['article']}", "/audit", "/audit/verification",
        "/audit/heads", "/audit/packs", "/audit/records/1", "/questions", "/questions/saved",
        "/questions/person?person=engineer&since=yesterday",
        "/policies", "/organization", "/rollouts", "/scans", f"/scans/{ids['scan']}",
        "/discovery", "/discovery/ranges", f"/discovery/candidates/{ids['candidate']}",
        "/compliance", "/compliance/devices", "/noise", f"/noise/{ids['mask']}",
        "/compliance/rules/TT-IOS-NTP-1", f"/devices/{drifted.device_id}/baselines",
        f"/devices/{drifted.device_id}/baselines/1", f"/devices/{drifted.device_id}/facts",
        f"/devices/{drifted.device_id}/baselines/comparison?left=1&right=1",
        "/catalogue", "/catalogue/describe", "/templates",
        "/calendar", "/calendar?view=week", "/calendar?view=agenda", "/calendar/plan",
        f"/calendar/windows/{ids['window']}", f"/calendar/freezes/{ids['freeze']}",
        f"/devices/{drifted.device_id}/intended", "/sites", f"/sites/{world.site_id}",
        "/configurations", "/configurations?pattern=ntp&around=5", "/discovery/imports",
        f"/snapshots/{drifted.snapshot_ids[1]}/blame", f"/devices/{drifted.device_id}/snapshots",
        "/work", "/queues", f"/queues/{ids['queue']}", "/queues/central/collect", "/emergencies",
        f"/emergencies/{ids['glass']}", "/maintenance", f"/maintenance/{ids['plan']}", "/risk",
        f"/changes/{ids['change']}/alike", f"/devices/{drifted.device_id}/remains",
    ]  # fmt: skip


def test_signing_in_leads_to_the_page_that_was_asked_for(page):
    page.open("/devices")
    assert page.run("document.querySelector('h1').textContent") == "Devices"
    assert page.run("document.querySelector('.who').textContent.trim()").startswith("auditor")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_errs_breaks_the_policy_or_asks_elsewhere(page, addresses, theme):
    page.theme(theme)
    page.faults.clear()
    for path in addresses:
        page.open(path)
        assert page.run("document.documentElement.dataset.bsTheme") == theme, path
        assert page.faults == [], path


CUT_OFF = """[...document.querySelectorAll("input[placeholder]")].filter((one) => {
  if (!one.offsetParent) return false
  const look = getComputedStyle(one), pen = document.createElement("canvas").getContext("2d")
  pen.font = look.font
  const room = one.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight)
  return pen.measureText(one.placeholder).width > room
}).map((one) => one.placeholder)"""


def test_no_placeholder_is_cut_off(page, addresses):
    page.order(
        "Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1,
        mobile=False,
    )  # fmt: skip
    found = {}
    for path in addresses:
        page.open(path)
        found[path] = page.run(CUT_OFF)
    page.order("Emulation.clearDeviceMetricsOverride")
    assert {path: cut for path, cut in found.items() if cut} == {}


def test_the_policy_would_be_noticed_if_it_were_broken(page):
    page.open("/devices")
    page.faults.clear()
    page.run(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'alert(1)'}))"
    )
    page.run("1")
    assert any("Content Security Policy" in fault for fault in page.faults)


def test_what_a_device_says_runs_nothing(page, world):
    page.open(f"/findings/{world.drifted.finding_id}")
    assert "<script>alert(1)</script>" in page.run("document.querySelector('.diff').textContent")
    assert page.run("[...document.scripts].filter(one => !one.src).length") == 0


def test_keys_lead_through_rows_and_places(page):
    page.open("/devices")
    press(page, "j")
    assert page.run("document.activeElement.closest('tr').rowIndex") == 1
    page.loaded = False
    press(page, "g")
    press(page, "f")
    page.wait()
    assert page.run("location.pathname") == "/findings"


def test_the_keys_step_through_differences(page, world):
    page.open(f"/findings/{world.drifted.finding_id}")
    press(page, "n")
    press(page, "n")
    assert page.run("document.querySelector('[data-diff-place]').textContent") == "2 of 2"


def test_a_running_scan_is_followed_until_it_is_over(page, world):
    with world.context() as ctx:
        scan = make_scan(ctx, asked=2)
    page.open(f"/scans/{scan.id}")
    assert page.run("document.querySelector('progress').value") == 0
    with world.context() as ctx:
        over = ctx.get(Scan, scan.id)
        over.outcomes, over.ended_at = {"in_sync": 2}, ctx.now()
    wait_for(lambda: not page.run("document.querySelector('#live').hasAttribute('hx-get')"))
    assert page.run("document.querySelector('progress').value") == 2


def test_nothing_is_wider_than_a_narrow_window_except_what_scrolls_by_itself(page, addresses):
    page.order("Emulation.setDeviceMetricsOverride", width=480, height=900, deviceScaleFactor=1,
               mobile=False)  # fmt: skip
    try:
        for path in addresses:
            page.open(path)
            assert page.run("document.documentElement.scrollWidth") <= 480, path
    finally:
        page.order("Emulation.clearDeviceMetricsOverride")


def press(page, key):
    page.order("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
    page.order("Input.dispatchKeyEvent", type="keyUp", key=key)
