"""Everything that a person did."""

from datetime import timedelta

import pytest

from changes.questions import asking
from changes.questions.files import FORMS
from core.errors import InvalidInput, NotFound, NotPermitted
from core.evidence.archives.archiving import archive
from core.evidence.sealing import seal
from tests.acting import acting
from tests.changes.questions.asked import auditor
from tests.factories import make_person, make_post, make_unit


@pytest.fixture
def unit(ctx):
    return make_unit(ctx)


@pytest.fixture
def doer(ctx, unit):
    """Somebody with a post who did three things, an hour apart."""
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=[], holder=person)
    mine, began = acting(ctx, person), ctx.now()
    for action in ("unit.created", "post.created", "site.created"):
        mine.record(action, unit, facet=action)
        ctx.now.forward(hours=1)
    return person, began


def did(ctx, person, **given):
    told = {name: str(value) for name, value in given.items()}
    return [one.did for one in asking.ask(ctx, "person", {"person": person, **told}).rows]


def test_a_persons_records_come_newest_first(ctx, doer):
    person, _ = doer
    assert did(ctx, person.username) == ["site.created", "post.created", "unit.created"]


def test_the_span_and_the_action_narrow_them(ctx, doer):
    person, began = doer
    hour = timedelta(hours=1)
    assert did(ctx, person.username, since=began + hour) == ["site.created", "post.created"]
    assert did(ctx, person.username, until=began + hour) == ["unit.created"]
    assert did(ctx, person.username, action="post.created") == ["post.created"]


def test_the_answer_goes_on_after_its_place(ctx, doer):
    person, _ = doer
    given = {"person": person.username}
    first = asking.ask(ctx, "person", given, limit=2)
    rest = asking.ask(ctx, "person", given, limit=2, after=first.next)
    assert ([one.did for one in rest.rows], rest.next) == (["unit.created"], "")


def test_an_auditor_of_the_unit_sees_what_its_people_did(ctx, unit, doer):
    assert len(did(auditor(ctx, unit), doer[0].username)) == 3


def test_an_auditor_of_another_unit_does_not(ctx, unit, doer):
    other = auditor(ctx, make_unit(ctx, parent=unit))
    with pytest.raises(NotPermitted, match="held no post in the units"):
        did(other, doer[0].username)


def test_who_may_not_audit_asks_nothing(ctx, doer):
    with pytest.raises(NotPermitted):
        did(acting(ctx, doer[0]), doer[0].username)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "person"),
        ({"person": "x", "preson": "x"}, "preson"),
        ({"person": "x", "since": "soon"}, "since"),
        ({"person": "x\x00"}, "person"),
    ],
)
@pytest.mark.usefixtures("unit")
def test_a_parameter_that_is_wrong_is_named(ctx, given, field):
    with pytest.raises(InvalidInput) as refused:
        asking.ask(ctx, "person", given)
    assert refused.value.facts["field"] == field


def test_a_span_that_ends_before_it_begins_is_refused(ctx, doer):
    given = {"person": doer[0].username, "since": "2026-02-01", "until": "2026-01-01"}
    with pytest.raises(InvalidInput, match="ends before"):
        asking.ask(ctx, "person", given)


@pytest.mark.usefixtures("unit")
def test_nobody_of_that_name_and_no_such_question_are_not_found(ctx):
    with pytest.raises(NotFound, match="no person"):
        did(ctx, "nobody-at-all")
    with pytest.raises(NotFound, match="no question"):
        asking.ask(ctx, "why", {})


def test_a_place_that_is_none_is_refused(ctx, doer):
    with pytest.raises(InvalidInput, match="no place"):
        asking.ask(ctx, "person", {"person": doer[0].username}, after="x:1")


def test_an_export_is_recorded_with_its_parameters(ctx, doer):
    given = {"person": doer[0].username, "since": ""}
    asked = asking.export(ctx, "person", given, form="csv")
    [piece] = asking.pieces(ctx, "person", given)
    assert ctx.recorded == ["question.exported"]
    text = FORMS["csv"].head(asked) + FORMS["csv"].body(asked, piece)
    assert [line.split(",")[1] for line in text.splitlines()] == [
        "action", "site.created", "post.created", "unit.created",
    ]  # fmt: skip


def test_an_answer_says_which_records_are_archived(ctx, doer, clock):
    seal(ctx)
    told = asking.ask(ctx, "person", {"person": doer[0].username})
    assert "archived" not in told.note
    clock.forward(days=60)
    made = archive(ctx, until=clock.at - timedelta(days=40))
    told = asking.ask(ctx, "person", {"person": doer[0].username})
    assert told.rows == ()
    assert made.file in told.note
    assert "archived" not in asking.ask(ctx, "approver-executed", {}).note
