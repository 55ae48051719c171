"""One person on duty has an emergency carried out alone: exactly that plan, for a time, marked."""

import pytest
from sqlalchemy import select

from changes import approvals, revisions
from changes.emergency.grants import live
from changes.errors import AlreadyDecided, NotAnEmergency, OwnChange, StaleDigest
from changes.models import BreakGlass, ChangeRequest
from core.audit import AuditRecord
from core.errors import InvalidInput, NotPermitted
from operations.models import Event


def recorded(office, change):
    with office.acting("arranger") as ctx:
        rows = select(AuditRecord).where(
            AuditRecord.subject_type == "change_request", AuditRecord.subject_id == str(change.id)
        )
        return [(one.action, one.facts) for one in ctx.session.scalars(rows)]


def complete(office, change):
    with office.acting("arranger") as ctx:
        return approvals.is_complete(ctx, ctx.get(ChangeRequest, change.id))


def test_the_requester_on_duty_releases_an_emergency_alone(office, duty):
    change = duty.requested()
    duty.broken(change)
    assert (office.state(change), office.queued()) == ("approved", [change.id])


def test_a_worker_claims_what_a_broken_glass_released(office, duty):
    change = duty.requested()
    duty.broken(change)
    assert office.claimed(change) is not None


@pytest.mark.parametrize("kind", ["normal", "commission", "decommission"])
def test_only_emergencies_are_carried_out_on_one_word(office, duty, kind):
    change = office.requested("r1", kind=kind, by="duty")
    with pytest.raises(NotAnEmergency, match=f"is a {kind} change"):
        duty.broken(change)


@pytest.mark.parametrize("who", ["engineer", "approver", "operator"])
def test_who_is_not_on_duty_breaks_no_glass(duty, who):
    change = duty.requested()
    with pytest.raises(NotPermitted, match=r"change\.break_glass"):
        duty.broken(change, by=who)


def test_the_platform_breaks_no_glass(duty):
    change = duty.requested()
    with pytest.raises(OwnChange, match="a person on duty"):
        duty.broken(change, by="arranger")


@pytest.mark.parametrize("minutes", [4, 241, 0, -5])
def test_a_broken_glass_counts_for_minutes_within_bounds(duty, minutes):
    change = duty.requested()
    with pytest.raises(InvalidInput, match="5 to 240 minutes"):
        duty.broken(change, minutes=minutes)


def test_a_glass_is_broken_with_a_reason(duty):
    change = duty.requested()
    with pytest.raises(InvalidInput, match="Say why"):
        duty.broken(change, reason="  ")


def test_a_glass_is_broken_for_the_plan_that_was_shown(duty):
    change = duty.requested()
    with pytest.raises(StaleDigest):
        duty.broken(change, digest="00" * 32)


def test_a_glass_is_broken_once(duty):
    change = duty.requested()
    duty.broken(change)
    with pytest.raises(AlreadyDecided, match="is approved"):
        duty.broken(change)


def test_past_its_time_a_broken_glass_releases_nothing(office, duty):
    change = duty.requested()
    duty.broken(change, minutes=5)
    before = complete(office, change)
    office.clock.forward(minutes=5)
    assert (before, complete(office, change)) == (True, False)


def test_another_plan_needs_another_glass(office, duty):
    change = duty.requested()
    duty.broken(change)
    office.shows("r1", description="moved meanwhile")
    with office.acting("duty") as ctx:
        revisions.renew(ctx, change.id)
    assert (office.state(change), complete(office, change)) == ("proposed", False)


def test_who_lost_the_post_has_no_word_any_more(office, duty):
    change = duty.requested()
    duty.broken(change)
    office.dismiss("duty")
    assert complete(office, change) is False


def test_what_makes_approvals_void_ends_a_broken_glass(office, duty):
    change = duty.requested()
    grant = duty.broken(change)
    with office.acting() as ctx:
        approvals.void_all(ctx, ctx.get(ChangeRequest, change.id), reason="moved")
    with office.acting("arranger") as ctx:
        row = ctx.get(BreakGlass, grant)
        assert (row.end_reason, live(ctx, row.change)) == ("moved", None)
    assert office.state(change) == "proposed"


def test_every_record_of_an_emergency_says_that_it_is_one(office, duty):
    change = duty.requested()
    grant = duty.broken(change)
    office.begun(change)
    found = recorded(office, change)
    assert [action for action, _ in found] == [
        "change.requested", "change.glass_broken", "change.released", "change.claimed",
        "change.touching",
    ]  # fmt: skip
    assert [(one["emergency"], one["break_glass"]) for _, one in found] == [
        (True, None), *[(True, grant)] * 4
    ]  # fmt: skip


def test_records_of_other_changes_speak_of_no_emergency(office):
    [(_, facts)] = recorded(office, office.requested("r1"))
    assert not {"emergency", "break_glass"} & facts.keys()


def test_the_whole_unit_is_told_at_once(office, duty):
    change = duty.requested("r1", "r2")
    grant = duty.broken(change)
    with office.acting("operator") as ctx:
        first = min(office.ids["r1"], office.ids["r2"])
        rows = select(Event).where(Event.kind == "break_glass", Event.device_id == first)
        [event] = ctx.session.scalars(rows)
        assert (event.severity, event.fingerprint) == ("critical", f"break_glass:{grant}:{first}")
        assert event.title == f"The glass was broken for {change.label}"
        assert "the ring is down" in event.detail
