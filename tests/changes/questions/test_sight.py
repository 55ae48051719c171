"""Who audits some units only sees the records of what lies in them, of their changes and people."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import select

from changes.calendar.models import Freeze
from changes.models import ChangeRequest, ChangeTarget
from changes.questions.sight import in_sight
from core.actor import Actor, Work
from core.audit import Subject
from core.errors import NotFound, NotPermitted
from core.evidence.archives.archiving import archive
from core.evidence.proofs import prove
from core.evidence.sealing import seal
from core.record_search import Sought, search
from core.records import list_records
from core.sight import row_of
from inventory.models import Device
from organization.models import Clause, PostHolding, Unit
from tests.acting import acting
from tests.changes.questions.asked import auditor
from tests.changes.questions.rows import row_in, tables
from tests.factories import make_device, make_person, make_post, make_site, make_unit

NOWHERE = Subject(type="test", id="0", label="of no unit")
PLATFORM = Actor(name="clock")


@pytest.fixture
def scene(ctx):
    """Two units below a root one, each with its auditor; the platform writes the records."""
    root = make_unit(ctx)
    north, south = (make_unit(ctx, parent=root) for _ in range(2))
    ctx.person = PLATFORM
    return SimpleNamespace(
        ctx=ctx, root=root, north=north, south=south, below=make_unit(ctx, parent=north),
        whole=auditor(ctx, root), mine=auditor(ctx, north), other=auditor(ctx, south),
    )  # fmt: skip


def sees(ctx, record):
    """Whether the list, the record itself and its proof are open to this person: all or none."""
    within = in_sight(ctx)
    sought = Sought(action=record.action, subject_id=record.subject_id)
    listed = record in search(ctx, sought, within=within, limit=1000).records
    alone = row_of(ctx, record.id, within=within) is not None
    by_identity = row_of(ctx, record.record_id, within=within) is not None
    assert {listed, alone, by_identity, is_proven(ctx, record, within)} == {listed}
    return listed


def is_proven(ctx, record, within):
    try:
        return prove(ctx, record.id, within=within).records[0].canonical == record.canonical
    except NotFound as error:
        return {f"There is no audit record {record.id}.": False}[error.message]


def seen_by(scene, record):
    seal(scene.ctx)
    told = ("whole", "mine", "other")
    return [name for name in told if sees(getattr(scene, name), record)]


@pytest.mark.parametrize("name", sorted(set(tables()) - {"person"}))
def test_a_record_is_seen_where_its_subject_lies(scene, name):
    row = row_in(scene.ctx, tables()[name], scene.below)
    assert row.governing_unit_id == scene.below.id
    record = scene.ctx.record("test.done", row)
    assert record.subject_type == name
    assert seen_by(scene, record) == ["whole", "mine"]


def test_a_record_about_a_person_lies_in_no_unit(scene):
    holder = make_person(scene.ctx)
    make_post(scene.ctx, unit=scene.north, permissions=[], holder=holder)
    assert seen_by(scene, scene.ctx.record("test.done", holder)) == ["whole"]


@pytest.mark.parametrize("key", ["", "-", "git", "7:8", "9" * 40, "999999999", "-1"])
def test_a_subject_that_is_no_row_lies_in_no_unit(scene, key):
    record = scene.ctx.record("test.done", Subject(type="device", id=key, label="gone"))
    assert seen_by(scene, record) == ["whole"]


def test_what_is_of_the_unit_above_is_not_seen_below(scene):
    assert seen_by(scene, scene.ctx.record("test.done", scene.root)) == ["whole"]


def test_a_device_lies_in_its_own_unit_before_its_site_s(scene):
    site = make_site(scene.ctx, unit=scene.south)
    device = make_device(scene.ctx, site=site, unit_id=scene.north.id)
    assert seen_by(scene, scene.ctx.record("test.done", device)) == ["whole", "mine"]


def test_a_freeze_of_a_site_lies_in_the_site_s_unit(scene):
    row = row_in(scene.ctx, Freeze, scene.north)
    row.unit_id, row.site_id = None, make_site(scene.ctx, unit=scene.south).id
    assert seen_by(scene, scene.ctx.record("test.done", row)) == ["whole", "other"]


def change_in(scene, *units):
    """A change that touches a device in each of these units, being worked on; and its devices."""
    change, devices = row_in(scene.ctx, ChangeRequest, scene.south), []
    for unit in units:
        device = make_device(scene.ctx, site=make_site(scene.ctx, unit=unit))
        scene.ctx.add(ChangeTarget(change_id=change.id, device_id=device.id))
        devices.append(device)
    scene.ctx.work = Work(change_id=change.id, execution_id=None)
    return change, devices


def test_a_change_s_own_record_is_seen_where_it_touches_a_device(scene):
    change, _ = change_in(scene, scene.root, scene.north)
    assert seen_by(scene, scene.ctx.record("test.done", change)) == ["whole", "mine"]


def test_what_a_change_did_to_a_device_is_seen_where_the_device_lies(scene):
    _, devices = change_in(scene, scene.south, scene.north)
    south, north = (scene.ctx.record("test.done", one) for one in devices)
    assert (seen_by(scene, south), seen_by(scene, north)) == (["whole", "other"], ["whole", "mine"])


def test_what_a_change_did_as_a_whole_is_seen_where_all_its_devices_lie(scene):
    change_in(scene, scene.south, scene.north)
    assert seen_by(scene, scene.ctx.record("test.done", NOWHERE)) == ["whole"]
    change_in(scene, scene.north, scene.below)
    assert seen_by(scene, scene.ctx.record("test.done", NOWHERE)) == ["whole", "mine"]


@pytest.mark.parametrize("until", [None, timedelta(days=-1)], ids=["holds", "held"])
def test_what_the_people_of_a_unit_do_is_seen_there_wherever_they_do_it(scene, until):
    person = make_person(scene.ctx)
    make_post(scene.ctx, unit=scene.below, permissions=[], holder=person)
    if until is not None:
        held_until(scene.ctx, person, scene.ctx.now() + until)
    record = acting(scene.ctx, person).record("test.done", scene.south)
    assert seen_by(scene, record) == ["whole", "mine", "other"]
    record = acting(scene.ctx, person).record("test.done", NOWHERE)
    assert seen_by(scene, record) == ["whole", "mine"]


def held_until(ctx, person, at):
    held = ctx.session.scalars(select(PostHolding).where(PostHolding.person_id == person.id)).one()
    held.since, held.until = at - timedelta(days=1), at


def test_what_an_auditor_did_is_seen_by_them(scene):
    assert seen_by(scene, scene.mine.record("test.done", NOWHERE)) == ["whole", "mine"]


@pytest.mark.parametrize("kind", ["device", "unit", "clause", "change_request"])
def test_a_pack_is_seen_where_that_lies_which_it_is_about(scene, kind):
    tables_of = {"device": Device, "unit": Unit, "clause": Clause, "change_request": ChangeRequest}
    row = row_in(scene.ctx, tables_of[kind], scene.north)
    if kind == "change_request":
        device = make_device(scene.ctx, site=make_site(scene.ctx, unit=scene.north))
        scene.ctx.add(ChangeTarget(change_id=row.id, device_id=device.id))
    pack = Subject(type="evidence_pack", id=uuid4().hex, label="pack")
    record = scene.ctx.record("pack.made", pack, about={"type": kind, "id": str(row.id)})
    assert seen_by(scene, record) == ["whole", "mine"]


def test_who_audits_nothing_is_refused_with_and_without_the_condition(scene):
    nobody = acting(scene.ctx, make_person(scene.ctx))
    for within in (None, in_sight(nobody)):
        with pytest.raises(NotPermitted, match="holds no post"):
            list_records(nobody, within=within)


def test_the_platform_and_who_audits_the_root_ask_without_a_condition(scene):
    granted = replace(scene.mine, person=Actor(name="keeper", granted=frozenset({"audit.read"})))
    assert (in_sight(scene.whole), in_sight(granted)) == (None, None)
    assert in_sight(scene.mine) is not None


def test_an_archived_record_is_proven_where_its_subject_lies(scene, clock):
    device = make_device(scene.ctx, site=make_site(scene.ctx, unit=scene.north))
    pack = Subject(type="evidence_pack", id=uuid4().hex, label="pack")
    about = {"type": "device", "id": str(device.id)}
    records = [scene.ctx.record("test.done", device), scene.mine.record("test.done", NOWHERE),
               scene.ctx.record("pack.made", pack, about=about)]  # fmt: skip
    elsewhere = scene.ctx.record("test.done", scene.south)
    seal(scene.ctx)
    clock.forward(days=60)
    archive(scene.ctx, until=clock.at - timedelta(days=40))
    for record in records:
        for key in (record.id, record.record_id):
            assert prove(scene.mine, key, within=in_sight(scene.mine)).records
            assert_unknown(scene.other, key)
    for key in (elsewhere.id, elsewhere.record_id):
        assert_unknown(scene.mine, key)
        assert prove(scene.other, key, within=in_sight(scene.other)).records


def assert_unknown(ctx, key):
    with pytest.raises(NotFound, match=f"^There is no audit record {key}"):
        prove(ctx, key, within=in_sight(ctx))
