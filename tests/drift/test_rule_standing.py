"""Compliance counted by rule and told by device, filtered, within the jurisdiction."""

import pytest

from drift import observation, rule_standing
from drift.attribution import unexplained
from drift.models import Judged
from drift.rule_standing import Sought
from tests.drift.rows import make_snapshot
from tests.drift.test_compliance import BROKEN, CLOSED, OPEN
from tests.factories import make_device, make_person, make_post, make_site, make_unit

KERNEL = BROKEN[0]


def judged(ctx, hostname, text, **values):
    device = make_device(ctx, hostname=hostname, platform="linux", **values)
    make_snapshot(ctx, device, text)
    observation.judge_device(ctx, device.id, attribute=unexplained)
    return device


@pytest.fixture
def fleet(ctx):
    """Two devices that break rules, one of them at a site of its own, and one that keeps them."""
    berlin = make_site(ctx, code="berlin")
    return [judged(ctx, "a", OPEN, site=berlin), judged(ctx, "b", OPEN), judged(ctx, "c", CLOSED)]


def by_rule(ctx, **wanted):
    found = rule_standing.by_rule(ctx, Sought(**wanted))
    return {one.rule_id: (one.asked, one.broken, one.kept) for one in found if one.broken}


def hostnames(ctx, sought=rule_standing.EVERYTHING, **wanted):
    return [one.hostname for one in rule_standing.by_device(ctx, sought, **wanted)]


@pytest.mark.usefixtures("fleet")
def test_each_rule_tells_how_many_were_asked_and_break_it(ctx):
    assert by_rule(ctx) == dict.fromkeys(BROKEN, (3, 2, 1))


@pytest.mark.usefixtures("fleet")
def test_the_most_often_broken_rule_comes_first_and_the_gravest_of_those(ctx):
    found = rule_standing.by_rule(ctx)
    assert [one.rule_id for one in found[:2]] == BROKEN
    assert [one.broken for one in found[:3]] == [2, 2, 0]


@pytest.mark.usefixtures("fleet")
def test_rules_are_sought_by_words_severity_and_site(ctx):
    assert list(by_rule(ctx, rule=KERNEL.lower())) == [KERNEL]
    assert KERNEL in by_rule(ctx, severity="major")
    assert KERNEL not in by_rule(ctx, severity="info")
    assert by_rule(ctx, site="berlin")[KERNEL] == (1, 1, 0)
    assert by_rule(ctx, site="nowhere") == {}


@pytest.mark.usefixtures("fleet")
def test_devices_tell_the_rules_that_they_break(ctx):
    first = rule_standing.by_device(ctx)[0]
    assert (first.hostname, first.site) == ("a", "berlin")
    assert [one.rule_id for one in first.broken] == BROKEN
    assert first.broken[0].detail.startswith("0 instead of at least 2")


@pytest.mark.usefixtures("fleet")
def test_devices_that_keep_all_rules_are_not_told(ctx):
    assert hostnames(ctx) == ["a", "b"]


@pytest.mark.usefixtures("fleet")
def test_devices_are_sought_by_rule_severity_and_site_page_by_page(ctx):
    assert hostnames(ctx, Sought(site="berlin")) == ["a"]
    assert hostnames(ctx, Sought(severity="info")) == []
    assert hostnames(ctx, Sought(rule="no such words")) == []
    assert hostnames(ctx, rule_id=KERNEL) == ["a", "b"]
    assert hostnames(ctx, rule_id="NO-SUCH-RULE") == []
    assert hostnames(ctx, limit=1) == ["a"]
    assert hostnames(ctx, after="a") == ["b"]


@pytest.mark.usefixtures("fleet")
def test_only_the_rule_sought_is_told_of_a_device(ctx):
    [first, *_] = rule_standing.by_device(ctx, rule_id=KERNEL)
    assert [one.rule_id for one in first.broken] == [KERNEL]


def test_a_rule_that_is_in_force_no_more_is_told_by_its_id(ctx, fleet):
    row = ctx.get(Judged, fleet[0].id)
    row.rules, row.failed = ["OLD-1"], {"OLD-1": "gone"}
    ctx.session.flush()
    [old] = rule_standing.by_rule(ctx, Sought(rule="OLD-1"))
    assert (old.rule, old.severity, old.asked, old.broken) == (None, "minor", 1, 1)
    assert hostnames(ctx, rule_id="OLD-1") == ["a"]


def test_where_nothing_was_judged_nothing_is_told(ctx):
    assert (rule_standing.by_rule(ctx), rule_standing.by_device(ctx)) == ((), ())


def test_only_devices_of_the_jurisdiction_count(ctx, as_holder):
    ours, theirs = make_unit(ctx), make_unit(ctx)
    for name, unit in (("mine", ours), ("other", theirs)):
        judged(ctx, name, OPEN, site=make_site(ctx, unit=unit))
    mine = as_holder(make_post(ctx, unit=ours, permissions=["drift.read"], holder=make_person(ctx)))
    assert by_rule(mine) == dict.fromkeys(BROKEN, (1, 1, 0))
    assert hostnames(mine) == ["mine"]
