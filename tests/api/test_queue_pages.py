"""Queues as pages and over REST: depths, workers, jobs, leases; a role shown once."""

import pytest
from sqlalchemy import text

from core.queue import enqueue
from organization.models import Unit
from tests.api.forms import send, sign_in
from tests.api.test_network_pages import soup
from tests.factories import make_unit


@pytest.fixture
def admin(browser):
    sign_in(browser, "admin")
    return browser


@pytest.fixture
def unit(world):
    """A unit of its own, below everybody's, without devices."""
    with world.context() as ctx:
        return make_unit(ctx, parent=ctx.get(Unit, world.unit_id)).code


def rows(page, label):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in page.select(f"table[aria-label='{label}'] tbody tr")
    ]


def test_the_central_queues_are_listed_with_their_depths(admin, world):
    before = {row[0]: int(row[1]) for row in rows(soup(admin.get("/queues")), "Central queues")}
    with world.context() as ctx:
        enqueue(ctx, "inventory.collect", queue="collect", args={"device_ids": [1]})
        ctx.commit()
    after = {row[0]: int(row[1]) for row in rows(soup(admin.get("/queues")), "Central queues")}
    assert set(after) == {"changes", "collect", "default"}
    assert after["collect"] == before["collect"] + 1
    jobs = rows(soup(admin.get("/queues/central/collect")), "Jobs")
    assert ["waiting", "inventory.collect"] in [row[1:3] for row in jobs]


def test_a_queue_is_made_given_a_role_once_and_removed(admin, unit):
    made = send(admin, "/queues", "/queues", name="pages", unit_code=unit, if_away="move:15m")
    page = made.url.path
    assert "its jobs move, told after 15 min" in soup(made).main.get_text()
    given = send(admin, page, f"{page}/role")
    assert "export TRIMTAB_DATABASE_URL=&#39;postgresql://" in given.text or (
        "export TRIMTAB_DATABASE_URL='postgresql://" in given.text
    )
    assert "postgresql://" not in admin.get(page).text
    assert "pages" in [
        row[0] for row in rows(soup(admin.get("/queues")), "Queues near the devices")
    ]
    gone = send(admin, page, f"{page}/removal")
    assert gone.url.path == "/queues"
    assert admin.get(page).status_code == 404


def test_the_jobs_of_a_queue_are_handed_over(admin, world, unit):
    page = send(admin, "/queues", "/queues", name="handing", unit_code=unit).url.path
    with world.context() as ctx:
        enqueue(ctx, "inventory.collect", queue="handing", args={"device_ids": [1]})
        ctx.commit()
    assert rows(soup(admin.get(page)), "Jobs")[0][2] == "inventory.collect"
    assert rows(soup(send(admin, page, f"{page}/handover")), "Jobs") == []


def test_who_does_not_administer_sees_queues_and_changes_none(browser, world):
    sign_in(browser, "auditor")
    page = soup(browser.get("/queues"))
    assert page.find("form", action="/queues") is None
    assert browser.get(f"/queues/{world.ids['queue']}").status_code == 200
    assert browser.get("/queues/central/nowhere").status_code == 404


def test_a_change_under_way_is_shown_with_its_lease(admin, world):
    with world.context() as ctx:
        ctx.session.execute(
            text(
                "INSERT INTO change_run (change_id, worker, claimed_at, lease_until, outcome,"
                " late_evidence) VALUES (:change, 'leased', now(), now() + interval '1 minute',"
                " '', '')"
            ),
            {"change": world.ids["change"]},
        )
        ctx.commit()
    try:
        found = rows(soup(admin.get("/queues")), "Changes under way")
        assert [row[1] for row in found].count("leased") == 1  # others may run too
    finally:
        with world.context() as ctx:
            ctx.session.execute(text("DELETE FROM change_run WHERE worker = 'leased'"))
            ctx.commit()


def test_rest_tells_depths_jobs_and_leases(rest, world):
    client = rest("auditor")
    central = client.get("/central-queues").json()
    assert [one["name"] for one in central] == ["changes", "collect", "default"]
    assert client.get(f"/queues/{world.ids['queue']}/jobs").json() == []
    assert client.get("/leases").status_code == 200
    assert rest("stranger").get("/central-queues").status_code == 403
