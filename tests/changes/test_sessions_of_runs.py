"""What a run typed and told on real sessions with the lab: all of it is leaves of the log."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from changes import oversight, preview
from changes.journal import event_document
from changes.models import ChangeRun, ExecutionEvent
from changes.states import State
from core.audit import AuditRecord
from core.evidence.sealing import seal_all
from core.records import inspect
from tests.changes.conftest import ALL
from tests.changes.floor import at_line

pytestmark = pytest.mark.slow


def runs(floor, change) -> list[int]:
    with floor.house.acting(ALL) as ctx:
        query = select(ChangeRun.id).where(ChangeRun.change_id == change.id)
        return list(ctx.session.scalars(query.order_by(ChangeRun.id)))


def facts(floor, action, run_ids):
    with floor.house.acting(ALL) as ctx:
        query = select(AuditRecord.facts).where(
            AuditRecord.action == action, AuditRecord.execution_id.in_(run_ids)
        )
        return list(ctx.session.scalars(query.order_by(AuditRecord.id)))


def events(floor, run_id):
    with floor.house.acting(ALL) as ctx:
        query = select(ExecutionEvent).where(ExecutionEvent.run_id == run_id)
        return list(ctx.session.scalars(query.order_by(ExecutionEvent.id)))


def leaves(floor, run_id):
    return [(one["number"], one["sha256"]) for one in facts(floor, "execution.event", [run_id])]


def lines(floor, run_id):
    return [(one.number, sha256(event_document(one)).hexdigest()) for one in events(floor, run_id)]


def sessions_heard(device, mark):
    """By session what the device heard after the journal had this length, to its end or not."""
    found = {}
    for one in list(device.journal)[mark:]:
        if one.line.strip():
            found.setdefault(one.session, []).append(one.line)
    return [_ended(told) for told in found.values()]


def _ended(told):
    told = [line for line in told if line != "<secret>"]
    return told[:-1] if told[-1:] == ["exit"] else told


@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_a_push_leaves_what_the_device_heard_and_each_event_is_a_leaf(floor, index):
    device = floor.devices[index]
    change = floor.approved(device)
    mark = len(device.journal)
    assert floor.execute(change) is State.SUCCEEDED, floor.now(change).outcome
    [run_id] = runs(floor, change)
    held = facts(floor, "session.held", [run_id])
    pushed = [one for one in held if one["purpose"] == "push"]
    assert [(one["driver"], one["sessions"]) for one in pushed] == [("netmiko", 1)]
    heard = sessions_heard(device, mark)
    for one in held:
        assert _ended(one["commands"]) in heard
        assert one["commands_count"] == len(one["commands"])
    assert leaves(floor, run_id) == lines(floor, run_id)
    assert [number for number, _ in leaves(floor, run_id)] == list(
        range(1, len(events(floor, run_id)) + 1)
    )


def test_the_events_of_a_run_that_was_stopped_are_all_leaves_of_a_log_that_is_whole(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    at_line(device, "description number", lambda: floor.stop(change))
    floor.execute(change)
    [run_id] = runs(floor, change)
    assert leaves(floor, run_id) == lines(floor, run_id) != []
    with floor.house.acting(ALL) as ctx:
        seal_all(ctx)
        assert [str(one) for one in inspect(ctx).broken] == []


def test_after_a_pause_another_run_counts_from_one_again(floor):
    canary, other = floor.devices[:2]
    change = floor.approved(canary, other)

    def pause():
        with floor.house.acting(floor.house.engineer) as ctx:
            oversight.pause(ctx, change.id, note="as asked")

    at_line(canary, "description number", pause)
    assert floor.execute(change) is State.PAUSED
    with floor.house.acting(floor.house.engineer) as ctx:
        oversight.resume(ctx, change.id, note="as asked")
    assert floor.execute(change) is State.SUCCEEDED
    both = runs(floor, change)
    assert len(both) == 2
    for run_id in both:
        assert leaves(floor, run_id)[0][0] == 1
        assert leaves(floor, run_id) == lines(floor, run_id)


def test_a_preview_leaves_what_it_typed(floor):
    device = floor.devices[1]
    change = floor.requested(device)
    with floor.house.acting(floor.house.engineer) as ctx:
        preview.preview(ctx, change.id)
        query = select(AuditRecord).where(
            AuditRecord.action == "session.held", AuditRecord.change_id == change.id
        )
        found = list(ctx.session.scalars(query))
    assert [(one.subject_label, one.facts["purpose"]) for one in found] == [
        (device.hostname, "rehearse")
    ]
