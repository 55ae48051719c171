"""Freezes bind a far worker too: under its role it sees those that concern its devices."""

import pytest
from sqlalchemy import select

from changes.calendar import exceptions, require_open
from changes.calendar.errors import Frozen
from changes.calendar.models import Freeze
from changes.calendar.series import Place
from changes.execution import EXECUTOR
from changes.requests import plan_of
from inventory.models import Device
from operations import queue_roles, queues
from tests.changes.calendar.planning import hence, make_freeze
from tests.changes.office import JOB
from tests.factories import make_unit
from tests.scheduler import far


@pytest.fixture
def given(office):
    with office.acting("arranger") as ctx:
        unit = ctx.get(far.Unit, _unit(office, ctx))
        queue = queues.create_queue(ctx, name=unit.code, unit=unit)
        made = queue_roles.give_role(ctx, queue)
    yield made
    far.drop_roles(office.runtime)


def _unit(office, ctx):
    return ctx.get(Device, office.ids["r1"]).governing_unit_id


def checked(near, change):
    with near.context(EXECUTOR, JOB) as ctx:
        now = ctx.get(type(change), change.id)
        require_open(ctx, now, plan_of(now), at=ctx.now())


def test_a_far_worker_is_bound_by_a_freeze_until_an_exception_is_approved(office, given):
    at = hence(office.clock.at, hours=-1)
    with office.acting("arranger") as ctx:
        freeze = make_freeze(
            ctx, f"far {given.role}", place=Place(unit_id=_unit(office, ctx)), **at
        )
        other = make_freeze(
            ctx, f"other {given.role}", place=Place(unit_id=make_unit(ctx).id), **at
        )
    change = office.requested("r1")
    with far.as_role(office.runtime, given) as near:
        with near.context(EXECUTOR, JOB) as ctx:
            seen = set(ctx.session.scalars(select(Freeze.id)))
        assert (freeze.id in seen, other.id in seen) == (True, False)
        with pytest.raises(Frozen, match="far "):
            checked(near, change)
        with office.acting("engineer") as ctx:
            row = exceptions.ask(ctx, change.id, freeze.id, reason="It is down.")
        with office.acting("approver") as ctx:
            exceptions.approve(ctx, row.id, digest=change.digest)
        checked(near, change)
