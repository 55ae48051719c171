"""The time of a broken glass bounds a run's end too: what is done stays, the rest is left."""

import pytest

from changes import approvals, readiness
from changes.emergency import breaking
from changes.errors import AlreadyDecided, GlassOver
from changes.models import BreakGlass, ChangeRequest
from changes.states import State, Target
from organization.people import actor_of
from organization.permissions import POST_TEMPLATES
from organization.units import by_code
from tests.changes.conftest import ALL
from tests.changes.floor import at_line, typed_since
from tests.factories import make_person, make_post


def paused(office, duty):
    """An emergency that was paused after its first device, with a glass of 30 minutes."""
    change = duty.requested("r1", "r2")
    duty.broken(change)
    held = office.claimed(change)
    assert office.touching(held, "r1")
    assert office.settled(held, r1=Target.DONE)
    assert office.finished(held, State.PAUSED)
    return change


def test_no_wave_begins_once_the_time_of_the_glass_is_over(office, duty):
    change = duty.requested()
    duty.broken(change)
    with office.acting() as ctx:
        readiness.require_glass(ctx, change.id)
    office.clock.forward(minutes=30)
    with (
        office.acting() as ctx,
        pytest.raises(GlassOver, match="glass was over at"),
    ):
        readiness.require_glass(ctx, change.id)


def test_no_wave_begins_once_who_broke_the_glass_may_not_any_more(office, duty):
    change = duty.requested()
    duty.broken(change)
    office.dismiss("duty")
    with office.acting() as ctx, pytest.raises(GlassOver, match="counts no more"):
        readiness.require_glass(ctx, change.id)


def test_a_change_that_persons_approved_rests_on_no_glass(office):
    change = office.approved("r1")
    office.clock.forward(days=30)
    with office.acting() as ctx:
        readiness.require_glass(ctx, change.id)


def test_a_paused_emergency_past_its_time_ends_with_what_it_has_done(office, duty):
    change = paused(office, duty)
    office.clock.forward(minutes=29)
    office.reaped()
    before = office.state(change)
    office.clock.forward(minutes=1)
    office.reaped()
    assert (before, office.state(change)) == ("paused", "failed")
    assert sorted(office.targets(change)) == ["done", "skipped"]
    assert office.now(change).outcome.startswith("The time of the broken glass was over at ")


@pytest.fixture
def on_duty(floor):
    with floor.house.acting(ALL) as ctx:
        person = make_person(ctx)
        permissions = POST_TEMPLATES["duty engineer"]
        make_post(ctx, unit=by_code(ctx, "ops"), permissions=permissions, holder=person)
        return actor_of(person)


@pytest.mark.slow
def test_a_glass_that_runs_out_in_the_first_wave_lets_that_one_end_and_no_other_begin(
    floor, on_duty
):
    canary, other = floor.devices[:2]
    change, mark = floor.requested(canary, other, kind="emergency"), len(other.journal)
    with floor.house.acting(on_duty) as ctx:
        grant = breaking.break_glass(
            ctx, change.id, digest=change.digest, reason="the ring is down", minutes=5
        ).id
    over = "UPDATE break_glass SET valid_until = now() WHERE id = :grant"
    at_line(canary, "description number", lambda: floor.sql(over, grant=grant))
    assert floor.execute(change) is State.FAILED
    stands = {one.hostname: one.state for one in floor.rows(change)}
    assert stands == {canary.hostname: "done", other.hostname: "skipped"}
    assert (typed_since(other, mark), canary.startup) == ([], canary.running())
    with floor.house.acting(on_duty) as ctx:
        row = ctx.get(BreakGlass, grant)
        assert row.ended_at is not None
        assert not approvals.is_complete(ctx, ctx.get(ChangeRequest, change.id))
        with pytest.raises(AlreadyDecided, match="is failed"):
            breaking.break_glass(ctx, change.id, digest=change.digest, reason="again", minutes=5)
    assert f"Not touched: {other.hostname}." in floor.now(change).outcome
