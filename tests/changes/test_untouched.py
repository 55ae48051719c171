"""What may not run any more touches no device, whoever wrote what where."""

from datetime import UTC, datetime, timedelta

from changes import playbooks
from changes.states import State
from lab.network import Fault
from tests.changes.floor import at_line, typed_since
from tests.changes.test_execution import waves


def untouched(floor, device, change, *, ends, target="waiting"):
    """Execute, and see that the device was typed at by nobody."""
    mark = len(device.journal)
    assert floor.execute(change) is ends
    assert typed_since(device, mark) == []
    assert waves(floor, change) == []
    assert floor.targets(change) == [target]


def test_a_change_before_its_window_waits(floor):
    device = floor.devices[0]
    start = datetime.now(UTC) + timedelta(hours=1)
    change = floor.approved(device, window=(start, start + timedelta(hours=1)))
    untouched(floor, device, change, ends=State.APPROVED)


def test_a_device_that_does_not_answer_before_the_change_fails_it(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    device.faults.add(Fault.REFUSED_LOGIN)
    untouched(floor, device, change, ends=State.FAILED, target="skipped")
    assert f"{device.hostname} could not be observed before" in floor.now(change).outcome


def test_a_device_that_went_into_maintenance_makes_the_approvals_void(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    one = {"id": floor.house.ids[device.hostname]}
    floor.sql("UPDATE device SET state = 'maintenance' WHERE id = :id", **one)
    untouched(floor, device, change, ends=State.PROPOSED)
    floor.sql("UPDATE device SET state = 'active' WHERE id = :id", **one)


def test_approvals_that_count_no_more_run_nothing(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    floor.sql("UPDATE approval SET voided_at = now() WHERE change_id = :id", id=change.id)
    untouched(floor, device, change, ends=State.PROPOSED)


def test_a_vote_that_somebody_wrote_into_the_database_runs_nothing(floor):
    device = floor.devices[0]
    change = floor.requested(device)
    floor.sql(
        "INSERT INTO approval (change_id, person_id, decision, digest, note, decided_at,"
        " void_reason) SELECT id, :person, 'approved', digest, '', now(), ''"
        " FROM change_request WHERE id = :id",
        id=change.id, person=floor.house.approver.person_id,
    )  # fmt: skip
    floor.sql("UPDATE change_request SET state = 'approved' WHERE id = :id", id=change.id)
    untouched(floor, device, change, ends=State.PROPOSED)
    assert "in no audit record" in floor.now(change).outcome


def test_a_requester_who_was_written_into_the_database_runs_nothing(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    floor.sql(
        "UPDATE change_request SET requested_by_id = (SELECT min(id) FROM person WHERE id NOT IN"
        " (:approver, requested_by_id)) WHERE id = :id",
        id=change.id, approver=floor.house.approver.person_id,
    )  # fmt: skip
    untouched(floor, device, change, ends=State.PROPOSED)


def test_a_plan_that_is_not_what_was_signed_runs_nothing(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    floor.sql(
        "UPDATE change_request SET plan = jsonb_set(plan, '{targets,0,lines}', '[\"reload\"]')"
        " WHERE id = :id", id=change.id,
    )  # fmt: skip
    untouched(floor, device, change, ends=State.PROPOSED)


def test_a_playbook_edited_after_the_approval_runs_nothing(floor, monkeypatch, tmp_path):
    device = floor.devices[0]
    change = floor.approved(device)
    copy = playbooks.shelve(tmp_path)
    with (copy / "plugins" / "action" / "trimtab_lines.py").open("a") as text:
        text.write("# edited\n")
    monkeypatch.setattr("changes.execution.shelve", lambda place: playbooks.shelve(place, copy))
    untouched(floor, device, change, ends=State.PROPOSED)
    assert "edited after the approval" in floor.now(change).outcome


def test_a_change_that_a_person_stops_before_it_touches_a_device_is_cancelled(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    at_line(device, "show running-config", lambda: floor.stop(change))
    untouched(floor, device, change, ends=State.CANCELLED, target="skipped")
    floor.reap()
    assert floor.now(change).state == "cancelled"


def test_a_claim_lost_while_the_devices_were_observed_begins_nothing(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    at_line(device, "show running-config", lambda: floor.sql(
        "UPDATE change_run SET lease_until = now() - interval '1 second' WHERE change_id = :id",
        id=change.id,
    ))  # fmt: skip
    mark = len(device.journal)
    assert floor.execute(change) is State.RUNNING
    assert typed_since(device, mark) == []
    floor.reap()
    assert (floor.now(change).state, floor.targets(change)) == ("approved", ["waiting"])


def test_what_is_not_ours_to_run_is_not_run(floor):
    assert floor.execute(floor.requested(floor.devices[0])) is None
