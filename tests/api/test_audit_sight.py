"""Who audits some units only, at the pages and over REST: their units' records and no others."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from changes.questions.sight import PARTLY
from core.audit import AuditRecord, Subject
from core.evidence.sealing import seal_all
from organization.models import Unit
from organization.people import create_person
from organization.permissions import POST_TEMPLATES
from organization.tokens import issue
from tests.api.conftest import PASSWORD
from tests.api.forms import sign_in
from tests.factories import make_device, make_post, make_site, make_unit

PACKS = "/audit/packs"


@pytest.fixture
def units(world):
    """Two units with a device and its record each, and a person who audits the first one."""
    with world.context() as ctx:
        parent, name = ctx.get(Unit, world.unit_id), f"auditor-{uuid4().hex[:8]}"
        here, there = (_place(ctx, parent) for _ in range(2))
        person = create_person(ctx, username=name, name=name, password=PASSWORD)
        unit = ctx.get(Unit, here.unit_id)
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES["auditor"], holder=person)
        world.tokens[name] = issue(ctx, person=person, name="test")[1]
    with world.context() as ctx:
        seal_all(ctx)
    return SimpleNamespace(auditor=name, here=here, there=there)


def _place(ctx, parent):
    unit = make_unit(ctx, parent=parent)
    device = make_device(ctx, site=make_site(ctx, unit=unit), hostname=f"edge-{uuid4().hex}")
    record = ctx.record("device.collected", device, outcome="changed")
    pack = Subject(type="evidence_pack", id=uuid4().hex, label=f"pack {device.hostname}")
    about = {"type": "device", "id": str(device.id)}
    ctx.record("pack.made", pack, sha256=pack.id, records=1, about=about, period=None)
    return SimpleNamespace(
        unit_id=unit.id, device=device.id, hostname=device.hostname, record=record.id,
        identity=record.record_id, pack=pack.label,
    )  # fmt: skip


@pytest.fixture(params=["partial", "whole"])
def whose(request, units):
    """A username, and whether the other unit's records are in that person's sight."""
    return (units.auditor, False) if request.param == "partial" else ("auditor", True)


def numbers(page):
    rows = BeautifulSoup(page.text, "html.parser").select("tbody tr td:first-child")
    return [int(one.text) for one in rows]


def exported(world):
    with world.context() as ctx:
        query = select(AuditRecord.id).where(AuditRecord.action == "audit.exported")
        return len(ctx.session.scalars(query).all())


def test_the_page_lists_what_is_in_sight(browser, units, whose):
    name, whole = whose
    sign_in(browser, name)
    for place, seen in ((units.here, True), (units.there, whole)):
        page = browser.get("/audit", params={"subject": f"device {place.device}"})
        assert numbers(page) == ([place.record] if seen else [])
        assert (PARTLY in page.text) == (not whole)
        named = browser.get("/audit", params={"subject": place.hostname})
        assert named.status_code == (200 if seen else 422)


def test_a_hostname_of_another_unit_is_not_told_from_one_that_nothing_has(browser, units):
    sign_in(browser, units.auditor)
    told = [browser.get("/audit", params={"subject": one}).text.replace(one, "X")
            for one in (units.there.hostname, f"edge-{uuid4().hex}")]  # fmt: skip
    assert told[0] == told[1]


def test_the_list_is_paged_within_sight(browser, units, world):
    sign_in(browser, units.auditor)
    with world.context() as ctx:
        site_unit = ctx.get(Unit, units.here.unit_id)
        made = [ctx.record("test.arranged", site_unit, n=n).id for n in range(150)]
        ctx.record("test.arranged", ctx.get(Unit, units.there.unit_id))
    first = browser.get("/audit", params={"action": "test.arranged"})
    older = BeautifulSoup(first.text, "html.parser").find("a", rel="next")["href"]
    second = browser.get(older)
    assert numbers(first) + numbers(second)[:50] == made[::-1]
    newer = BeautifulSoup(second.text, "html.parser").find("a", rel="prev")["href"]
    assert numbers(browser.get(newer)) == numbers(first)


@pytest.mark.parametrize("key", ["record", "identity"])
@pytest.mark.parametrize("rest_of_path", ["", "/record.json", "/proof.json"])
def test_a_record_s_pages_are_open_in_sight(browser, units, whose, key, rest_of_path):
    name, whole = whose
    sign_in(browser, name)
    for place, status in ((units.here, 200), (units.there, 200 if whole else 404)):
        page = browser.get(f"/audit/records/{getattr(place, key)}{rest_of_path}")
        assert page.status_code == status
        assert (place.hostname in page.text) == (status == 200)


def test_a_page_out_of_sight_says_what_one_that_is_not_there_says(browser, units):
    sign_in(browser, units.auditor)
    told = [browser.get(f"/audit/records/{one}").text.replace(str(one), "X")
            for one in (units.there.identity, uuid4())]  # fmt: skip
    assert told[0] == told[1]


def test_the_packs_that_were_made_are_listed_in_sight(browser, units, whose):
    name, whole = whose
    sign_in(browser, name)
    page = browser.get(PACKS).text
    assert (units.here.pack in page, units.there.pack in page) == (True, whole)


def test_rest_lists_and_proves_what_is_in_sight(rest, units, whose):
    name, whole = whose
    client = rest(name)
    for place, seen in ((units.here, True), (units.there, whole)):
        asked = {"subject_type": "device", "subject_id": str(place.device)}
        found = client.get("/audit/records", params=asked).json()["items"]
        assert [one["id"] for one in found] == ([place.record] if seen else [])
        for key in (place.record, place.identity):
            answer = client.get(f"/audit/records/{key}/proof")
            assert answer.status_code == (200 if seen else 404)
            assert seen or answer.json()["detail"] == f"There is no audit record {key}."


def test_all_records_leave_the_house_with_who_audits_all(rest, units, whose, world):
    name, whole = whose
    before = exported(world)
    answer = rest(name).get("/audit/export")
    assert answer.status_code == (200 if whole else 403)
    assert (units.there.hostname in answer.text, exported(world) - before) == (whole, int(whole))


@pytest.mark.parametrize(
    "path", ["/audit/head", "/audit/verification", "/audit/consistency?old={size}",
             "/audit/archives", "/audit/verifier"],
)  # fmt: skip
def test_what_tells_hashes_only_is_open_to_any_auditor(rest, units, world, path):
    with world.context() as ctx:
        ctx.record("test.arranged", ctx.get(Unit, world.unit_id))
        seal_all(ctx)
    client = rest(units.auditor)
    size = client.get("/audit/head").json()["size"]
    assert client.get(path.format(size=size)).status_code == 200


def test_who_verified_is_named_to_those_who_see_that_record(browser, rest, units):
    assert rest("auditor").get("/audit/verification").status_code == 200
    sign_in(browser, units.auditor)
    assert " by " not in verified(browser)
    assert rest(units.auditor).get("/audit/verification").status_code == 200
    assert f" by {units.auditor}" in verified(browser)
    sign_in(browser, "auditor")
    assert f" by {units.auditor}" in verified(browser)


def verified(browser):
    """What the page of heads says of the last verification."""
    told = BeautifulSoup(browser.get("/audit/heads").text, "html.parser")
    [name] = [one for one in told.find_all("dt") if one.text.strip() == "Last verified"]
    return name.find_next("dd").text
