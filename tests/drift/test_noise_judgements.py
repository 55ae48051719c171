"""Masks in judgements: what holds is no drift, and each step has devices judged again."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from drift import baselines, findings, standing
from drift.attribution import unexplained
from drift.baselines import Terms
from drift.judgements import judge_devices
from drift.noise import decisions
from drift.observation import judge_device
from tests.drift.noise_rows import (
    TEXT,
    activate,
    approve,
    approver,
    make_eos,
    make_mask,
    written_by_hand,
)
from tests.drift.rows import make_snapshot
from tests.factories import make_device, make_site, make_unit


@pytest.fixture
def device(ctx):
    return changed(ctx, make_eos(ctx, hostname="r1"))


NOW = TEXT.format(2)


def changed(ctx, device, now=NOW):
    """A device whose clock-period is not the one of its baseline."""
    first = make_snapshot(ctx, device, TEXT.format(1))
    baselines.approve_snapshot(ctx, first.id, reason="first")
    make_snapshot(ctx, device, now)
    return device


def outcome(ctx, device):
    """As `trimtab scan --no-collect` judges."""

    @contextmanager
    def contexts():
        yield ctx

    [seen] = judge_devices(contexts, [device.id], attribute=unexplained, processes=1)
    return seen.outcome


def test_a_mask_that_holds_makes_noise_no_drift_and_one_withdrawn_makes_it_drift_again(ctx, device):
    mask = make_mask(ctx, device)
    assert outcome(ctx, device) == "drifted"
    activate(ctx, mask)
    assert outcome(ctx, device) == "in_sync"
    assert findings.list_findings(ctx) == ()
    decisions.withdraw(ctx, mask.id, reason="no more")
    assert outcome(ctx, device) == "drifted"


def test_one_judged_alone_is_judged_the_same(ctx, device):
    activate(ctx, make_mask(ctx, device))
    assert judge_device(ctx, device.id, attribute=unexplained).outcome == "in_sync"


def test_what_else_differs_is_drift_without_the_noise(ctx):
    device = changed(ctx, make_eos(ctx), NOW + "vlan 9\n")
    activate(ctx, make_mask(ctx, device))
    assert outcome(ctx, device) == "drifted"
    [finding] = findings.list_findings(ctx)
    assert [one.line for one in findings.differences_of(finding)] == ["vlan 9"]


def test_a_mask_that_begins_or_ends_to_hold_changes_what_a_judgement_rests_on(ctx, device):
    def digest():
        [one] = standing.inputs(ctx, [device.id])
        return one.digest(b"")

    mask = make_mask(ctx, device)
    before = digest()
    approve(approver(ctx, mask.unit), mask)
    assert digest() == before
    approve(approver(ctx, mask.unit), mask)
    held = digest()
    decisions.withdraw(ctx, mask.id, reason="x")
    assert (held == before, digest()) == (False, before)


def test_a_mask_holds_in_its_unit_and_below_and_nowhere_else(ctx, device):
    activate(ctx, make_mask(ctx, device))
    below = make_site(ctx, unit=make_unit(ctx, parent=device.site.unit))
    assert outcome(ctx, changed(ctx, make_eos(ctx, site=below))) == "in_sync"
    assert outcome(ctx, changed(ctx, make_eos(ctx))) == "drifted"
    unit = make_unit(ctx)
    assert outcome(ctx, changed(ctx, make_eos(ctx, site=device.site, unit_id=unit.id))) == "drifted"


def test_a_mask_holds_for_its_platform_alone(ctx, device):
    activate(ctx, make_mask(ctx, device))
    other = make_device(ctx, site=device.site, platform="cisco_nxos")
    assert outcome(ctx, changed(ctx, other)) == "drifted"


@pytest.mark.parametrize("approvals", [0, 1])
def test_a_row_that_says_active_without_two_persons_does_not_hold(ctx, device, approvals):
    written_by_hand(ctx, device, r"ntp\ clock\-period\ \d+", approvals=approvals)
    assert outcome(ctx, device) == "drifted"


@pytest.mark.parametrize("pattern", [r"user\ eve\ \d+", ".*", r"username\ [0-9A-Za-z]+"])
def test_a_row_written_by_hand_hides_no_line_of_security(ctx, pattern):
    device = make_eos(ctx)
    baselines.set_intended(ctx, device.id, "username eve1\nuser eve 1\n", reason="x")
    make_snapshot(ctx, device, "username eve2\nuser eve 15\n")
    written_by_hand(ctx, device, pattern)
    assert outcome(ctx, device) == "drifted"
    [finding] = findings.list_findings(ctx)
    assert len(findings.differences_of(finding)) == 4


def test_a_version_in_grace_is_borne_with_in_spite_of_noise(ctx, device, clock):
    activate(ctx, make_mask(ctx, device))
    clock.forward(minutes=5)
    terms = Terms(grace=timedelta(hours=2))
    baselines.set_intended(ctx, device.id, "hostname r2\n", reason="new", terms=terms)
    assert outcome(ctx, device) == "in_grace"
