"""Problems: the cause behind events."""

import pytest

from core.errors import InvalidInput, NotPermitted
from operations.events import WrongState, link_problem
from operations.problems import (
    events_of,
    get_problem,
    list_problems,
    open_problem,
    record_known_error,
    resolve,
)
from tests.acting import acting
from tests.factories import make_person


@pytest.fixture
def problem(operator, units):
    made = open_problem(operator, title="Bad optics", description="Seen twice.", unit=units[0])
    operator.recorded.clear()
    return made


def known(ctx, problem, root_cause="Dust", workaround="Clean"):
    return record_known_error(ctx, problem.id, root_cause=root_cause, workaround=workaround)


def test_a_problem_is_opened_in_a_jurisdiction(operator, units, clock):
    problem = open_problem(operator, title="Bad optics", unit=units[0])
    assert (problem.state, problem.governing_unit_id, problem.label) == (
        "open", units[0].id, "Bad optics",
    )  # fmt: skip
    assert (problem.opened_by_id, problem.opened_at) == (operator.person.person_id, clock())
    assert operator.recorded == ["problem.opened"]


@pytest.mark.parametrize("where", [1, None])
def test_a_problem_is_opened_only_where_one_can_work_on_it(operator, units, where):
    with pytest.raises(NotPermitted, match=r"problem\.write on Bad optics"):
        open_problem(operator, title="Bad optics", unit=units[where] if where else None)
    assert operator.recorded == []


def test_a_problem_needs_a_title(ctx):
    with pytest.raises(InvalidInput, match="needs a title"):
        open_problem(ctx, title=" ")


def test_a_known_error_has_a_cause_and_a_workaround(operator, problem):
    known(operator, problem)
    assert (problem.state, problem.root_cause, problem.workaround) == (
        "known_error", "Dust", "Clean",
    )  # fmt: skip
    known(operator, problem, workaround="Replace")
    assert problem.workaround == "Replace"
    assert operator.recorded == ["problem.known_error"] * 2


@pytest.mark.parametrize(("root_cause", "workaround"), [("", "Clean"), ("Dust", " ")])
def test_half_a_known_error_is_refused(operator, problem, root_cause, workaround):
    with pytest.raises(InvalidInput, match="both its root cause and a workaround"):
        known(operator, problem, root_cause, workaround)
    assert problem.state == "open"


def test_a_resolved_problem_is_left_alone(operator, problem, clock):
    assert resolve(operator, problem.id).resolved_at == clock()
    assert (problem.state, operator.recorded) == ("resolved", ["problem.resolved"])
    with pytest.raises(WrongState, match="is resolved already"):
        resolve(operator, problem.id)
    with pytest.raises(WrongState, match="is resolved"):
        known(operator, problem)


def test_problems_of_other_units_are_neither_read_nor_worked_on(ctx, operator, problem, units):
    south = open_problem(ctx, title="Bad power", unit=units[1])
    common = open_problem(ctx, title="Bad vendor")
    assert list_problems(operator) == [common, problem]
    assert [get_problem(operator, one.id) for one in (common, problem)] == [common, problem]
    for action in (get_problem, resolve):
        with pytest.raises(NotPermitted):
            action(operator, south.id)
    with pytest.raises(NotPermitted):
        known(operator, common)
    assert list_problems(acting(ctx, make_person(ctx))) == []


def test_problems_come_in_pages(ctx, problem):
    second = open_problem(ctx, title="Bad power")
    assert list_problems(ctx, limit=1) == [second]
    assert list_problems(ctx, after=second.id) == [problem]


def test_a_problem_knows_the_events_that_one_may_read(ctx, operator, problem, happen, devices):
    north, south = happen(), happen(on=devices[1])
    for event in (north, south):
        link_problem(ctx, event.id, problem.id)
    assert events_of(ctx, problem) == [north, south]
    assert events_of(operator, problem) == [north]
    with pytest.raises(NotPermitted):
        events_of(acting(ctx, make_person(ctx)), problem)
