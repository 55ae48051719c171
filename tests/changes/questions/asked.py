"""How the tests ask: as the office's auditor, and what they look at."""

from changes.questions import asking
from organization.permissions import POST_TEMPLATES
from tests.acting import acting
from tests.factories import make_person, make_post


def answer(office, name, *, by="auditor", **given):
    with office.acting(by) as ctx:
        return asking.ask(ctx, name, {key: str(value) for key, value in given.items()})


def column(told, name):
    return [row.cells[told.columns.index(name)] for row in told.rows]


def auditor(ctx, unit):
    """A context of somebody who audits the unit."""
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=POST_TEMPLATES["auditor"], holder=person)
    return acting(ctx, person)
