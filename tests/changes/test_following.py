"""The baseline follows an approved change, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from changes.following import EFFECT
from changes.states import State, Target
from drift import baselines
from drift.baselines import Terms
from drift.models import Baseline
from inventory import snapshots
from tests.changes.emergency.conftest import duty  # noqa: F401 - a fixture

NEW = "by request"
BACK = ("interface Loopback0", " description router id")
STRAY = "logging host 10.0.0.7\n"


@pytest.fixture
def house(office):
    office.approve_shown("r1", "r2")
    return office


def versions(office, hostname="r1"):
    with office.acting("arranger") as ctx:
        rows = select(Baseline).where(Baseline.device_id == office.ids[hostname])
        return ctx.session.scalars(rows.order_by(Baseline.version)).all()


def carried_out(office, change, *, end=State.SUCCEEDED, **shows):
    """The change runs on r1, which shows this afterwards."""
    held = office.begun(change)
    office.shows("r1", **shows)
    office.settled(held, r1=Target.DONE)
    office.finished(held, end)


def text(office, baseline):
    with office.acting("arranger") as ctx:
        return snapshots.text_of(ctx, baseline.digest)


def test_what_an_approved_change_led_to_is_no_drift(house):
    change = house.approved("r1")
    carried_out(house, change, description=NEW)
    assert house.judged().outcome == "in_sync"
    first, second = versions(house)
    assert second.reason == f"{EFFECT}{change.id}"
    assert (second.approved_by_id, first.valid_until) == (None, second.valid_from)
    assert [one.version for one in versions(house, "r2")] == [1]


def test_it_moves_in_the_transaction_that_ends_the_change(house):
    change = house.approved("r1")
    carried_out(house, change, description=NEW)
    assert versions(house)[-1].valid_from == house.now(change).closed_at


def test_a_change_that_is_taken_back_takes_the_baseline_along(house):
    carried_out(house, house.approved("r1"), description=NEW)
    carried_out(house, house.approved("r1", lines=BACK))
    assert house.judged().outcome == "in_sync"
    assert len(versions(house)) == 3


def test_a_correction_leaves_the_baseline_as_it_is(house):
    house.shows("r1", description="by somebody")
    carried_out(house, house.approved("r1", lines=BACK))
    assert house.judged().outcome == "in_sync"
    assert len(versions(house)) == 1


def test_drift_that_stood_there_before_stays_drift(house):
    house.shows("r1", more=STRAY)
    before = house.judged()
    assert before.verdict == "unauthorised"
    carried_out(house, house.approved("r1"), description=NEW, more=STRAY)
    after = house.judged()
    assert (after.outcome, after.verdict, after.finding_id) == (
        "drifted", "unauthorised", before.finding_id,
    )  # fmt: skip
    moved = text(house, versions(house)[-1])
    assert (f"description {NEW}" in moved, "logging host" in moved) == (True, False)


def test_who_undoes_an_approved_change_by_hand_reverted_it(house):
    change = house.approved("r1")
    carried_out(house, change, description=NEW)
    house.shows("r1")
    seen = house.judged()
    assert seen.verdict == "reverted"
    assert f"C{change.id} " in house.reason(seen)


def test_an_approval_of_before_covers_no_later_hand(house):
    """Added, taken away by another change, and typed again by somebody."""
    carried_out(house, house.approved("r1"), description=NEW)
    carried_out(house, house.approved("r1", lines=BACK))
    house.shows("r1", description=NEW)
    assert house.judged().verdict != "authorised"


def test_what_a_person_approved_since_is_what_counts(house):
    change = house.approved("r1")
    held = house.begun(change)
    house.shows("r1", description=NEW)
    house.settled(held, r1=Target.DONE)
    planned(house)
    house.finished(held, State.SUCCEEDED)
    assert house.judged().verdict == "authorised"
    house.clock.forward(hours=2)  # the planned one holds, and it says otherwise
    assert house.judged().verdict == "unauthorised"


def planned(house):
    with house.acting("arranger") as ctx:
        shown = snapshots.text_of(ctx, versions(house)[0].digest)
        terms = Terms(valid_from=ctx.now() + timedelta(hours=1))
        baselines.set_intended(
            ctx, house.ids["r1"], shown + STRAY, reason="from tomorrow on", terms=terms
        )


def test_a_version_that_is_planned_is_not_taken_back(house):
    planned(house)
    change = house.approved("r1")
    carried_out(house, change, description=NEW)
    seen = house.judged()
    assert seen.verdict == "authorised"
    assert f"C{change.id} " in house.reason(seen)
    assert [one.version for one in versions(house)] == [1, 2]


def test_a_device_that_shows_something_else_by_now_keeps_its_baseline(house):
    carried_out(house, house.approved("r1"), description="by somebody")
    assert len(versions(house)) == 1
    assert house.judged().verdict == "unauthorised"


def test_a_device_without_a_baseline_gets_none(office):
    carried_out(office, office.approved("r1"), description=NEW)
    assert versions(office) == []


def test_the_devices_that_were_done_count_where_the_change_failed(house):
    change = house.approved("r1", "r2")
    held = house.begun(change)
    house.shows("r1", description=NEW)
    house.settled(held, r1=Target.DONE, r2=Target.ROLLED_BACK)
    house.finished(held, State.FAILED)
    assert [len(versions(house, name)) for name in ("r1", "r2")] == [2, 1]
    assert house.judged().outcome == "in_sync"


def test_an_emergency_waits_for_its_review(house, duty):  # noqa: F811
    change, grant = emergency(house, duty)
    seen = house.judged()
    assert seen.verdict == "authorised"
    assert house.reason(seen).endswith("which waits for its review.")
    assert len(versions(house)) == 1
    for who in ("approver", "second"):
        duty.reviewed(grant, by=who)
    assert house.judged().outcome == "in_sync"
    assert versions(house)[-1].reason == f"{EFFECT}{change.id}"


def test_an_emergency_that_was_not_justified_stays_drift(house, duty):  # noqa: F811
    change, grant = emergency(house, duty)
    duty.reviewed(grant)
    duty.reviewed(grant, by="second", verdict="not_justified", note="the ring was up")
    seen = house.judged()
    assert seen.verdict == "unauthorised"
    assert f"C{change.id} " in house.reason(seen)
    assert len(versions(house)) == 1


def test_a_normal_change_beside_an_emergency_moves_its_own_lines_alone(house, duty):  # noqa: F811
    first, _ = emergency(house, duty)
    second = house.approved("r1", lines=["logging host 10.0.0.7"])
    carried_out(house, second, description=NEW, more=STRAY)
    seen = house.judged()
    assert seen.verdict == "authorised"
    assert f"C{first.id} " in house.reason(seen)
    assert versions(house)[-1].reason == f"{EFFECT}{second.id}"


def emergency(house, duty):  # noqa: F811
    change = duty.requested("r1")
    grant = duty.broken(change)
    carried_out(house, change, description=NEW)
    return change, grant
