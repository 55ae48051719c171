"""A change is carried out by a far worker, under a role that sees only its devices."""

import pytest
from sqlalchemy import select, text

from changes import execution
from changes.models import VerificationResult
from changes.states import State
from lab import hands
from operations import queue_roles, queues
from organization.units import by_code
from tests.changes.conftest import ALL, approved, requested
from tests.scheduler import far

pytestmark = pytest.mark.slow


@pytest.fixture
def given(house):
    with house.acting(ALL) as ctx:
        queue = queues.create_queue(ctx, name="far", unit=by_code(ctx, "ops"))
        made = queue_roles.give_role(ctx, queue)
    yield made
    far.drop_roles(house.runtime)


def test_a_far_worker_corrects_its_device(house, given):
    device = house.lab.devices[0]
    with far.as_role(house.runtime, given) as near:
        hands.type_lines(device, ["interface Loopback0", "description changed by somebody"])
        assert far.run_job(near, "drift.scan", {"device_ids": [house.ids[device.hostname]]})
        assert house.finding(device.hostname).verdict == "unauthorised"
        change = requested(house, device.hostname)
        approved(house, change)
        queued = far.rows(house.runtime, "SELECT queue_name, lock FROM procrastinate_jobs"
                          " WHERE task_name = 'changes.execute'")  # fmt: skip
        assert queued == [("far", f"device:{house.ids[device.hostname]}@far")]
        assert execution.execute(near, change.id, worker="far:1") is State.SUCCEEDED
    assert "changed by somebody" not in device.running()
    with house.acting(house.auditor) as ctx:
        assert ctx.session.scalars(select(VerificationResult.as_declared)).all() == [True, True]


def test_a_far_worker_reads_no_password_of_those_who_approved(house, given):
    with (
        far.as_role(house.runtime, given) as near,
        near.engine.connect() as one,
        pytest.raises(Exception, match="permission denied"),
    ):
        one.execute(text("SELECT password_hash FROM person"))
