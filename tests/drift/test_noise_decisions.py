"""Masks: two persons approve; never what security rests on, never what people acted upon."""

import pytest

from core.actor import Actor
from core.errors import InvalidInput, NotFound, NotPermitted
from drift import baselines, findings, observation
from drift.attribution import Verdict, unexplained
from drift.noise import decisions
from drift.noise.decisions import ApprovedAlready, HidesRealDrift, MaskSettled, SecurityMask
from organization.models import Person
from tests.acting import acting
from tests.drift.noise_rows import (
    PLATFORM,
    TEXT,
    activate,
    approve,
    approver,
    make_eos,
    make_mask,
)
from tests.drift.rows import make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit


@pytest.fixture
def device(ctx):
    return make_eos(ctx, hostname="r1")


@pytest.fixture
def mask(ctx, device):
    return make_mask(ctx, device)


def drifted(ctx, device, *, attribute=unexplained):
    """A finding of nothing but the line that the mask would hide."""
    baselines.approve_snapshot(
        ctx, make_snapshot(ctx, device, TEXT.format(1)).id, reason="first"
    )  # fmt: skip
    make_snapshot(ctx, device, TEXT.format(2))
    return observation.judge_device(ctx, device.id, attribute=attribute).finding_id


def test_one_person_is_not_enough(ctx, mask):
    who = approver(ctx, mask.unit)
    assert (approve(who, mask).state, who.recorded) == ("proposed", ["noise.approved"])


def test_the_second_person_makes_it_hold(ctx, mask):
    approve(approver(ctx, mask.unit), mask)
    who = approver(ctx, mask.unit)
    assert approve(who, mask).state == "active"
    assert (mask.active_at, who.recorded) == (ctx.now(), ["noise.approved", "noise.activated"])


def test_the_same_person_counts_once(ctx, mask):
    who = approver(ctx, mask.unit)
    approve(who, mask)
    with pytest.raises(ApprovedAlready, match="another person"):
        approve(who, mask)


def test_who_learned_it_may_be_one_of_the_two(ctx, device):
    who = approver(ctx, device.site.unit)
    mask = make_mask(ctx, device, learned_by_id=who.person.person_id)
    approve(who, mask)
    assert approve(approver(ctx, mask.unit), mask).state == "active"


def test_the_platform_approves_nothing(ctx, mask):
    ctx.person = Actor(name="trimtab scheduler", granted=frozenset({"noise.approve"}))
    with pytest.raises(NotPermitted, match="persons do"):
        approve(ctx, mask)


def test_an_approval_by_somebody_who_lost_the_post_counts_no_more(ctx, mask):
    first = approver(ctx, mask.unit)
    approve(first, mask)
    ctx.get(Person, first.person.person_id).active = False
    ctx.record("test.arranged", mask)
    assert approve(approver(ctx, mask.unit), mask).state == "proposed"
    assert approve(approver(ctx, mask.unit), mask).state == "active"


def test_a_person_of_another_unit_has_no_say(ctx, mask):
    with pytest.raises(NotPermitted, match=r"noise\.approve"):
        approve(approver(ctx, make_unit(ctx)), mask)


@pytest.mark.parametrize("words", ["", "  "])
def test_every_decision_needs_its_words(ctx, mask, words):
    for decide in (
        lambda: decisions.approve(ctx, mask.id, note=words, corrected=lambda *_: frozenset()),
        lambda: decisions.reject(ctx, mask.id, reason=words),
    ):
        with pytest.raises(InvalidInput, match="auditor"):
            decide()


def test_a_rejected_mask_is_decided(ctx, mask):
    assert decisions.reject(ctx, mask.id, reason="a real change").state == "rejected"
    assert ctx.recorded == ["noise.rejected"]
    for decide in (lambda: approve(ctx, mask), lambda: decisions.reject(ctx, mask.id, reason="x")):
        with pytest.raises(MaskSettled, match="rejected"):
            decide()


def test_only_a_mask_that_holds_is_withdrawn(ctx, mask):
    with pytest.raises(MaskSettled, match="proposed"):
        decisions.withdraw(ctx, mask.id, reason="x")
    activate(ctx, mask)
    assert decisions.withdraw(ctx, mask.id, reason="the bug is fixed").state == "withdrawn"
    assert (mask.reason, mask.ended_at) == ("the bug is fixed", ctx.now())


@pytest.mark.parametrize(
    "values", [{"path": ("line vty 0 4",)}, {"pattern": ".*"}, {"path": ("acl number 3000",)}]
)
def test_a_mask_that_security_rests_on_is_refused_however_it_came_into_the_table(
    ctx, device, values
):
    mask = make_mask(ctx, device, **values)
    with pytest.raises(SecurityMask, match="reject it"):
        approve(approver(ctx, mask.unit), mask)


def test_a_mask_that_would_have_hidden_an_accepted_finding_is_refused_with_its_name(ctx, device):
    finding = drifted(ctx, device)
    findings.accept_as_baseline(ctx, finding, reason="wanted")
    mask = make_mask(ctx, device)
    with pytest.raises(HidesRealDrift, match=f"F{finding}"):
        approve(approver(ctx, mask.unit), mask)


def test_a_mask_that_would_have_hidden_what_a_change_is_about_is_refused(ctx, device):
    finding = drifted(ctx, device)
    mask = make_mask(ctx, device)
    with pytest.raises(HidesRealDrift, match=f"F{finding}"):
        approve(approver(ctx, mask.unit), mask, corrected=lambda _ctx, ids: frozenset(ids))


@pytest.mark.parametrize("verdict", ["authorised", "not_applied", "reverted"])
def test_a_mask_that_would_have_hidden_the_effect_of_a_change_is_refused(ctx, device, verdict):
    def explained(*_):
        return Verdict(verdict=verdict, reason="C1")

    finding = drifted(ctx, device, attribute=explained)
    mask = make_mask(ctx, device)
    with pytest.raises(HidesRealDrift, match=f"F{finding}"):
        approve(approver(ctx, mask.unit), mask)


def test_what_happens_between_two_approvals_counts(ctx, device):
    mask = make_mask(ctx, device)
    approve(approver(ctx, mask.unit), mask)
    findings.accept_as_baseline(ctx, drifted(ctx, device), reason="wanted")
    with pytest.raises(HidesRealDrift):
        approve(approver(ctx, mask.unit), mask)


def test_a_finding_that_nobody_acted_upon_is_only_counted(ctx, device):
    drifted(ctx, device)
    mask = make_mask(ctx, device)
    approve(approver(ctx, mask.unit), mask)
    assert mask.evidence["history"] == {
        "devices": 1, "versions": 1, "hidden": 1, "settled": 1, "findings": 1,
        "findings_with_it": 1, "acted_upon": [],
    }  # fmt: skip


def test_the_past_of_devices_below_counts_and_that_of_others_does_not(ctx, device):
    below = make_site(ctx, unit=make_unit(ctx, parent=device.site.unit))
    for one in (
        make_eos(ctx, site=below), make_eos(ctx), make_device(ctx, site=device.site),
        make_eos(ctx, site=device.site),
    ):  # fmt: skip
        make_snapshot(ctx, one, TEXT.format(one.id))
        make_snapshot(ctx, one, f"{TEXT.format(one.id + 1)}vlan 7\n")
        make_snapshot(ctx, one, f"{TEXT.format(one.id + 1)}vlan 8\n")
    mask = make_mask(ctx, device)
    approve(approver(ctx, mask.unit), mask)
    told = mask.evidence["history"]
    assert {name: told[name] for name in ("devices", "versions", "hidden", "settled")} == {
        "devices": 2, "versions": 4, "hidden": 2, "settled": 0,
    }  # fmt: skip


def test_a_mask_is_seen_where_it_holds(ctx, device, mask):
    below = make_unit(ctx, parent=device.site.unit)
    for unit, seen in ((below, (mask,)), (make_unit(ctx), ())):
        person = make_person(ctx)
        make_post(ctx, unit=unit, permissions=["drift.read"], holder=person)
        who = acting(ctx, person)
        assert decisions.listing(who) == seen
        if seen:
            assert decisions.get(who, mask.id) is mask
        else:
            with pytest.raises(NotPermitted):
                decisions.get(who, mask.id)


def test_masks_are_listed_by_state_and_page(ctx, device):
    rows = [make_mask(ctx, device, pattern=rf"epoch\ {'x' * n}\ \d+") for n in range(1, 4)]
    decisions.reject(ctx, rows[0].id, reason="x")
    assert decisions.listing(ctx, state="rejected") == (rows[0],)
    assert decisions.listing(ctx, after=rows[2].id, limit=1) == (rows[1],)
    with pytest.raises(NotFound):
        decisions.get(ctx, rows[2].id + 1)
    assert {one.platform for one in rows} == {PLATFORM}


def test_masks_are_listed_by_platform(ctx, device, mask):
    other = make_mask(ctx, make_device(ctx, site=device.site))
    assert decisions.listing(ctx, platform=PLATFORM) == (mask,)
    assert decisions.listing(ctx, platform=other.platform) == (other,)


def test_a_proposal_is_awaited_of_whoever_may_approve_it_and_did_not(ctx, mask):
    first, second = (approver(ctx, mask.unit) for _ in range(2))
    stranger = approver(ctx, make_unit(ctx))
    approve(first, mask)
    assert [decisions.awaited(one) for one in (first, second, stranger)] == [0, 1, 0]
    approve(second, mask)
    assert decisions.awaited(approver(ctx, mask.unit)) == 0
