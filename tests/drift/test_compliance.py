"""Verdicts of compliance rules: kept, replaced, listed."""

import pytest

from drift import compliance, observation
from drift.attribution import unexplained
from drift.models import RuleVerdict
from tests.drift.rows import BASE, make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit

TRACED = BASE + "ntp server 192.0.2.1\nlogging host 192.0.2.9\n"


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1")


def judge(ctx, device, text):
    return compliance.judge(ctx, device, make_snapshot(ctx, device, text), text)


def failing(ctx):
    return [row.rule_id for row in compliance.verdicts(ctx, passed=False)]


def test_the_verdicts_of_a_device_are_kept(ctx, device, clock):
    judge(ctx, device, BASE)
    assert failing(ctx) == ["TT-TRACE-1", "TT-TRACE-2"]
    row = compliance.verdicts(ctx, device_id=device.id, passed=False)[0]
    assert (row.severity, row.judged_at, row.detail) == (
        "major", clock(), "missing: ^ntp server ",
    )  # fmt: skip


def test_a_later_judgement_replaces_the_earlier(ctx, device):
    judge(ctx, device, BASE)
    judge(ctx, device, TRACED)
    ctx.session.expire_all()
    assert failing(ctx) == []


def test_verdicts_of_rules_that_are_gone_go(ctx, device):
    snapshot = make_snapshot(ctx, device)
    ctx.add(
        RuleVerdict(
            device_id=device.id, rule_id="OLD-1", snapshot_id=snapshot.id, passed=False,
            severity="minor", judged_at=ctx.now(),
        )
    )  # fmt: skip
    judge(ctx, device, TRACED)
    assert failing(ctx) == []


def test_a_platform_without_rules_keeps_no_verdicts(ctx):
    judge(ctx, make_device(ctx, platform="frr"), BASE)
    assert compliance.verdicts(ctx) == ()


def test_judging_a_device_judges_the_rules_too(ctx, device):
    make_snapshot(ctx, device)
    observation.judge_device(ctx, device.id, attribute=unexplained)
    assert failing(ctx) == ["TT-TRACE-1", "TT-TRACE-2"]


def test_verdicts_of_other_jurisdictions_are_not_shown(ctx, device, as_holder):
    unit = make_unit(ctx)
    post = make_post(ctx, unit=unit, permissions=["drift.read"], holder=make_person(ctx))
    mine = make_device(ctx, site=make_site(ctx, unit=unit))
    judge(ctx, device, BASE)
    judge(ctx, mine, BASE)
    shown = compliance.verdicts(as_holder(post), passed=False)
    assert {row.device_id for row in shown} == {mine.id}
