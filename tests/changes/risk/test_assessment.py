"""Risk of changes of recorded networks: topology, management, drift and what went before."""

from datetime import timedelta

import pytest

from changes.plans import Guard, Source
from changes.risk import assess
from tests.changes.risk.network import BOTH, DOWN, NTP, SHUT, Network
from tests.factories import make_unit
from tests.statements import statements


@pytest.fixture
def network(ctx):
    return Network(ctx)


@pytest.fixture
def chain(network):
    """core - dist - acc1, acc2; acc1 and acc2 hang on dist alone."""
    network.add("core", role="core").add("dist", role="distribution")
    network.add("acc1", "acc2", "acc3", role="access")
    network.link("dist", "core")
    network.link("acc1", "dist")
    network.link("acc2", "dist")
    network.link("acc3", "core")
    return network


def risk_of(network, *targets, **values):
    asked = {"kind": "normal", "method": "playbook", **values}
    return assess(network.ctx, targets, **asked)


def points(risk):
    return {one.code: one.points for one in risk.reasons if one.points}


def words(risk, code):
    [found] = [one.words for one in risk.reasons if one.code == code]
    return found


def test_an_ordinary_line_of_a_device_that_nothing_depends_on_is_low(chain):
    risk = risk_of(chain, chain.plan("acc1"))
    assert (risk.level, risk.approvals) == ("low", 1)
    assert points(risk) == {
        "role": 1,
        "revert": 6,
        "gravity": 6,
        "history": 3,
        "playbook.medium": 2,
    }


def test_a_description_of_a_lone_unknown_device_is_low(network):
    network.add("one")
    network.drifted("one", state="open")
    risk = risk_of(network, network.plan("one", ("description other", "description another")))
    assert (risk.level, risk.score) == ("low", 19)


def test_shutting_the_interface_of_the_management_address_is_high(chain):
    guarded = chain.plan("acc1", SHUT, guard=Guard(kind="commit_confirmed", minutes=5))
    risk = risk_of(chain, guarded, kind="standard")
    assert (risk.level, risk.approvals, risk.window_required) == ("high", 2, True)
    assert risk.reasons[0].code == "lockout.shutdown"
    assert "(+ interface GigabitEthernet0/0 / shutdown)" in risk.reasons[0].words


def test_what_hangs_on_a_device_alone_is_cut_off_with_it(chain):
    risk = risk_of(chain, chain.plan("dist"))
    code = chain.site.code
    assert points(risk)["blast"] == 12
    assert words(risk, "blast") == (
        f"While these are down, 2 devices would be cut from the rest: acc1-{code}, acc2-{code}."
    )


def test_a_second_way_keeps_what_hangs_on_a_device(chain):
    chain.link("acc1", "core", interface="Gi0/2")
    chain.link("acc2", "acc1", interface="Gi0/3")
    assert "blast" not in points(risk_of(chain, chain.plan("dist")))


def test_two_devices_together_cut_off_what_neither_does_alone(network):
    network.add("a", "b", "c", "d", "e", role="access")
    for one, other in ("ab", "bc", "cd", "de", "ea"):
        network.link(one, other)
    alone = [risk_of(network, network.plan(name)) for name in "ac"]
    both = risk_of(network, network.plan("a"), network.plan("c"))
    assert ["blast" in points(one) for one in alone] == [False, False]
    assert words(both, "blast").endswith(f"cut from the rest: b-{network.site.code}.")


def test_a_retired_device_carries_nothing(chain):
    chain.add("spare")
    chain.link("acc1", "spare", interface="Gi0/3")
    chain.link("spare", "core", interface="Gi0/3")
    assert points(risk_of(chain, chain.plan("dist")))["blast"] == 8
    chain.retire("spare")
    assert points(risk_of(chain, chain.plan("dist")))["blast"] == 12


def test_devices_cut_off_in_another_jurisdiction_are_counted_without_a_name(chain):
    chain.ctx.authority.units = lambda *_: frozenset({make_unit(chain.ctx).id})
    assert words(risk_of(chain, chain.plan("dist")), "blast").endswith(
        "2 devices would be cut from the rest: 2 that are not shown."
    )


@pytest.mark.parametrize(
    ("name", "swap", "code"),
    [("acc1", DOWN, "redundancy.uplink"), ("dist", DOWN, "redundancy.last_link")],
)
def test_the_last_recorded_link_is_seen(chain, name, swap, code):
    assert code in points(risk_of(chain, chain.plan(name, swap)))


def test_one_of_two_parallel_links_leaves_a_way(chain):
    chain.link("acc1", "dist", interface="Gi0/2")
    down, both = chain.plan("acc1", DOWN), chain.plan("acc1", BOTH)
    assert points(risk_of(chain, down))["redundancy.parallel"] == 4
    assert points(risk_of(chain, both))["redundancy.uplink"] == 70


def test_the_other_end_of_a_link_is_known_too(chain):
    chain.link("core", "acc1", interface="Gi0/4", peer_interface="GigabitEthernet0/2")
    assert points(risk_of(chain, chain.plan("acc1", DOWN)))["redundancy.parallel"] == 4


@pytest.mark.parametrize(
    ("names", "code"),
    [(["a"], None), (["a", "b"], "redundancy.one_left"), (["a", "b", "c"], "redundancy.none_left")],
)
def test_a_redundancy_group_counts_by_the_members_left_alone(network, names, code):
    network.add("a", "b", "c", redundancy_group=f"pair {network.site.code}")
    network.add("d", redundancy_group=f"pair {network.site.code}", state="retired")
    found = points(risk_of(network, *(network.plan(name) for name in names)))
    assert [one for one in found if one.endswith("_left")] == ([code] if code else [])


@pytest.mark.parametrize(
    ("values", "revert"),
    [
        ({"guard": Guard(kind="watchdog", minutes=5)}, 2),
        ({"guard": Guard(kind="revert_timer", minutes=5)}, 1),
        ({}, 6),
        ({"rollback": ()}, 20),
    ],
)
def test_the_way_back_is_read_from_the_plan(chain, values, revert):
    assert points(risk_of(chain, chain.plan("acc1", **values)))["revert"] == revert


def test_a_plan_without_lines_is_one_that_nobody_can_read(chain):
    risk = risk_of(chain, chain.plan("acc1", lines=(), rollback=(), declared=()))
    assert (points(risk)["lockout.unseen"], points(risk)["revert"]) == (12, 20)


@pytest.mark.parametrize(("days", "found"), [(3, 5), (20, 2), (90, None)])
def test_drift_of_the_past_counts_by_its_age(chain, days, found):
    at = chain.ctx.now() - timedelta(days=days)
    chain.drifted("acc1", state="resolved", resolved_at=at)
    assert points(risk_of(chain, chain.plan("acc1"))).get("drift.past") == found


@pytest.mark.parametrize(
    ("hours", "ago"), [(5, "less than a day ago"), (30, "1 day ago"), (50, "2 days ago")]
)
def test_drift_of_the_past_is_told_in_days(chain, hours, ago):
    at = chain.ctx.now() - timedelta(hours=hours)
    chain.drifted("acc1", state="resolved", resolved_at=at)
    said = words(risk_of(chain, chain.plan("acc1")), "drift.past")
    assert f": it last drifted {ago}, so others may be at work on it." in said


def test_what_went_before_counts_by_playbook_and_role(network):
    role = f"kind of {network.site.code}"
    network.add("one", "two", role=role).add("three", role=f"other {role}")
    for state in ("succeeded", "succeeded", "rolled_back"):
        network.ended(state, "one", "two")
    network.ended("proposed", "one")
    network.ended("failed", "three")
    network.ended("failed", "one", requested_at=network.ctx.now() - timedelta(days=181))
    risk = risk_of(network, network.plan("two"))
    assert words(risk, "history") == (
        f"1 of 3 changes alike (playbook correct_drift) went wrong lately ({role})."
    )


def test_changes_of_one_template_are_alike_by_their_template(network):
    role = f"kind of {network.site.code}"
    network.add("one", role=role)
    network.ended("succeeded", "one", source=Source(name="vlan", version=1, digest="d"))
    network.ended("failed", "one")
    risk = risk_of(network, network.plan("one"), source="vlan")
    assert words(risk, "history") == (
        "1 change alike (from vlan) succeeded lately, none went wrong."
    )


def test_a_playbook_that_is_not_there_any_more_is_taken_as_risky(chain):
    assert points(risk_of(chain, chain.plan("acc1"), playbook="gone"))["playbook.high"] == 15


def test_a_configuration_that_is_not_kept_any_more_leaves_only_a_guess(chain):
    risk = risk_of(chain, chain.plan("acc1", SHUT, pre_state="00" * 32))
    assert "lockout.maybe" in points(risk)


def test_many_devices_take_no_more_statements_than_one(network):
    names = [f"n{number}" for number in range(20)]
    network.add(*names)
    plans = [network.plan(name, NTP, SHUT) for name in names]
    with statements(network.ctx) as one:
        risk_of(network, plans[0])
    with statements(network.ctx) as many:
        risk_of(network, *plans)
    assert len(many) == len(one)
