"""Back to a version and secrets replaced, as pages: first what it would do, then the request."""

import pytest

from core.secrets import write_secret
from inventory import snapshots
from inventory.models import Device
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup

SHOWN = "hostname x\n!\nline vty 0 4\n password <secret:0123456789ab>\n!\nntp server 10.0.0.9\n"


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


def path_of(drifted):
    return f"/snapshots/{drifted.snapshot_ids[0]}/restore"


def test_a_version_is_restored_from_the_list_of_versions(engineer, drifted):
    path = path_of(drifted)
    versions = engineer.get(f"/devices/{drifted.device_id}/snapshots").text
    assert f'href="{path}"' in versions
    page = soup(engineer.get(path))
    declared = page.select_one("[aria-label='Declared difference']").get_text(" ", strip=True)
    assert "ntp server 10.0.0.1" in declared
    made = send(engineer, path, path, title="Back", reason="asked", sections="")
    assert made.url.path.startswith("/changes/")
    assert "Back" in soup(made).h1.text


def test_only_some_sections_are_restored(engineer, drifted):
    path = path_of(drifted)
    page = soup(engineer.get(path, params={"sections": "ntp"}))
    declared = page.select_one("[aria-label='Declared difference']").get_text(" ", strip=True)
    assert ("ntp server" in declared, "description" in declared) == (True, False)
    assert page.find("input", attrs={"name": "sections"})["value"] == "ntp"


def test_where_there_is_nothing_to_restore_no_request_is_offered(engineer, drifted):
    page = soup(engineer.get(f"/snapshots/{drifted.snapshot_ids[1]}/restore"))
    assert "in sync already" in page.main.get_text()
    assert "Request this change" not in page.main.get_text()


def test_who_may_not_request_restores_nothing(browser, drifted):
    sign_in(browser, "auditor")
    assert browser.get(path_of(drifted)).status_code == 403
    versions = browser.get(f"/devices/{drifted.device_id}/snapshots").text
    assert "restore this version" not in versions


@pytest.fixture
def holding(world, drifted):
    """The drifted device, which showed a line with a secret."""
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        snapshots.store(ctx, device, source="running", text=SHOWN, doubts=(), facts={})
        ctx.record("device.collected", device)
    return drifted


def test_lines_that_hold_a_secret_are_offered_with_their_section(engineer, holding):
    page = f"/rotations/new?device={holding.device_id}"
    assert f'href="{page}"' in engineer.get(f"/devices/{holding.device_id}").text
    [link] = soup(engineer.get(page)).select("a[href*='lines=']")
    shown = soup(engineer.get(link["href"]))
    assert shown.textarea.get_text() == "line vty 0 4\n password {secret}"


def test_a_rotation_is_requested_and_shows_no_secret(engineer, world, holding):
    with world.context() as ctx:
        write_secret(ctx, "page", "n3w-Secr3t!")
    made = send(
        engineer, "/rotations/new", "/rotations", hostnames=holding.hostname, title="New",
        reason="asked", reference="db:page", lines="snmp-server community {secret} RO",
    )  # fmt: skip
    assert (made.status_code, made.url.path[:9]) == (200, "/changes/"), made.text
    assert "snmp-server community &lt;secret:" in made.text
    assert "n3w-Secr3t!" not in made.text


def test_a_secret_of_this_machine_is_refused_at_the_form(engineer, holding):
    answer = send(
        engineer, "/rotations/new", "/rotations", hostnames=holding.hostname, title="New",
        reason="asked", reference="env:HOME", lines="snmp-server community {secret} RO",
    )  # fmt: skip
    assert (answer.status_code, "secret of the machine" in answer.text) == (422, True)
