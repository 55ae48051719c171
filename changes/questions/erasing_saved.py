"""What saved questions keep of a person: erased with the person. Asks no question."""

import json
from dataclasses import replace

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import undefer

from changes.questions.saved import PLANNER
from changes.questions.saved_models import KeptAnswer, SavedQuestion
from core.context import Context
from operations import schedules
from organization.erasure import Names
from organization.models import Person
from organization.people import ERASED


class Questions:
    """The person's own questions, questions about the person, and answers that tell of one."""

    def holds(self, _ctx: Context, _person: Person) -> str | None:
        return None

    def erase(self, ctx: Context, person: Person, names: Names) -> None:
        """Nobody answers for the person's own questions any more: they go with their schedules.

        An answer is a file whose hash was told: one that names the person is removed as a whole.
        """
        own = select(SavedQuestion).where(SavedQuestion.owner_id == person.id)
        for one in ctx.session.scalars(own).all():
            _remove(ctx, one)
        for about in ctx.session.scalars(select(SavedQuestion)):
            told = about.parameters.items()
            about.parameters = {
                key: f"{ERASED}{person.id}" if value == names.username else value
                for key, value in told
            }
        naming = select(KeptAnswer).where(_may_name(names)).options(undefer(KeptAnswer.content))
        for kept in ctx.session.scalars(naming).all():
            if _names(kept, names):
                ctx.session.delete(kept)


def _remove(ctx: Context, own: SavedQuestion) -> None:
    schedule, own.schedule = own.schedule, None
    ctx.session.flush()
    if schedule is not None:
        schedules.remove(replace(ctx, person=PLANNER), schedule.id)
    ctx.session.delete(own)
    ctx.session.flush()


def _may_name(names: Names) -> ColumnElement[bool]:
    """Whether the bytes of the name stand in the file or its parameters, as a word or not."""
    forms = {form for name in (names.username, names.name) for form in (name, _escaped(name))}
    content = [
        func.position(literal(form.encode()).op("IN")(KeptAnswer.content)) > 0 for form in forms
    ]
    told = [KeptAnswer.parameters.contains({"person": names.username})]
    return or_(*content, *told)


def _names(kept: KeptAnswer, names: Names) -> bool:
    file = (kept.content or b"").decode(errors="replace")
    words = " ".join([file, *kept.parameters.values()])
    escaped = replace(names, username=_escaped(names.username), name=_escaped(names.name))
    return any(one.erased_from(words) != words for one in (names, escaped))


def _escaped(name: str) -> str:
    """As JSON files write it, where other letters than ASCII's are escaped."""
    return json.dumps(name)[1:-1]
