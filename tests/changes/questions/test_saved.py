"""Questions saved under a name: who may save, see, schedule and remove them."""

import pytest
from sqlalchemy import select

from changes.questions import saved, saved_answers
from changes.questions.saved import Wanted
from changes.questions.saved_models import KeptAnswer
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from operations.schedule_models import Schedule
from operations.triggers import InvalidTrigger
from organization.people import deactivate
from tests.acting import acting
from tests.changes.questions.asked import auditor
from tests.factories import make_person, make_post, make_unit


@pytest.fixture
def unit(ctx):
    return make_unit(ctx)


@pytest.fixture
def mine(ctx, unit):
    return auditor(ctx, unit)


def wanted(**told):
    given = {"since": "last month", "until": "last month"}
    return Wanted(**{"name": "Emergencies", "question": "emergencies", "parameters": given} | told)


def test_an_auditor_saves_a_question_with_times_in_words(mine):
    row = saved.save(mine, wanted())
    assert (row.question, row.parameters["since"], row.form) == ("emergencies", "last month", "csv")
    assert mine.recorded == ["question.saved"]


def test_who_audits_nothing_saves_nothing(ctx, unit):
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=["device.read"], holder=person)
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        saved.save(acting(ctx, person), wanted())


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"name": "a\x1b[2J"}, "name"),
        ({"name": "12"}, "name"), ({"form": "xlsx"}, "form"), ({"keep": 0}, "keep"),
        ({"keep": 101}, "keep"), ({"parameters": {"since": "some day"}}, "since"),
        ({"parameters": {"who": "ann"}}, "who"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_refused_with_its_field(mine, told, field):
    with pytest.raises(InvalidInput) as refused:
        saved.save(mine, wanted(**told))
    assert refused.value.facts["field"] == field
    assert mine.recorded == []


def test_a_question_that_does_not_exist_is_not_saved(mine):
    with pytest.raises(NotFound, match="why"):
        saved.save(mine, wanted(question="why"))


def test_a_persons_names_are_each_ones_own(ctx, unit, mine):
    saved.save(mine, wanted())
    with pytest.raises(Conflict, match="Emergencies"):
        saved.save(mine, wanted())
    saved.save(auditor(ctx, unit), wanted())


def test_what_is_ones_own_is_seen_by_nobody_else(ctx, unit, mine):
    row, other = saved.save(mine, wanted()), auditor(ctx, unit)
    assert row in saved.list_saved(mine)
    assert row not in saved.list_saved(other)
    with pytest.raises(NotFound):
        saved.get(other, row.id)
    with pytest.raises(NotFound):
        saved.find(other, "Emergencies")


def test_what_is_shared_is_seen_where_one_audits(ctx, unit, mine):
    row = saved.save(mine, wanted(unit=unit.code))
    below = make_unit(ctx, parent=unit)
    assert saved.find(auditor(ctx, unit), "Emergencies") is row
    for stranger in (auditor(ctx, below), auditor(ctx, make_unit(ctx))):
        with pytest.raises(NotFound):
            saved.get(stranger, row.id)


def test_nobody_shares_with_a_unit_that_they_do_not_audit(ctx, mine):
    with pytest.raises(NotPermitted):
        saved.save(mine, wanted(unit=make_unit(ctx).code))


def test_a_name_that_several_share_is_told_with_their_numbers(ctx, unit, mine):
    first = saved.save(mine, wanted(unit=unit.code))
    second = saved.save(auditor(ctx, unit), wanted(unit=unit.code))
    third = auditor(ctx, unit)
    with pytest.raises(Conflict, match=f"{first.id}, {second.id}|{second.id}, {first.id}"):
        saved.find(third, "Emergencies")
    assert saved.find(third, str(second.id)) is second
    assert saved.find(mine, "Emergencies") is first


def test_its_schedule_is_made_replaced_and_taken_away(ctx, mine):
    row = saved.save(mine, wanted())
    saved.put_on_schedule(mine, row.id, trigger="0 6 1 * *", timezone="Europe/Paris")
    saved.put_on_schedule(mine, row.id, trigger="every 1d")
    assert (row.schedule.job, row.schedule.args) == ("audit.question", {"saved_id": row.id})
    assert row.schedule.trigger == "every 1d"
    key = row.schedule.id
    saved.take_off_schedule(mine, row.id)
    assert ctx.session.scalar(select(Schedule).where(Schedule.id == key)) is None
    with pytest.raises(Conflict, match="no schedule"):
        saved.take_off_schedule(mine, row.id)


def test_a_trigger_that_is_none_leaves_the_schedule_before_it(mine):
    row = saved.save(mine, wanted())
    saved.put_on_schedule(mine, row.id, trigger="every 1d")
    with pytest.raises(InvalidTrigger):
        saved.put_on_schedule(mine, row.id, trigger="whenever")
    assert row.schedule.trigger == "every 1d"


def test_only_its_owner_schedules_and_removes_what_is_shared(ctx, unit, mine):
    row, other = saved.save(mine, wanted(unit=unit.code)), auditor(ctx, unit)
    for act in (
        lambda: saved.put_on_schedule(other, row.id, trigger="every 1d"),
        lambda: saved.remove(other, row.id),
        lambda: saved_answers.ask_now(other, row.id),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_one_that_is_removed_takes_its_schedule_and_answers_along(ctx, mine):
    row = saved.save(mine, wanted())
    saved.put_on_schedule(mine, row.id, trigger="every 1d")
    kept, schedule = saved_answers.ask_now(mine, row.id).id, row.schedule.id
    saved.remove(mine, row.id)
    ctx.session.expire_all()
    assert ctx.session.get(KeptAnswer, kept) is None
    assert ctx.session.get(Schedule, schedule) is None
    assert mine.recorded[-1] == "question.removed"


def test_what_somebody_left_behind_is_removed_by_those_it_was_shared_with(ctx, unit, mine):
    row, other = saved.save(mine, wanted(unit=unit.code)), auditor(ctx, unit)
    deactivate(ctx, row.owner)
    saved.remove(other, row.id)
    assert saved.list_saved(other) == []
