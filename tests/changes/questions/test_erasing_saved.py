"""An erased person stands in no saved question and in no answer that is kept."""

import pytest
from sqlalchemy import select

from changes.erasing import erase_person
from changes.questions import saved, saved_answers
from changes.questions.saved import Wanted
from changes.questions.saved_models import KeptAnswer, SavedQuestion
from core.audit import Subject
from operations.schedule_models import Schedule
from organization.people import deactivate
from organization.permissions import POST_TEMPLATES
from organization.posts import release
from tests.acting import acting
from tests.changes.questions.asked import auditor
from tests.factories import make_person, make_post, make_unit

REASON = "left, asked for it"


@pytest.fixture
def unit(ctx):
    return make_unit(ctx)


@pytest.fixture
def reader(ctx, unit):
    return auditor(ctx, unit)


@pytest.fixture
def gone(ctx, unit):
    """Somebody who audited, did one thing, and left."""
    person = make_person(ctx, name="Zoë Müller-Ångström")
    post = make_post(ctx, unit=unit, permissions=POST_TEMPLATES["auditor"], holder=person)
    doing = acting(ctx, person)
    doing.record("test.done", Subject(type="unit", id=str(unit.id), label=unit.code))
    row = saved.save(doing, Wanted(name="own", question="emergencies"))
    saved.put_on_schedule(doing, row.id, trigger="every 1d")
    release(ctx, post=post, person=person)
    deactivate(ctx, person)
    return person


def asked(reader, username, form):
    """A question about the person, saved, and its first answer."""
    wanted = Wanted(
        name=f"what one did, as {form}",
        question="person",
        parameters={"person": username},
        form=form,
    )
    row = saved.save(reader, wanted)
    return row, saved_answers.ask_now(reader, row.id)


@pytest.mark.parametrize("form", ["csv", "jsonl", "ocsf"])
def test_answers_that_name_the_person_go_and_the_question_is_about_the_number(
    ctx, reader, gone, form
):
    row, kept = asked(reader, gone.username, form)
    assert kept.rows
    erase_person(ctx, gone.username, reason=REASON)
    assert row.parameters == {"person": f"erased-{gone.id}"}
    assert list(ctx.session.scalars(select(KeptAnswer).where(KeptAnswer.id == kept.id))) == []


def test_answers_about_others_stay_even_where_a_longer_name_begins_alike(ctx, reader, unit, gone):
    other = make_person(ctx, username=f"{gone.username}0")
    make_post(ctx, unit=unit, permissions=[], holder=other)
    row, kept = asked(reader, other.username, "csv")
    erase_person(ctx, gone.username, reason=REASON)
    assert row.parameters == {"person": other.username}
    assert list(ctx.session.scalars(select(KeptAnswer).where(KeptAnswer.id == kept.id))) == [kept]


def test_the_persons_own_questions_go_with_their_schedules(ctx, gone):
    own = select(SavedQuestion.schedule_id).where(SavedQuestion.owner_id == gone.id)
    schedule = ctx.session.scalar(own)
    assert schedule is not None
    erase_person(ctx, gone.username, reason=REASON)
    assert ctx.session.scalar(own) is None
    assert list(ctx.session.scalars(select(Schedule).where(Schedule.id == schedule))) == []
