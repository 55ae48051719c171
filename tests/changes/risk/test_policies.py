"""Risk formulas by policy: versions, whose they are, what may not be weakened, the trial."""

from dataclasses import replace

import pytest

from changes.risk import assess, policies, trial
from changes.risk.formula import PolicyBroken, parse, shipped
from changes.risk.policies import SHIPPED, Altered
from changes.risk.telling import rows
from core.errors import Conflict, InvalidInput, NotPermitted
from organization.models import Unit
from organization.permissions import PostAuthority
from tests.changes.risk.network import Network
from tests.factories import make_device, make_site, make_unit

STRICT = shipped().replace("medium: {from: 35, approvals: 2", "medium: {from: 10, approvals: 2")
STRICTEST = STRICT.replace("approvals: 2", "approvals: 4")


@pytest.fixture
def network(ctx):
    return Network(ctx).add("one", role="access")


@pytest.fixture
def unit(ctx, network):
    return ctx.get(Unit, network.site.unit_id)


def asked(network):
    return assess(network.ctx, [network.plan("one")], kind="normal", method="playbook")


def published(ctx, text, **values):
    return policies.publish(ctx, text, **{"unit": None, "reason": "decided", **values})


def test_without_a_policy_the_formula_that_comes_with_trimtab_holds(network):
    risk = asked(network)
    assert (risk.policy, risk.approvals) == (parse(shipped()).digest, 1)


def test_a_published_formula_holds_for_every_unit(ctx, network):
    row = published(ctx, STRICT)
    risk = asked(network)
    assert (row.version, risk.policy, risk.approvals) == (1, parse(STRICT).digest, 2)
    assert ctx.recorded == ["risk_policy.published"]


def test_the_nearest_formula_up_the_tree_holds(ctx, network, unit):
    published(ctx, STRICT)
    below = make_unit(ctx, parent=unit)
    published(ctx, STRICTEST, unit=unit)
    site = make_site(ctx, unit=below)
    inside = make_device(ctx, site=site)
    network.devices["two"] = inside
    held = policies.in_force(ctx)
    assert held.nearest(below.id) == STRICTEST
    assert held.nearest(make_unit(ctx).id) == STRICT
    assert policies.text_in_force(ctx, below) == STRICTEST
    assert policies.text_in_force(ctx, None) == STRICT


def test_for_devices_of_several_units_the_strictest_holds(ctx, network):
    other = Network(ctx).add("two", role="access")
    published(ctx, STRICTEST, unit=ctx.get(Unit, other.site.unit_id))
    targets = [network.plan("one"), other.plan("two")]
    risk = assess(ctx, targets, kind="normal", method="playbook")
    assert (risk.policy, risk.approvals) == (parse(STRICTEST).digest, 4)
    assert asked(network).approvals == 1


def test_versions_are_counted_for_each_formula(ctx, unit):
    made = [published(ctx, STRICT), published(ctx, STRICTEST), published(ctx, STRICT, unit=unit)]
    assert [one.version for one in made] == [1, 2, 1]
    assert policies.list_versions(ctx, limit=3) == made[::-1]
    assert policies.list_versions(ctx, before=made[2].id, limit=2) == [made[1], made[0]]
    assert policies.current(ctx) == made[1:]
    assert [policies.before(ctx, one) for one in made] == [None, made[0], None]


def test_what_says_the_same_in_another_layout_is_not_published_again(ctx):
    published(ctx, STRICT)
    with pytest.raises(Conflict, match="says the same already"):
        published(ctx, f"# a remark\n{STRICT}")


@pytest.mark.usefixtures("unit")
@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("approvals: 1", "approvals: 0"),
        ("shutdown: {points: 70", "shutdown: {points: 10"),
        ("window_required: true", "window_required: maybe"),
    ],
)
def test_a_formula_below_the_floor_is_refused_and_nothing_is_kept(ctx, was, is_):
    with pytest.raises(PolicyBroken):
        published(ctx, shipped().replace(was, is_))
    assert (policies.current(ctx), ctx.recorded) == ([], [])


def test_a_formula_needs_a_reason(ctx):
    with pytest.raises(InvalidInput, match="with a reason"):
        published(ctx, STRICT, reason=" ")


def test_publishing_needs_the_permission_there(ctx, unit, clock):
    nobody = replace(ctx, authority=PostAuthority(now=clock))
    for where in (None, unit):
        with pytest.raises(NotPermitted, match=r"policy\.write"):
            published(nobody, STRICT, unit=where)
    with pytest.raises(NotPermitted, match=r"policy\.read"):
        policies.current(nobody)


@pytest.mark.usefixtures("unit")
def test_two_versions_differ_in_places(ctx):
    first = published(ctx, STRICT)
    assert policies.compare(ctx, SHIPPED, first.id) == [
        Altered(place="levels.medium.from", before=35, after=10)
    ]
    second = published(ctx, STRICT.replace("stages: [peer, lead]", "stages: [peer, lead, owner]"))
    assert policies.compare(ctx, first.id, second.id) == [
        Altered(place="levels.high.stages.3", before=None, after="owner")
    ]


def test_a_formula_is_tried_on_the_changes_of_the_past(ctx, network):
    change = network.ended("succeeded", "one")
    [tried] = trial.try_formula(ctx, STRICTEST, limit=1)
    assert (tried.change, tried.devices, tried.approved) == (change, 1, None)
    assert (tried.now.approvals, tried.then.approvals, tried.differs) == (1, 4, True)
    assert trial.differing([tried]) == 1
    assert policies.current(ctx) == []


def test_the_trial_of_what_holds_already_differs_nowhere(ctx, network):
    network.ended("failed", "one")
    assert trial.differing(trial.try_formula(ctx, shipped(), limit=5)) == 0


def test_every_case_of_a_formula_is_told():
    formula = parse(shipped())
    told = rows(formula)
    holds = {(one.factor, one.holds): one.points for one in told}
    assert holds["devices", "from 20"] == 15
    assert holds["roles", "access, leaf, server, lab"] == 1
    assert holds["drift", "past within 7 days"] == 5
    assert holds["history", "bad from 30"] == 15
    assert len(holds) == len(told) == shipped().count("points: ")
