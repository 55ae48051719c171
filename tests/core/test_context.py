"""The context: fetch, require, record; whose permission counts where."""

from dataclasses import dataclass, replace

import pytest

from core.actor import Actor, Origin
from core.audit import AuditRecord, Subject
from core.context import Action
from core.errors import NotFound, NotPermitted, UnrecordedWrite
from organization.models import Unit
from organization.permissions import PostAuthority
from tests.acting import acting
from tests.factories import make_person, make_post, make_unit
from tests.statements import statements


@dataclass
class Thing:
    governing_unit_id: int | None
    label: str = "thing"


def test_a_row_is_fetched_or_said_to_be_missing(ctx):
    unit = make_unit(ctx)
    assert (ctx.get(Unit, unit.id), ctx.get_locked(Unit, unit.id)) == (unit, unit)
    for fetch in (ctx.get, ctx.get_locked):
        with pytest.raises(NotFound, match="There is no unit 4711") as missing:
            fetch(Unit, 4711)
        assert missing.value.facts == {"type": "unit", "id": "4711"}


def test_a_row_is_locked_as_it_is_now_and_not_as_it_was_read(runtime):
    who = (Actor(name="test"), Origin(door="job"))
    with runtime.context(*who) as first:
        unit = first.add(Unit(code="x", name="old"))
        first.record("unit.created", unit)
    with runtime.context(*who) as first, runtime.context(*who) as second:
        assert first.get(Unit, unit.id).name == "old"
        second.get_locked(Unit, unit.id).name = "new"
        second.record("test.renamed", unit)
        second.commit()
        assert first.get_locked(Unit, unit.id).name == "new"


def test_a_record_says_who_did_what_to_what(ctx):
    unit = ctx.add(Unit(code="x", name="X"))
    record = ctx.record("unit.created", unit, code="x")
    assert (record.action, record.actor_name, record.actor_id) == (
        "unit.created", "tester", ctx.person.person_id,
    )  # fmt: skip
    assert (record.subject_type, record.subject_id, record.subject_label) == (
        "unit", str(unit.id), "x",
    )  # fmt: skip
    assert (record.facts, record.recorded_at, ctx.recorded) == (
        {"code": "x"}, ctx.now(), ["unit.created"],
    )  # fmt: skip


def test_what_is_no_row_can_be_a_subject(ctx):
    record = ctx.record("audit.verified", Subject(type="audit", id="all", label="all"))
    assert (record.subject_type, record.subject_id) == ("audit", "all")


def test_a_released_context_holds_no_transaction(ctx):
    unit = ctx.add(Unit(code="x", name="X"))
    ctx.record("unit.created", unit)
    with ctx.released():
        assert not ctx.session.in_transaction()
    ctx.add(Unit(code="y", name="Y"))
    with pytest.raises(UnrecordedWrite), ctx.released():
        pytest.fail("the body must not run")


def test_a_post_gives_its_permissions_in_its_unit_only(ctx):
    unit, other, person = make_unit(ctx), make_unit(ctx), make_person(ctx)
    make_post(ctx, unit=unit, permissions=["event.read"], holder=person)
    mine = acting(ctx, person)
    mine.require("event.read", Thing(unit.id))
    assert mine.units("event.read") == {unit.id}
    with pytest.raises(NotPermitted, match=r"no permission event.read on thing") as refused:
        mine.require("event.read", Thing(other.id))
    assert refused.value.facts == {"permission": "event.read", "subject": "thing"}


def test_without_a_subject_the_permission_is_needed_anywhere_at_all(ctx):
    person = make_person(ctx)
    make_post(ctx, unit=make_unit(ctx), permissions=["event.read"], holder=person)
    acting(ctx, person).require("event.read")
    with pytest.raises(NotPermitted, match=r"holds no post with the permission event.write"):
        acting(ctx, person).require("event.write")


def test_the_platform_may_do_what_its_job_is_granted_and_nothing_else(ctx):
    unit = make_unit(ctx)
    job = Actor(name="trimtab scheduler", granted=frozenset({"drift.scan"}))
    platform = replace(ctx, person=job, authority=PostAuthority(now=ctx.now))
    platform.require("drift.scan")
    platform.require("drift.scan", Thing(unit.id))
    assert (platform.units("drift.scan") >= {unit.id}, platform.units("event.read")) == (
        True,
        set(),
    )
    for subject in (None, Thing(unit.id), Thing(None)):
        with pytest.raises(NotPermitted):
            platform.require("event.read", subject)


def test_two_records_are_two_rows(ctx):
    unit = make_unit(ctx)
    one, two = ctx.record("test.looked", unit), ctx.record("test.looked", unit)
    assert ctx.get(AuditRecord, one.id).record_id != ctx.get(AuditRecord, two.id).record_id


def test_many_actions_are_recorded_in_their_order_with_one_statement(ctx):
    units = [make_unit(ctx, code=code) for code in ("x", "y")]
    with statements(ctx) as sent:
        records = ctx.record_all(
            Action(action="test.looked", subject=unit, facts={"code": unit.code}) for unit in units
        )
    assert [(one.subject_label, one.facts) for one in records] == [
        ("x", {"code": "x"}), ("y", {"code": "y"}),
    ]  # fmt: skip
    assert (records[0].id < records[1].id, ctx.recorded) == (True, ["test.looked"] * 2)
    assert len(sent) == 1


def test_no_action_leaves_no_record(ctx):
    assert (ctx.record_all([]), ctx.recorded) == ([], [])
