"""The login by which Trimtab itself signs in is replaced on devices of the lab."""

from unittest.mock import patch

import pytest
from sqlalchemy import select

from changes import claims, oversight, revisions
from changes.errors import SharedLogin
from changes.models import ChangeRequest
from changes.plans import Rollout
from changes.requests import plan_of
from changes.running import guards
from changes.running.observing import observe
from changes.states import State
from core.audit import AuditRecord
from inventory import snapshots
from inventory.snapshot_models import Snapshot
from lab import generate
from lab.network import Fault
from tests.changes.conftest import ALL
from tests.changes.logins.conftest import NEW
from tests.changes.office import plain_risk

pytestmark = pytest.mark.slow


def said(logins, change):
    """Everything that the platform keeps of a change."""
    with logins.floor.house.acting(ALL) as ctx:
        row = ctx.get(ChangeRequest, change.id)
        records = ctx.session.scalars(select(AuditRecord.facts)).all()
        shown = [
            snapshots.text_of(ctx, one) for one in ctx.session.scalars(select(Snapshot.digest))
        ]
    log = [f"{one.text} {one.task}" for one in logins.floor.log(change)]
    return "\n".join([str(row.plan), str(records), row.outcome, *log, *shown])


def letting_in(device):
    """Which of the two passwords the device takes."""
    return device.lets_in("admin", generate.PASSWORD), device.lets_in("admin", NEW)


def test_a_login_is_replaced_on_all_its_devices_and_no_secret_is_ever_shown(logins):
    change = logins.requested(*logins.devices)
    assert logins.run(change) is State.SUCCEEDED, logins.floor.now(change).outcome
    assert [letting_in(one) for one in logins.devices] == [(False, True)] * 3
    assert (logins.credential(), [logins.known(one) for one in logins.devices]) == (
        "db:new", [("lab", {})] * 3,
    )  # fmt: skip
    assert logins.recorded("credential.rotated")[-1] == {
        "before": "env:LAB_PASSWORD", "after": "db:new", "note": f"by C{change.id}",
        "devices": sorted(one.hostname for one in logins.devices),
    }  # fmt: skip
    assert all("$9$" in one.startup or "$6$" in one.startup for one in logins.devices)
    assert not any(one in said(logins, change) for one in (NEW, generate.PASSWORD))
    assert set(logins.observe()) <= {"in_sync", "drifted"}


def test_a_login_that_others_use_is_not_replaced_under_them(logins):
    first, *rest = logins.devices
    with pytest.raises(SharedLogin, match=", ".join(sorted(one.hostname for one in rest))):
        logins.requested(first)


def test_a_device_gets_a_credential_of_its_own_and_is_given_back_by_a_later_request(logins):
    first, *rest = logins.devices
    change = logins.requested(first, credential="core")
    assert logins.run(change) is State.SUCCEEDED, logins.floor.now(change).outcome
    assert (logins.credential("core"), logins.credential()) == ("db:new", "env:LAB_PASSWORD")
    assert [logins.known(one) for one in logins.devices] == [
        ("core", {}), ("lab", {}), ("lab", {}),
    ]  # fmt: skip
    assert [letting_in(one) for one in rest] == [(True, False)] * 2
    back = logins.undone(change)
    assert logins.run(back) is State.SUCCEEDED, logins.floor.now(back).outcome
    assert (logins.known(first), letting_in(first)) == (("lab", {}), (True, False))


def test_a_device_that_refuses_leaves_every_device_reachable_and_the_rest_follows_later(logins):
    first, second, third = logins.devices
    second.faults.add(Fault.STALE_LOGIN)
    change = logins.requested(first, second, third)
    assert logins.run(change) is State.FAILED
    assert [one.state for one in logins.floor.rows(change)] == [
        "done", "rolled_back", "rolled_back",
    ]  # fmt: skip
    assert "does not take the new login" in logins.floor.now(change).outcome
    assert [logins.known(one) for one in logins.devices] == [
        ("lab", {"reference": "db:new", "reason": f"C{change.id}"}), ("lab", {}), ("lab", {}),
    ]  # fmt: skip
    assert (logins.credential(), letting_in(first), letting_in(third)) == (
        "env:LAB_PASSWORD", (False, True), (True, False),
    )  # fmt: skip
    assert set(logins.observe()) <= {"in_sync", "drifted"}
    second.faults.clear()
    with logins.floor.house.acting(logins.floor.house.engineer) as ctx, plain_risk():
        again = oversight.rerun_failed(ctx, change.id, reason="the server lets it in now")
    assert logins.run(again) is State.SUCCEEDED, logins.floor.now(again).outcome
    assert (logins.credential(), [logins.known(one) for one in logins.devices]) == (
        "db:new", [("lab", {})] * 3,
    )  # fmt: skip


def test_where_all_goes_back_the_devices_that_were_done_have_the_former_login_again(logins):
    first, second, third = logins.devices
    second.faults.add(Fault.STALE_LOGIN)
    change = logins.requested(first, second, third, rollout=Rollout(undo="all"))
    assert logins.run(change) is State.ROLLED_BACK, logins.floor.now(change).outcome
    assert [logins.known(one) for one in logins.devices] == [("lab", {})] * 3
    assert [letting_in(one) for one in logins.devices] == [(True, False)] * 3


class Killed(BaseException):
    """The worker is no more."""


def killed(logins, change, *, before=(claims, "settle")):
    """The change, whose worker died after the login was replaced and before that was settled."""
    with patch.object(*before, side_effect=Killed), pytest.raises(Killed):
        logins.run(change)
    logins.floor.sql("UPDATE change_run SET lease_until = now() - interval '1 second'")
    logins.floor.reap()


def test_after_a_worker_died_both_passwords_are_tried_until_a_person_decides(logins):
    first = logins.devices[0]
    change = logins.requested(first, credential="core")
    killed(logins, change)
    assert (logins.floor.now(change).state, logins.known(first)) == (
        "interrupted", ("lab", {"pending": "db:new", "reason": f"C{change.id}"}),
    )  # fmt: skip
    house = logins.floor.house
    with house.acting(house.engineer) as ctx:
        [seen] = observe(ctx, change.id)
    assert (seen.standing, letting_in(first)) == ("intended", (False, True))
    with house.acting(house.engineer) as ctx:
        oversight.resolve_interrupted(ctx, change.id, state=State.SUCCEEDED, note="looked at it")
    assert (logins.known(first), logins.credential("core")) == (("core", {}), "db:new")


def test_a_device_that_went_back_by_its_guard_is_reached_by_the_former_login(logins):
    first, house = logins.devices[0], logins.floor.house
    change = logins.requested(first, credential="core")
    killed(logins, change, before=(guards, "confirmed"))
    assert letting_in(first) == (False, True)
    first.take_back()  # its timer is over: nobody confirmed
    with house.acting(house.engineer) as ctx:
        [seen] = observe(ctx, change.id)
    with house.acting(house.engineer) as ctx:
        oversight.resolve_interrupted(ctx, change.id, state=State.ROLLED_BACK, note="looked at it")
    assert (seen.standing, logins.known(first)) == ("pre_state", ("lab", {}))
    assert letting_in(first) == (True, False)


def test_a_rotation_is_planned_anew_with_the_same_line(logins):
    change = logins.requested(logins.devices[0], credential="core")
    [before] = plan_of(change).targets
    with logins.floor.house.acting(logins.floor.house.engineer) as ctx:
        [target] = plan_of(revisions.renew(ctx, change.id)).targets
    assert target == before
