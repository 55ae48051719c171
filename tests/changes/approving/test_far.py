"""A far worker counts approvals as the platform does, a deputy's too, and sees no other persons."""

import pytest
from sqlalchemy import select

from changes import approvals
from changes.execution import EXECUTOR
from changes.models import ChangeRequest
from inventory.models import Device
from operations import queue_roles, queues
from operations.queue_models import WorkerQueue
from organization.models import Person, Unit
from tests.changes.approving.test_delegations import given as delegated
from tests.changes.approving.test_delegations import ids
from tests.changes.office import JOB
from tests.scheduler import far


@pytest.fixture
def near(office):
    """The runtime of a worker near the office's devices."""
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        queue = queues.create_queue(ctx, name=unit.code, unit=unit)
        role = queue_roles.give_role(ctx, queue)
    with far.as_role(office.runtime, role) as opened:
        yield opened
    office.emptied_queue()
    with office.acting("arranger") as ctx:
        queue_roles.remove_queue(ctx, ctx.get(WorkerQueue, queue.id))


@pytest.fixture
def change(office):
    """One that a deputy approved for the approver."""
    wanted = office.requested("r1")
    delegated(office, by="approver", to="operator")
    office.approve(wanted, by="operator")
    return wanted


def complete(runtime, change):
    with runtime.context(EXECUTOR, JOB) as ctx:
        return approvals.is_complete(ctx, ctx.get(ChangeRequest, change.id))


def test_a_deputys_vote_counts_at_a_far_worker(office, near, change):
    assert (complete(office.runtime, change), complete(near, change)) == (True, True)


def test_without_the_post_behind_it_a_deputys_vote_counts_nowhere(office, near, change):
    office.dismiss("approver")
    assert (complete(office.runtime, change), complete(near, change)) == (False, False)


@pytest.mark.usefixtures("change")
def test_a_far_worker_sees_who_asked_who_voted_and_for_whom_and_nobody_else(office, near):
    with near.context(EXECUTOR, JOB) as ctx:
        seen = set(ctx.session.scalars(select(Person.id)))
    assert seen == set(ids(office, "engineer", "operator", "approver"))
