"""Problems: the cause behind events; a known error has a cause and a workaround."""

from sqlalchemy import select

from core.context import Context
from core.errors import InvalidInput
from operations.events import WrongState
from operations.models import Event, Problem
from organization.models import Unit


def open_problem(
    ctx: Context, *, title: str, description: str = "", unit: Unit | None = None
) -> Problem:
    """Open a problem in a unit's jurisdiction. Needs `problem.write`."""
    ctx.require("problem.write", unit)
    if not title.strip():
        raise InvalidInput("A problem needs a title that says what is wrong.")
    problem = ctx.add(
        Problem(
            title=title, description=description, unit_id=unit.id if unit else None, state="open",
            opened_by_id=ctx.person.person_id, opened_at=ctx.now(),
        )
    )  # fmt: skip
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
    problem = ctx.get_locked(Problem, problem_id)
    ctx.require("problem.write", problem)
    if problem.state == "resolved":
        raise WrongState(f"Problem {problem.id} is resolved already.")
    problem.state, problem.resolved_at = "resolved", ctx.now()
    ctx.record("problem.resolved", problem)
    return problem


def list_problems(ctx: Context) -> list[Problem]:
    units = ctx.units("problem.read")
    query = select(Problem).where(Problem.unit_id.is_(None) | Problem.unit_id.in_(units))
    return list(ctx.session.scalars(query.order_by(Problem.id.desc()))) if units else []


def events_of(ctx: Context, problem: Problem) -> list[Event]:
    ctx.require("event.read")
    query = select(Event).where(Event.problem_id == problem.id).order_by(Event.id)
    return list(ctx.session.scalars(query))
