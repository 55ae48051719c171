"""Roll-outs: cohorts with how their devices stand, and who sees them."""

from datetime import timedelta

import pytest

from drift import baselines, observation, rollouts
from drift.attribution import unexplained
from drift.baselines import Terms
from drift.rollouts import NoRollout
from tests.drift.rows import BASE, DRIFTED, OTHER, make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit

DAY = timedelta(days=1)


@pytest.fixture
def fleet(ctx, clock):
    """Four devices that run their first baseline since yesterday."""
    made = [make_device(ctx, hostname=f"r{number}") for number in range(1, 5)]
    for one in made:
        show(ctx, one, BASE)
        baselines.set_intended(ctx, one.id, BASE, reason="as built")
    clock.forward(days=1)
    return made


@pytest.fixture
def rollout(ctx, fleet):
    """Another baseline for two devices now and for two in a week, with two days of grace."""
    return [plan(ctx, one, cohort=1 + index // 2) for index, one in enumerate(fleet)]


def plan(ctx, device, *, cohort=None, reason="new time server", grace=2):
    start = ctx.now() + (7 * DAY if cohort == 2 else 0 * DAY)
    terms = Terms(valid_from=start, grace=grace * DAY, cohort=cohort)
    return baselines.set_intended(ctx, device.id, OTHER, reason=reason, terms=terms)


def show(ctx, device, text):
    return make_snapshot(ctx, device, text)


def judge(ctx, device):
    observation.judge_device(ctx, device.id, attribute=unexplained)


def counted(found):
    """The counts of a roll-out by cohort, without those that are nought."""
    return {
        one.number: {name: count for name, count in one.counts.items() if count}
        for one in found.cohorts
    }


def test_each_cohort_tells_how_its_devices_stand(ctx, fleet, rollout):
    show(ctx, fleet[0], OTHER)
    judge(ctx, fleet[0])
    judge(ctx, fleet[1])
    [found] = rollouts.list_rollouts(ctx)
    assert counted(found) == {1: {"in_sync": 1, "in_grace": 1}, 2: {"waiting": 2}}
    assert (found.id, found.reason, found.approved_by, found.devices, found.under_way) == (
        rollout[0].id, "new time server", "tester", 4, True,
    )  # fmt: skip


def test_a_cohort_tells_its_dates(ctx, rollout):
    [found] = rollouts.list_rollouts(ctx)
    assert [(one.valid_from, one.grace_until) for one in found.cohorts] == [
        (rollout[0].valid_from, rollout[0].grace_until),
        (rollout[2].valid_from, rollout[2].grace_until),
    ]


@pytest.mark.usefixtures("rollout")
def test_a_device_that_matches_neither_version_has_drifted(ctx, fleet):
    show(ctx, fleet[0], DRIFTED)
    judge(ctx, fleet[0])
    [found] = rollouts.list_rollouts(ctx)
    assert counted(found)[1] == {"drifted": 1, "not_judged": 1}


@pytest.mark.usefixtures("rollout")
def test_a_grace_that_is_over_needs_another_judgement(ctx, clock, fleet):
    judge(ctx, fleet[0])
    clock.forward(days=3)
    [found] = rollouts.list_rollouts(ctx)
    assert counted(found)[1] == {"not_judged": 2}


def test_what_was_withdrawn_or_followed_is_replaced(ctx, fleet, rollout):
    baselines.withdraw(ctx, rollout[2].id, reason="clock lost")
    baselines.set_intended(ctx, fleet[0].id, BASE, reason="back")
    [found] = rollouts.list_rollouts(ctx)
    assert counted(found) == {
        1: {"not_judged": 1, "replaced": 1}, 2: {"waiting": 1, "replaced": 1},
    }  # fmt: skip


@pytest.mark.usefixtures("rollout")
def test_a_rollout_is_finished_when_all_hold_and_no_grace_is_left(ctx, clock):
    clock.forward(days=10)
    [found] = rollouts.list_rollouts(ctx)
    assert found.under_way is False


def test_a_rollout_of_which_nothing_is_left_is_not_told(ctx, fleet, rollout):
    for one in fleet:
        baselines.set_intended(ctx, one.id, BASE, reason="back")
    assert rollouts.list_rollouts(ctx) == ()
    assert counted(rollouts.rollout_of(ctx, rollout[0].id))[1] == {"replaced": 2}


def test_a_baseline_for_one_later_date_is_a_rollout_of_one_cohort(ctx, fleet):
    terms = Terms(valid_from=ctx.now() + DAY)
    baselines.set_intended(ctx, fleet[0].id, OTHER, reason="tomorrow", terms=terms)
    [found] = rollouts.list_rollouts(ctx)
    assert counted(found) == {None: {"waiting": 1}}


def test_a_baseline_that_came_at_once_is_no_rollout(ctx, fleet):
    row = baselines.baseline_for(ctx, fleet[0].id)
    assert rollouts.list_rollouts(ctx) == ()
    with pytest.raises(NoRollout, match="r1 baseline 1"):
        rollouts.rollout_of(ctx, row.id)


def test_members_are_told_by_cohort_and_standing_page_by_page(ctx, fleet, rollout):
    judge(ctx, fleet[1])
    told = rollouts.members(ctx, rollout[3].id)
    assert [(one.hostname, one.cohort, one.standing) for one in told] == [
        ("r1", 1, "not_judged"), ("r2", 1, "in_grace"), ("r3", 2, "waiting"), ("r4", 2, "waiting"),
    ]  # fmt: skip

    def names(**wanted):
        return [one.hostname for one in rollouts.members(ctx, rollout[0].id, **wanted)]

    assert names(cohort=2) == ["r3", "r4"]
    assert names(standing="in_grace") == ["r2"]
    assert names(after="r1", limit=2) == ["r2", "r3"]


def test_only_devices_of_the_jurisdiction_count(ctx, as_holder):
    ours, theirs = make_unit(ctx), make_unit(ctx)
    planned = [
        plan(ctx, make_device(ctx, hostname=name, site=make_site(ctx, unit=unit)), cohort=1)
        for name, unit in (("mine", ours), ("other", theirs))
    ]
    post = make_post(
        ctx, unit=ours, permissions=["snapshot.read", "drift.read"], holder=make_person(ctx)
    )
    mine = as_holder(post)
    [found] = rollouts.list_rollouts(mine)
    assert (found.id, found.devices) == (planned[0].id, 1)
    assert [one.hostname for one in rollouts.members(mine, found.id)] == ["mine"]
