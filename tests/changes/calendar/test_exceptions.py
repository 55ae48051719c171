"""Exceptions from freezes: for one digest, by two persons, void when the plan changes."""

from datetime import timedelta

import pytest

from changes import approvals, revisions
from changes.calendar import exceptions, require_open, series
from changes.calendar.errors import Frozen, OwnException
from changes.calendar.models import Freeze, FreezeException
from changes.calendar.series import Place
from changes.errors import StaleDigest, WrongState
from changes.requests import plan_of
from core.errors import Conflict, InvalidInput, NotPermitted
from inventory.models import Device
from tests.changes.calendar.planning import hence, make_freeze


@pytest.fixture
def freeze(office):
    """It holds for the office from an hour ago for a day."""
    with office.acting("arranger") as ctx:
        unit = ctx.get(Device, office.ids["r1"]).governing_unit_id
        return make_freeze(ctx, f"freeze of {unit}", place=Place(unit_id=unit), hours=24,
                           kinds=("emergency",), **hence(office.clock.at, hours=-1))  # fmt: skip


@pytest.fixture
def change(office):
    return office.requested("r1")


def asked(office, change, freeze, *, by="engineer", reason="The link is down."):
    with office.acting(by) as ctx:
        return exceptions.ask(ctx, change.id, freeze.id, reason=reason)


def approved(office, row, *, by="approver", digest=None):
    with office.acting(by) as ctx:
        return exceptions.approve(ctx, row.id, digest=digest or row.digest, note="go on")


def opens(office, change):
    with office.acting() as ctx:
        now = ctx.get(type(change), change.id)
        require_open(ctx, now, plan_of(now), at=ctx.now())


def renewed(office, change):
    with office.acting("engineer") as ctx:
        return revisions.renew(ctx, change.id)


@pytest.mark.usefixtures("freeze")
def test_a_freeze_holds_a_change_back_with_its_reason(office, change):
    with pytest.raises(Frozen, match=r"holds for r1-.*: Nobody is there\..* ask for an exception"):
        opens(office, change)


@pytest.mark.usefixtures("freeze")
def test_a_freeze_that_exempts_the_kind_holds_nothing_back(office):
    opens(office, office.requested("r1", kind="emergency"))


def test_a_freeze_that_was_lifted_holds_nothing_back(office, change, freeze):
    with office.acting("arranger") as ctx:
        series.end(ctx, Freeze, freeze.id, reason="over")
    opens(office, change)


def test_an_approved_exception_lets_the_plan_run(office, change, freeze):
    row = asked(office, change, freeze)
    with pytest.raises(Frozen):
        opens(office, change)
    assert approved(office, row).standing == "approved"
    opens(office, change)


def test_an_exception_is_recorded_when_asked_and_when_decided(office, change, freeze):
    with office.acting("engineer") as ctx:
        row = exceptions.ask(ctx, change.id, freeze.id, reason="The link is down.")
        assert ctx.recorded == ["freeze.exception_asked"]
    with office.acting("approver") as ctx:
        exceptions.reject(ctx, row.id, digest=row.digest, note="It can wait.")
        assert ctx.recorded == ["freeze.exception_rejected"]


def test_an_exception_is_of_one_change_only(office, change, freeze):
    approved(office, asked(office, change, freeze))
    with pytest.raises(Frozen):
        opens(office, office.requested("r1"))


def test_a_plan_made_anew_voids_the_exception(office, change, freeze):
    row = approved(office, asked(office, change, freeze))
    renewed(office, change)
    with office.acting("engineer") as ctx:
        assert ctx.get(FreezeException, row.id).standing == "void"
        assert [one.id for one in exceptions.listing(ctx, state="void")] == [row.id]
        assert exceptions.listing(ctx, state="approved") == []
    with pytest.raises(Frozen):
        opens(office, change)


def test_what_was_asked_for_another_plan_is_not_approved(office, change, freeze):
    row = asked(office, change, freeze)
    renewed(office, change)
    with pytest.raises(StaleDigest, match="another plan"):
        approved(office, row)


def test_the_digest_that_was_read_is_the_one_that_is_decided_on(office, change, freeze):
    row = asked(office, change, freeze)
    with pytest.raises(StaleDigest, match="another plan"):
        approved(office, row, digest="0" * 64)


@pytest.mark.parametrize("who", ["engineer", "auditor", "operator"])
def test_whom_no_post_lets_decide_decides_nothing(office, change, freeze, who):
    row = asked(office, change, freeze)
    with pytest.raises(NotPermitted, match=r"freeze\.except"):
        approved(office, row, by=who)


def test_nobody_decides_on_what_they_asked_for(office, freeze):
    office.people["both"] = both = office.people["approver"]
    change = office.requested("r1")
    with office.acting("arranger") as ctx:
        row = ctx.add(
            FreezeException(
                freeze_id=freeze.id, change_id=change.id, digest=change.digest, reason="x",
                state="asked", asked_by_id=both.person_id, asked_at=ctx.now(),
            )
        )  # fmt: skip
        ctx.record("test.arranged", row)
    with pytest.raises(OwnException, match="another person decides"):
        approved(office, row)
    assert approved(office, row, by="second").standing == "approved"


def test_an_exception_holds_as_long_as_its_approver_may_approve(office, change, freeze):
    approved(office, asked(office, change, freeze))
    opens(office, change)
    office.dismiss("approver")
    with pytest.raises(Frozen):
        opens(office, change)


def test_one_is_asked_for_once_and_again_after_a_refusal(office, change, freeze):
    row = asked(office, change, freeze)
    with pytest.raises(Conflict, match="was asked for this plan"):
        asked(office, change, freeze)
    with office.acting("approver") as ctx:
        exceptions.reject(ctx, row.id, digest=row.digest, note="It can wait.")
    assert asked(office, change, freeze).id != row.id


def test_what_is_decided_is_not_decided_again(office, change, freeze):
    row = approved(office, asked(office, change, freeze))
    with pytest.raises(Conflict, match="is approved already"):
        approved(office, row, by="second")


def test_a_refusal_has_a_reason(office, change, freeze):
    row = asked(office, change, freeze)
    with pytest.raises(InvalidInput, match="Say why not"), office.acting("approver") as ctx:
        exceptions.reject(ctx, row.id, digest=row.digest, note=" ")


def test_asking_takes_a_reason_and_the_right_to_request(office, change, freeze):
    with pytest.raises(InvalidInput, match="cannot wait"):
        asked(office, change, freeze, reason="")
    with pytest.raises(NotPermitted, match=r"change\.request"):
        asked(office, change, freeze, by="approver")


def test_there_is_no_exception_for_a_change_that_is_over_or_a_freeze_that_is(office, freeze):
    change = office.requested("r1")
    with office.acting("approver") as ctx:
        approvals.reject(ctx, change.id, digest=change.digest, note="no")
    with pytest.raises(WrongState, match="needs no exception"):
        asked(office, change, freeze)
    office.clock.at += timedelta(days=2)
    with pytest.raises(Conflict, match="holds no longer"):
        asked(office, office.requested("r2"), freeze)
