"""Problems: the cause behind events; a known error has a cause and a workaround."""

from sqlalchemy import select

from core.context import Context
from core.errors import InvalidInput
from operations.events import WrongState, visible
from operations.models import Event, Problem
from organization.models import Unit


def open_problem(
    ctx: Context, *, title: str, description: str = "", unit: Unit | None = None
) -> Problem:
    """Open a problem in a unit's jurisdiction, or the whole organization's.

    Needs `problem.write` there, so that whoever opens it can also work on it.
    """
    problem = Problem(
        title=title, description=description, unit_id=unit.id if unit else None, state="open",
        opened_by_id=ctx.person.person_id, opened_at=ctx.now(),
    )  # fmt: skip
    ctx.require("problem.write", problem)
    if not title.strip():
        raise InvalidInput("A problem needs a title that says what is wrong.")
    ctx.add(problem)
    ctx.record("problem.opened", problem)
    return problem


def record_known_error(
    ctx: Context, problem_id: int, *, root_cause: str, workaround: str
) -> Problem:
    """Write down the cause and what helps meanwhile."""
    problem = ctx.get_locked(Problem, problem_id)
    ctx.require("problem.write", problem)
    if not root_cause.strip() or not workaround.strip():
        raise InvalidInput("A known error needs both its root cause and a workaround.")
    if problem.state == "resolved":
        raise WrongState(f"Problem {problem.id} is resolved.")
    problem.root_cause, problem.workaround, problem.state = root_cause, workaround, "known_error"
    ctx.record("problem.known_error", problem, root_cause=root_cause, workaround=workaround)
    return problem


def resolve(ctx: Context, problem_id: int) -> Problem:
    """Close a problem for good: its cause is gone."""
    problem = ctx.get_locked(Problem, problem_id)
    ctx.require("problem.write", problem)
    if problem.state == "resolved":
        raise WrongState(f"Problem {problem.id} is resolved already.")
    problem.state, problem.resolved_at = "resolved", ctx.now()
    ctx.record("problem.resolved", problem)
    return problem


def get_problem(ctx: Context, problem_id: int) -> Problem:
    """The problem, or NotFound. Needs `problem.read` in its unit; in none, anywhere."""
    problem = ctx.get(Problem, problem_id)
    ctx.require("problem.read", problem if problem.unit_id else None)
    return problem


def list_problems(
    ctx: Context, *, after: int | None = None, limit: int | None = None
) -> list[Problem]:
    """Problems of one's jurisdiction (and of no unit), newest first; `after` is the last id."""
    units = ctx.units("problem.read")
    query = select(Problem).where(Problem.unit_id.is_(None) | Problem.unit_id.in_(units))
    query = query.limit(limit)
    if after is not None:
        query = query.where(Problem.id < after)
    return list(ctx.session.scalars(query.order_by(Problem.id.desc()))) if units else []


def events_of(ctx: Context, problem: Problem) -> list[Event]:
    """The events behind which it is, as far as the acting person may read them."""
    ctx.require("event.read")
    query = select(Event).where(Event.problem_id == problem.id, visible(ctx)).order_by(Event.id)
    return list(ctx.session.scalars(query))
