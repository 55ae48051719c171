"""Sites as pages: figures, cuts, limits, jump hosts."""

from datetime import timedelta
from itertools import count

import pytest

from drift import site_reports
from drift.site_reports import SiteFigures
from inventory.models import Site
from inventory.sites import site_by_code
from organization.models import Unit
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup
from tests.factories import make_device, make_scan, make_site, make_unit

_codes = count(1)


@pytest.fixture
def engineer(browser):
    sign_in(browser, "engineer")
    return browser


@pytest.fixture
def site(world):
    with world.context() as ctx:
        return make_site(ctx, unit=ctx.get(Unit, world.unit_id), code=f"b{next(_codes):03}")


def devices(world, site, *outcomes, ago=timedelta(0)):
    with world.context() as ctx:
        for outcome in outcomes:
            make_device(ctx, site=ctx.get(Site, site.id), outcome=outcome,
                        attempted_at=ctx.now() - ago)  # fmt: skip


def cut_off(world, site):
    with world.context() as ctx:
        return make_scan(ctx, ended_at=ctx.now(), cut={site.code: [3, 5, 2]}).id


def row(page, site):
    cells = page.find("a", string=site.code).find_parent("tr").find_all("td")
    return [one.get_text(" ", strip=True) for one in cells]


def test_a_site_tells_its_devices_its_limit_and_whether_all_were_reached(engineer, world, site):
    devices(world, site, "changed", "unchanged")
    cells = row(soup(engineer.get("/sites")), site)
    assert (cells[0], cells[3], cells[4]) == (site.code, "2", "all")
    assert (cells[6], cells[7]) == (str(world.runtime.settings.site_sessions), "straight")


def test_devices_that_were_not_reached_are_counted(engineer, world, site):
    devices(world, site, "changed", "timeout", "refused")
    assert row(soup(engineer.get("/sites")), site)[4] == "2 of 3 not reached"


def test_a_site_is_cut_off_until_a_device_of_it_is_reached(engineer, world, site):
    devices(world, site, "unreachable", "unreachable")
    devices(world, site, "unchanged", ago=timedelta(hours=1))
    scan = cut_off(world, site)
    page = soup(engineer.get("/sites"))
    assert row(page, site)[4] == f"cut off since S{scan}"
    page = soup(engineer.get(f"/sites/{site.id}"))
    assert (
        "met 3 unreachable of 5 devices and left the other 2" in page.select_one(".is-bad p").text
    )
    devices(world, site, "unchanged")
    page = soup(engineer.get(f"/sites/{site.id}"))
    assert "It was reached since." in page.select_one(".notice").get_text()


def test_figures_count_only_devices_that_one_may_read(world, site):
    devices(world, site, "timeout")
    with world.context(world.person("engineer")) as ctx:
        seen = site_reports.of_sites(ctx, [ctx.get(Site, site.id)])[site.id]
        assert (seen.devices, seen.failing) == (1, 1)
    with world.context(world.person("stranger")) as ctx:
        nothing = SiteFigures(devices=0, failing=0, attempted_at=None, reached_at=None, cut=None)
        assert site_reports.of_sites(ctx, [ctx.get(Site, site.id)]) == {site.id: nothing}


def test_a_limit_is_set_and_taken_back(engineer, site):
    path = f"/sites/{site.id}"
    page = soup(send(engineer, path, f"{path}/session-limit", max_sessions=" 5 "))
    assert page.find("input", attrs={"name": "max_sessions"})["value"] == "5"
    page = soup(send(engineer, path, f"{path}/session-limit", max_sessions=""))
    assert "as the settings say" in page.select_one(".facts").get_text()


@pytest.mark.parametrize("wrong", ["0", "1001", "many", "-1", "9" * 30])
def test_a_limit_that_is_none_is_refused_with_what_was_typed(engineer, site, wrong):
    path = f"/sites/{site.id}"
    answer = send(engineer, path, f"{path}/session-limit", max_sessions=wrong)
    assert answer.status_code == 422
    assert wrong in answer.text


def test_a_jump_host_is_set_and_taken_back(engineer, world, site):
    path = f"/sites/{site.id}"
    page = soup(send(engineer, path, f"{path}/jump", hostname=world.device_name))
    assert page.find("input", attrs={"name": "hostname"})["value"] == world.device_name
    page = soup(send(engineer, path, f"{path}/jump", hostname=""))
    assert page.find("input", attrs={"name": "hostname"})["value"] == ""


def test_a_site_is_added(engineer, world):
    page = soup(send(engineer, "/sites", "/sites", code="n1", name="N <one>", unit_code="ops"))
    assert page.h1.get_text(" ", strip=True) == "n1 N <one>"
    with world.context() as ctx:
        assert site_by_code(ctx, "n1").unit_id == world.unit_id


def test_the_list_has_pages(engineer, site, monkeypatch):
    monkeypatch.setattr("api.web.sites.LIMIT", 1)
    seen, path = [], "/sites"
    while path:
        page = soup(engineer.get(path))
        seen += [one.get_text() for one in page.select("tbody td:first-child")]
        following = page.find("a", rel="next")
        path = following["href"] if following else ""
    assert seen == sorted(seen)
    assert {site.code, "hq"} <= set(seen)


def test_who_may_not_write_is_offered_no_form(browser, site):
    sign_in(browser, "auditor")
    for path in ("/sites", f"/sites/{site.id}"):
        forms = soup(browser.get(path)).find_all("form", method="post")
        assert [one["action"] for one in forms] == ["/sign-out"]


def test_sites_of_other_jurisdictions_are_not_shown(engineer, world):
    with world.context() as ctx:
        far = make_site(ctx, unit=make_unit(ctx))
    assert far.code not in engineer.get("/sites").text
    assert engineer.get(f"/sites/{far.id}").status_code == 403
