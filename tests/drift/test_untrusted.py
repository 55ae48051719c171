"""What an untrusted capture never does: open, change or close a finding, or become a baseline."""

import pytest
from sqlalchemy import select

from drift import baselines, observation
from drift.attribution import unexplained
from drift.baselines import UntrustedSnapshot
from drift.models import Finding
from inventory import snapshots, trust
from inventory.completeness import Doubt
from tests.drift.rows import BASE, DRIFTED
from tests.factories import make_device

KINDS = sorted(kind for kind, weight in trust.WEIGHTS.items() if weight >= 50)


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1")


def show(ctx, device, text, *kinds):
    doubts = [Doubt(kind=kind, detail="why") for kind in kinds]
    kept = snapshots.store(
        ctx, device, source="running", text=text, doubts=doubts, facts={}
    ).snapshot
    ctx.record("device.collected", device)
    return kept


def judge(ctx, device):
    return observation.judge_device(ctx, device.id, attribute=unexplained).outcome


def standing(ctx):
    return [
        (one.id, one.state, one.fingerprint, one.snapshot_id, one.resolved_at)
        for one in ctx.session.scalars(select(Finding).order_by(Finding.id))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_capture_with_this_doubt_opens_no_finding(ctx, device, kind):
    baselines.approve_snapshot(ctx, show(ctx, device, BASE).id, reason="first")
    show(ctx, device, DRIFTED, kind)
    assert (judge(ctx, device), standing(ctx)) == ("in_sync", [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_capture_with_this_doubt_changes_and_closes_no_finding(ctx, device, kind):
    baselines.approve_snapshot(ctx, show(ctx, device, BASE).id, reason="first")
    show(ctx, device, DRIFTED)
    judge(ctx, device)
    before = standing(ctx)
    show(ctx, device, BASE, kind)
    show(ctx, device, f"{DRIFTED}ntp server 10.9.9.9\n", kind)
    assert (judge(ctx, device), standing(ctx)) == ("drifted", before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_capture_with_this_doubt_becomes_no_baseline(ctx, device, kind):
    first = show(ctx, device, BASE)
    baselines.approve_snapshot(ctx, first.id, reason="first")
    aside = show(ctx, device, DRIFTED, kind)
    with pytest.raises(UntrustedSnapshot, match=f"{kind}: why"):
        baselines.approve_snapshot(ctx, aside.id, reason="r")
    assert baselines.baseline_for(ctx, device.id).snapshot_id == first.id
