"""Noise as pages: masks, their evidence, decisions, and the ways that lead there."""

import pytest
from sqlalchemy import text

from drift.noise import decisions
from drift.noise.history import by_nobody
from inventory.models import Device
from organization.models import Unit
from organization.people import actor_of, create_person
from organization.permissions import POST_TEMPLATES
from tests.api.conftest import PASSWORD
from tests.api.forms import send, sign_in
from tests.api.test_baseline_pages import cells
from tests.api.test_network_pages import soup
from tests.drift.noise_rows import make_mask
from tests.factories import make_device, make_post

HISTORY = {
    "devices": 2, "versions": 12, "hidden": 11, "settled": 9, "findings": 4,
    "findings_with_it": 3, "acted_upon": [],
}  # fmt: skip
PAST = (
    "Of 12 changes of version on 2 devices, 11 have this line and 9 are nothing else. "
    "3 of 4 findings have it, and nobody acted upon one."
)


def add_mask(world, drifted, **values):
    """A proposal of its own pattern, learned from two readings that are kept."""
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        pattern = values.pop("pattern", rf"epoch\ of\ {drifted.hostname[5:]}\ \d+")
        row = make_mask(ctx, device, pattern=pattern, **values)
        shown = [
            ctx.session.scalar(text("SELECT digest FROM snapshot WHERE id = :id"), {"id": one})
            for one in drifted.snapshot_ids
        ]
        first, second = (
            {"snapshot": digest.hex(), "at": ctx.now().isoformat()} for digest in shown
        )
        row.evidence = {"device": device.hostname, "first": first, "second": second,
                        "seconds": 10.4, "history": HISTORY}  # fmt: skip
        ctx.record("test.arranged", row)
        return row.id


@pytest.fixture
def mask(world, drifted):
    return add_mask(world, drifted)


@pytest.fixture
def second(world, mask):
    """Another approver's name."""
    name = f"colleague-{mask}"
    with world.context() as ctx:
        person = create_person(ctx, username=name, name=name, password=PASSWORD)
        unit = ctx.get(Unit, world.unit_id)
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES["approver"], holder=person)
        return actor_of(person)


@pytest.fixture
def approver(browser):
    sign_in(browser, "approver")
    return browser


def approve_as(world, actor, mask):
    with world.context(actor) as ctx:
        decisions.approve(ctx, mask, note="a counter", corrected=by_nobody)


def state_of(page):
    return page.select_one(".page-head .state").get_text(strip=True)


def said(page):
    return page.main.get_text(" ", strip=True)


def awaited(browser):
    """How many masks the list of what is to decide tells of."""
    link = soup(browser.get("/changes?state=proposed")).main.find("a", href="/noise?state=proposed")
    return int(link.text.split()[0]) if link else 0


def test_a_mask_is_listed_with_its_line_approvals_and_past_in_words(approver, mask, drifted):
    [row] = [
        one for one in cells(soup(approver.get("/noise?state=proposed")), "Masks")
        if one[0] == f"Mask {mask}"
    ]  # fmt: skip
    line = rf"epoch\ of\ {drifted.hostname[5:]}\ \d+ ntp clock-period 1 became ntp clock-period 2"
    assert row[1:] == ["proposed", line, "cisco_ios in ops", "nobody 0 of 2", PAST]


@pytest.mark.parametrize(
    "query", ["state=rejected", "state=active", "state=withdrawn", "platform=arista_eos"]
)
def test_masks_are_filtered_by_state_and_platform(approver, mask, query):
    assert f"/noise/{mask}" not in approver.get(f"/noise?{query}").text


def test_a_list_without_masks_says_so(approver):
    assert "No mask here." in said(soup(approver.get("/noise?platform=none")))


def test_an_unknown_state_is_refused(approver):
    assert approver.get("/noise?state=happy").status_code == 422


def test_a_mask_shows_its_two_readings_and_leads_to_their_comparison(approver, mask, drifted):
    page = soup(approver.get(f"/noise/{mask}"))
    assert [row[:2] for row in cells(page, "Readings")] == [
        ["first", "ntp clock-period 1"], ["second", "ntp clock-period 2"],
    ]  # fmt: skip
    assert "10.4 seconds apart" in said(page)
    assert PAST in said(page)
    left, right = drifted.snapshot_ids
    assert page.find("a", href=f"/comparison?left={left}&right={right}")


def test_two_persons_approve_and_one_withdraws(approver, world, mask, second):
    path = f"/noise/{mask}"
    assert "2 more persons have to approve" in said(soup(approver.get(path)))
    page = soup(send(approver, path, f"{path}/approvals", note="a counter"))
    assert state_of(page) == "proposed"
    assert "1 more person has to approve" in said(page)
    assert "would not count from approver" in said(page)
    assert page.find("form", action=f"{path}/approvals") is None
    approve_as(world, second, mask)
    page = soup(approver.get(path))
    assert (state_of(page), "more person" in said(page)) == ("active", False)
    page = soup(send(approver, path, f"{path}/withdrawal", reason="the bug is fixed"))
    assert state_of(page) == "withdrawn"
    assert "the bug is fixed" in said(page)


def test_an_approval_of_somebody_without_a_post_is_named_as_not_counted(
    approver, world, mask, second
):
    approve_as(world, second, mask)
    with world.context() as ctx:
        ctx.session.execute(
            text("UPDATE person SET active = false WHERE id = :id"), {"id": second.person_id}
        )
    page = soup(approver.get(f"/noise/{mask}"))
    assert f"Not counted: {second.name}" in said(page)
    assert "2 more persons have to approve" in said(page)


def test_a_mask_is_rejected_with_the_note_as_reason(approver, mask):
    path = f"/noise/{mask}"
    page = soup(send(approver, path, f"{path}/rejection", note="a real change"))
    assert state_of(page) == "rejected"
    assert "a real change" in said(page)


def test_a_decision_without_words_is_refused(approver, mask):
    path = f"/noise/{mask}"
    assert send(approver, path, f"{path}/approvals", note=" ").status_code == 422


def test_a_row_that_learning_did_not_write_is_shown_as_such(approver, world, drifted):
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        row = make_mask(ctx, device, pattern=rf"x\ {drifted.hostname[5:]}\ \d+", state="active")
        row.evidence = {"history": "none"}
        ctx.record("test.arranged", row)
    page = soup(approver.get(f"/noise/{row.id}"))
    assert "Its evidence is not as learning writes it." in said(page)
    assert "It hides nothing" in said(page)


def test_who_may_not_approve_sees_no_form(browser, mask):
    sign_in(browser, "auditor")
    page = soup(browser.get(f"/noise/{mask}"))
    assert [form["action"] for form in page.find_all("form", method="post")] == ["/sign-out"]
    assert "No post of yours gives you a vote in ops." in said(page)


def test_who_holds_no_post_sees_no_mask(browser, mask):
    sign_in(browser, "stranger")
    assert browser.get("/noise").status_code == 403
    assert browser.get(f"/noise/{mask}").status_code == 403


def test_what_is_to_decide_counts_masks_until_one_has_approved_them(approver, mask):
    before = awaited(approver)
    path = f"/noise/{mask}"
    send(approver, path, f"{path}/approvals", note="a counter")
    assert awaited(approver) == before - 1


@pytest.mark.usefixtures("mask")
def test_who_may_not_approve_masks_has_none_to_decide(browser):
    sign_in(browser, "auditor")
    assert awaited(browser) == 0


def test_noise_is_learned_by_a_worker_on_request(browser, world, drifted):
    sign_in(browser, "engineer")
    path = f"/devices/{drifted.device_id}"
    page = soup(send(browser, path, f"{path}/noise", apart="5"))
    assert "A worker reads it twice now." in said(page)
    with world.context() as ctx:
        job = ctx.session.execute(
            text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
        ).one()
    assert tuple(job) == ("noise.learn", {"device_id": drifted.device_id, "apart": 5.0})


def test_readings_are_not_as_far_apart_as_one_likes(browser, drifted):
    sign_in(browser, "engineer")
    path = f"/devices/{drifted.device_id}"
    assert send(browser, path, f"{path}/noise", apart="301").status_code == 422


def test_a_device_whose_lines_are_never_masked_says_why(browser, world, drifted):
    sign_in(browser, "engineer")
    with world.context() as ctx:
        site = ctx.get(Device, drifted.device_id).site
        device = make_device(ctx, site=site, platform="juniper_junos")
    page = soup(browser.get(f"/devices/{device.id}"))
    assert "it shows whole paths" in said(page)
    assert page.find("form", action=f"/devices/{device.id}/noise") is None


@pytest.mark.parametrize(
    ("pattern", "told"), [(r"ntp\ server\ \d+\.\d+\.\d+\.\d+", True), (r"ntp\ peer\ \d+", False)]
)
def test_a_finding_names_the_proposals_that_would_hide_a_line_of_it(
    approver, world, drifted, pattern, told
):
    with world.context() as ctx:  # such a pattern is alive once in a unit
        ctx.session.execute(
            text("UPDATE noise_mask SET state = 'rejected' WHERE pattern = :pattern"),
            {"pattern": pattern},
        )
    number = add_mask(world, drifted, pattern=pattern)
    page = soup(approver.get(f"/findings/{drifted.finding_id}"))
    assert (page.main.find("a", href=f"/noise/{number}") is not None) is told
