"""Baselines in time: planned, taken back, in grace, and of some sections only."""

from datetime import timedelta

import pytest

from changes.requests import Wanted, request_correction
from core.errors import InvalidInput, NotPermitted
from drift import baselines, observation
from drift.attribution import unexplained
from drift.baselines import NotPlanned, Terms
from drift.intent.sections import SectionsWrong
from tests.drift.rows import BASE, DRIFTED, OTHER, make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit

DAY = timedelta(days=1)


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1")


@pytest.fixture
def intend(ctx, device):
    """A written baseline of the device; `after` days from now, with so many days of grace."""

    def made(text, *, after=None, grace=0, **terms):
        start = None if after is None else ctx.now() + after * DAY
        terms = Terms(valid_from=start, grace=grace * DAY, **terms)
        return baselines.set_intended(ctx, device.id, text, reason="planned", terms=terms)

    return made


def valid(ctx, device):
    found = baselines.baseline_for(ctx, device.id)
    return found.version if found else None


def test_a_planned_baseline_holds_from_its_time_on(ctx, clock, device, intend):
    first, second = intend(BASE), intend(OTHER, after=2)
    assert (valid(ctx, device), baselines.newest(ctx, device.id)) == (1, second)
    clock.forward(days=2)
    assert valid(ctx, device) == 2
    assert (first.valid_until, second.valid_from) == (clock(), clock())


def test_a_first_baseline_may_be_planned(ctx, clock, device, intend):
    intend(BASE, after=1)
    assert valid(ctx, device) is None
    assert baselines.list_baselines(ctx) == ()
    assert baselines.approved_among(ctx, [device.id]) == frozenset()
    clock.forward(days=1)
    assert valid(ctx, device) == 1
    assert baselines.approved_among(ctx, [device.id]) == {device.id}


def test_the_last_approval_takes_back_what_was_planned_for_later(ctx, clock, device, intend):
    intend(BASE)
    planned = intend(OTHER, after=2)
    intend(DRIFTED)
    assert planned.valid_until == planned.valid_from
    clock.forward(days=3)
    assert valid(ctx, device) == 3


def test_a_baseline_planned_before_another_one_replaces_it(ctx, clock, device, intend):
    intend(BASE)
    intend(OTHER, after=5)
    intend(DRIFTED, after=2)
    clock.forward(days=2)
    assert valid(ctx, device) == 3
    clock.forward(days=9)
    assert valid(ctx, device) == 3


def test_an_approval_records_what_it_decides(ctx, clock, intend):
    intend(BASE)
    intend(OTHER, after=1, grace=2, sections=("ntp",), provenance="by hand", cohort=3)
    facts = ctx.session.execute(
        baselines.select(baselines.Baseline).where(baselines.Baseline.version == 2)
    ).scalar_one()
    assert (facts.grace_until - clock(), facts.sections, facts.cohort, facts.provenance) == (
        3 * DAY, ["ntp"], 3, "by hand",
    )  # fmt: skip
    assert ctx.recorded == ["baseline.approved"] * 2


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"after": -1}, "at once or later"),
        ({"grace": -1}, "grace period"),
        ({"grace": 367}, "366 days"),
    ],
)
def test_terms_that_cannot_be_are_refused(intend, terms, why):
    with pytest.raises(InvalidInput, match=why):
        intend(BASE, **terms)


def test_a_time_without_a_zone_is_refused(ctx, device):
    naive = Terms(valid_from=ctx.now().replace(tzinfo=None))
    with pytest.raises(InvalidInput, match="zone"):
        baselines.set_intended(ctx, device.id, BASE, reason="x", terms=naive)


def test_a_planned_baseline_is_taken_back_and_the_one_before_goes_on(ctx, clock, device, intend):
    first, second = intend(BASE), intend(OTHER, after=2)
    ctx.recorded.clear()
    baselines.withdraw(ctx, second.id, reason="too early")
    assert ctx.recorded == ["baseline.withdrawn"]
    assert first.valid_until is None
    clock.forward(days=9)
    assert valid(ctx, device) == 1


def test_a_planned_first_baseline_is_taken_back_for_good(ctx, clock, device, intend):
    baselines.withdraw(ctx, intend(BASE, after=2).id, reason="no")
    clock.forward(days=9)
    assert valid(ctx, device) is None
    assert intend(BASE).version == 2


def test_only_what_does_not_hold_yet_is_taken_back(ctx, intend):
    first, second = intend(BASE), intend(OTHER, after=2)
    with pytest.raises(NotPlanned, match="r1 baseline 1 is not planned"):
        baselines.withdraw(ctx, first.id, reason="no")
    baselines.withdraw(ctx, second.id, reason="no")
    with pytest.raises(NotPlanned):
        baselines.withdraw(ctx, second.id, reason="again")


def test_taking_back_needs_a_reason(ctx, intend):
    with pytest.raises(InvalidInput, match="reason"):
        baselines.withdraw(ctx, intend(BASE, after=1).id, reason=" ")


def test_who_may_not_approve_takes_nothing_back(ctx, as_holder):
    here, there = make_unit(ctx), make_unit(ctx)
    post = make_post(ctx, unit=there, permissions=["baseline.approve"], holder=make_person(ctx))
    device = make_device(ctx, site=make_site(ctx, unit=here))
    later = Terms(valid_from=ctx.now() + DAY)
    planned = baselines.set_intended(ctx, device.id, BASE, reason="x", terms=later)
    with pytest.raises(NotPermitted):
        baselines.withdraw(as_holder(post), planned.id, reason="mine")


def test_within_its_grace_the_version_before_is_borne_with(ctx, clock, intend):
    first, second = intend(BASE), intend(OTHER, after=1, grace=2)
    clock.forward(days=1)
    assert baselines.borne_with(ctx, second, BASE) is first
    assert baselines.borne_with(ctx, second, DRIFTED) is None
    clock.forward(days=2)
    assert baselines.borne_with(ctx, second, BASE) is None


def test_without_a_grace_period_nothing_is_borne_with(ctx, intend):
    intend(BASE)
    assert baselines.borne_with(ctx, intend(OTHER, after=1), BASE) is None


def test_a_first_baseline_has_nothing_before_it_to_bear_with(ctx, intend):
    assert baselines.borne_with(ctx, intend(OTHER, grace=1), BASE) is None


def test_graces_that_overlap_reach_back_to_the_first(ctx, clock, intend):
    first = intend(BASE)
    clock.forward(days=1)
    second = intend(OTHER, grace=9)
    clock.forward(days=1)
    third = intend(DRIFTED, grace=2)
    assert baselines.borne_with(ctx, third, BASE) is first
    assert baselines.borne_with(ctx, third, OTHER) is second


def test_a_baseline_that_never_held_is_not_borne_with(ctx, clock, intend):
    first = intend(BASE)
    intend(DRIFTED, after=5)
    third = intend(OTHER, after=2, grace=9)
    clock.forward(days=2)
    assert baselines.borne_with(ctx, third, DRIFTED) is None
    assert baselines.borne_with(ctx, third, BASE) is first


def test_only_managed_sections_are_compared(ctx, intend):
    baseline = intend("interface e0\n description new\n", sections=("interface",))
    found = baselines.assessed(ctx, baseline, DRIFTED)
    assert [(one.line, one.side) for one in found.differences] == [
        ("description up", "extra"), ("description new", "missing"),
    ]  # fmt: skip


def test_the_next_version_manages_what_the_one_before_did(ctx, device, intend):
    intend(BASE, sections=("ntp",))
    later = baselines.approve_snapshot(ctx, make_snapshot(ctx, device, OTHER).id, reason="seen")
    assert later.sections == ["ntp"]
    assert intend(BASE, sections=()).sections == []


def test_the_same_text_with_other_sections_is_a_new_version(intend):
    assert intend(BASE, sections=("ntp",)).version == 1
    assert intend(BASE, sections=("ntp", "snmp-server")).version == 2
    assert intend(BASE).version == 2


def test_patterns_that_cannot_be_used_are_refused(intend):
    with pytest.raises(SectionsWrong):
        intend(BASE, sections=("",))


def test_a_correction_touches_managed_sections_only(ctx, device, intend):
    intend("interface e0\n description new\n", sections=("interface",))
    make_snapshot(ctx, device, DRIFTED)
    finding = observation.judge_device(ctx, device.id, attribute=unexplained).finding_id
    change = request_correction(ctx, [finding], Wanted(title="t", reason="r"))
    assert change.plan["targets"][0]["lines"] == ["interface e0", " description new"]
