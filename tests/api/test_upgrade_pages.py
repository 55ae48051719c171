"""Images staged and booted, as pages: the form, the request, and what its page says."""

import pytest

from inventory.models import Device
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup

MD5 = "0123456789abcdef" * 2
ASKED = {"image": "new.bin", "checksum": MD5, "title": "New", "reason": "asked"}


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


@pytest.fixture
def running(world, drifted):
    """The drifted device, which told its version."""
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        device.os_version = "15.2(4)E10"
        ctx.record("device.collected", device)
    return drifted


def test_an_upgrade_is_requested_from_the_devices_page_and_shows_both_versions(engineer, running):
    form = f"/upgrades/new?device={running.device_id}"
    assert f'href="{form}"' in engineer.get(f"/devices/{running.device_id}").text
    made = send(
        engineer, form, "/upgrades", **ASKED, hostnames=running.hostname, version="15.2(7)E8",
        former="old.bin",
    )  # fmt: skip
    assert (made.status_code, made.url.path[:9]) == (200, "/changes/"), made.text
    told = soup(made).main.get_text(" ", strip=True)
    assert "Reloads from 15.2(4)E10 ( old.bin ) to 15.2(7)E8 ( new.bin , md5:" in told


def test_an_image_is_requested_to_be_put_there(engineer, running):
    made = send(
        engineer, "/stagings/new", "/stagings", **ASKED, hostnames=running.hostname, size="1000",
        source="http://images.example/new.bin",
    )  # fmt: skip
    assert "trimtab_image" in soup(made).main.get_text()


def test_without_a_way_back_the_form_says_why(engineer, running):
    answer = send(
        engineer, "/upgrades/new", "/upgrades", **ASKED, hostnames=running.hostname,
        version="15.2(7)E8",
    )  # fmt: skip
    assert (answer.status_code, "there would be no way back" in answer.text) == (422, True)


def test_who_may_not_request_gets_no_form(browser):
    sign_in(browser, "auditor")
    assert browser.get("/upgrades/new").status_code == 403
    assert browser.get("/stagings/new").status_code == 403
