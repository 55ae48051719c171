"""Saved questions are asked as the person who saved them; answers are kept as files."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from changes.questions import saved, saved_answers
from changes.questions.saved import Wanted
from changes.questions.saved_answers import AnswerAltered
from changes.questions.saved_models import KeptAnswer
from core.audit import AuditRecord, Subject
from core.errors import NotFound, NotPermitted
from operations.job_kinds import KINDS
from operations.notice_models import Notice
from organization.models import PostHolding
from organization.people import deactivate
from organization.permissions import PostAuthority
from tests.acting import acting
from tests.changes.questions.asked import auditor
from tests.factories import make_person, make_post, make_unit

POST = Subject(type="test", id="0", label="post")


@pytest.fixture
def unit(ctx):
    return make_unit(ctx)


@pytest.fixture
def mine(ctx, unit):
    return auditor(ctx, unit)


@pytest.fixture
def doer(ctx, unit):
    """Somebody of the unit who did one thing."""
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=[], holder=person)
    done = acting(ctx, person)
    done.record("unit.created", unit)
    return done


def answer(ctx, row):
    """As the job asks, with the permissions of posts."""
    job = KINDS["audit.question"].actor
    return saved_answers.answer(
        replace(ctx, person=job, authority=PostAuthority(now=ctx.now)), row.id
    )


def keep(mine, doer, **told):
    given = {"person": doer.person.name, "since": "today"}
    return saved.save(
        mine, Wanted(**{"name": "Did", "question": "person", "parameters": given} | told)
    )


def notices(ctx, person):
    rows = select(Notice).where(Notice.person_id == person.person.person_id).order_by(Notice.id)
    return [one.detail for one in ctx.session.scalars(rows)]


def take_the_post_away(ctx, person):
    ctx.session.execute(
        update(PostHolding)
        .where(PostHolding.person_id == person.person.person_id)
        .values(until=ctx.now())
    )
    ctx.record("test.arranged", POST)


def test_an_answer_is_kept_with_its_digest_and_told(ctx, mine, doer):
    row = keep(mine, doer)
    kept = answer(ctx, row)
    assert (kept.rows, kept.parameters["since"]) == (1, "2026-11-24T00:00:00+00:00")
    told = saved_answers.download(mine, row.id)
    assert (told.content.splitlines()[0].split(b",")[0], told.size) == (b"at", len(told.content))
    assert told.sha256 == sha256(told.content).hexdigest()
    assert notices(ctx, mine) == ["1 row."]
    assert "question.downloaded" in mine.recorded


def test_what_was_answered_is_a_record_of_the_person_who_saved_it(ctx, mine, doer):
    row = keep(mine, doer)
    kept = answer(ctx, row)
    record = ctx.session.scalars(
        select(AuditRecord).where(
            AuditRecord.action == "question.answered", AuditRecord.subject_id == str(row.id)
        )
    ).one()
    assert record.actor_id == mine.person.person_id
    assert (record.facts["rows"], record.facts["sha256"]) == (1, kept.sha256)


def test_the_notice_tells_how_many_rows_more_than_last_time(ctx, mine, doer):
    row = keep(mine, doer)
    answer(ctx, row)
    doer.record("post.created", POST)
    answer(ctx, row)
    answer(ctx, row)
    ctx.now.forward(days=1)
    answer(ctx, row)
    answer(ctx, row)
    assert notices(ctx, mine) == [
        "1 row.", "2 rows, 1 more than last time.", "2 rows, as many as last time.",
        "No rows, 2 fewer than last time.", "No rows, as last time.",
    ]  # fmt: skip


def test_who_lost_the_permission_gets_nothing_and_is_told(ctx, mine, doer):
    row = keep(mine, doer)
    saved.put_on_schedule(mine, row.id, trigger="every 1d")
    take_the_post_away(ctx, mine)
    ctx.now.forward(minutes=1)
    kept = answer(ctx, row)
    assert (kept.content, kept.rows, row.schedule.enabled) == (None, 0, False)
    assert "audit.read" in kept.problem
    [told] = notices(ctx, mine)
    assert told.startswith("No answer: ")
    assert told.endswith("Its schedule is paused.")
    assert "question.not_answered" in ctx.recorded


def test_a_closed_account_gets_nothing_and_no_notice(ctx, mine, doer):
    row = keep(mine, doer)
    deactivate(ctx, row.owner)
    ctx.now.forward(minutes=1)
    assert answer(ctx, row).problem
    assert notices(ctx, mine) == []


def test_what_cannot_be_asked_any_more_is_told_and_the_schedule_goes_on(ctx, mine, doer):
    row = keep(mine, doer)
    row.parameters = {"person": "nobody-any-more"}
    ctx.record("test.arranged", row)
    assert "nobody-any-more" in answer(ctx, row).problem


def test_what_is_shared_is_asked_about_its_unit_alone(ctx, unit, doer):
    root = auditor(ctx, unit)
    below = make_unit(ctx, parent=unit)
    alone = saved.save(root, Wanted(name="A", question="person", unit=below.code,
                                    parameters={"person": doer.person.name}))  # fmt: skip
    assert "no post" in answer(ctx, alone).problem
    shared = keep(root, doer, unit=unit.code, name="B")
    assert answer(ctx, shared).rows == 1


def test_an_answer_is_read_by_those_alone_who_audit_all_that_it_is_about(ctx, unit, mine, doer):
    below = make_unit(ctx, parent=unit)
    row = keep(mine, doer)
    answer(ctx, row)
    take_the_post_away(ctx, mine)
    make_post(ctx, unit=below, permissions=["audit.read"], holder=row.owner)
    ctx.now.forward(minutes=1)
    with pytest.raises(NotPermitted, match="does not audit"):
        saved_answers.download(mine, row.id)


def test_only_so_many_answers_are_kept_and_problems_push_none_out(ctx, mine, doer):
    row = keep(mine, doer, keep=2)
    good = [answer(ctx, row).id for _ in range(3)]
    row.parameters = {"person": "gone"}
    bad = [answer(ctx, row).id for _ in range(3)]
    left = [one.id for one in saved_answers.list_answers(mine, row.id)]
    assert left == [*bad[:0:-1], *good[:0:-1]]


def test_an_altered_file_is_not_handed_out(ctx, mine, doer):
    row = keep(mine, doer)
    kept = answer(ctx, row)
    ctx.session.execute(
        update(KeptAnswer).where(KeptAnswer.id == kept.id).values(content=b"nothing happened")
    )
    ctx.session.expire_all()
    with pytest.raises(AnswerAltered, match="SHA-256"):
        saved_answers.download(mine, row.id)


def test_an_answer_beyond_what_is_kept_is_a_problem_and_no_file(ctx, mine, doer, monkeypatch):
    monkeypatch.setattr(saved_answers, "LARGEST", 10)
    kept = answer(ctx, keep(mine, doer))
    assert (kept.content, "narrow" in kept.problem) == (None, True)


def test_an_answer_that_is_not_there_is_not_found(ctx, mine, doer):
    row = keep(mine, doer)
    with pytest.raises(NotFound):
        saved_answers.download(mine, row.id)
    kept = answer(ctx, row)
    other = saved.save(mine, Wanted(name="Other", question="emergencies"))
    with pytest.raises(NotFound):
        saved_answers.download(mine, other.id, kept.id)


def test_its_time_is_told_in_words_when_it_is_asked(ctx, mine, doer):
    row = keep(mine, doer)
    first = answer(ctx, row)
    ctx.now.forward(days=1)
    second = answer(ctx, row)
    assert second.asked_at - first.asked_at == timedelta(days=1)
    assert second.parameters["since"] == "2026-11-25T00:00:00+00:00"
