"""Findings: opened, updated, resolved; their events; suppression and acceptance."""

from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotFound
from drift import assess, baselines, findings
from drift.attribution import Verdict
from drift.models import Finding
from drift.recording import Shown, record
from operations.models import Event
from tests.drift.rows import BASE, DRIFTED, OTHER, make_snapshot
from tests.factories import make_device


def says(verdict, reason="because"):
    return lambda _ctx, _device_id, _assessment: Verdict(verdict=verdict, reason=reason)


@pytest.fixture
def device(ctx):
    device = make_device(ctx, hostname="r1")
    baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="first look")
    ctx.recorded.clear()
    return device


def judge(ctx, device, text, *, verdict="unauthorised", trusted=True):
    baseline = baselines.baseline_for(ctx, device.id)
    snapshot = make_snapshot(ctx, device, text, trusted=trusted)
    found = assess(text, baselines.text(ctx, baseline), platform=device.platform)
    shown = Shown(device=device, baseline=baseline, snapshot=snapshot, assessment=found)
    [finding] = record(ctx, [shown], attribute=says(verdict))
    return finding


def events(ctx):
    rows = ctx.session.query(Event).order_by(Event.id)
    return [(row.kind, row.severity, row.state) for row in rows]


def test_drift_opens_a_finding_and_raises_an_event(ctx, device):
    finding = judge(ctx, device, DRIFTED)
    assert (finding.state, finding.verdict, finding.severity) == (
        "open", "unauthorised", "critical",
    )  # fmt: skip
    assert finding.event.fingerprint == f"drift:r1:{finding.fingerprint}"
    assert finding.event.title == "r1: unauthorised drift"
    assert finding.event.detail == "because\n+ username eve privilege 15"
    assert events(ctx) == [("drift", "critical", "open")]
    assert ctx.recorded == ["finding.opened", "event.raised"]


def test_the_differences_read_back_are_those_of_the_engine(ctx, device):
    finding = judge(ctx, device, DRIFTED)
    ctx.session.refresh(finding)
    assert (
        findings.differences_of(finding) == assess(DRIFTED, BASE, platform="cisco_ios").differences
    )


def test_the_same_drift_again_stays_one_finding_and_one_event(ctx, device, clock):
    first = judge(ctx, device, DRIFTED)
    clock.forward(minutes=15)
    ctx.recorded.clear()
    again = judge(ctx, device, DRIFTED)
    assert again is first
    assert (again.opened_at, again.last_seen_at) == (clock() - timedelta(minutes=15), clock())
    assert ctx.recorded == ["finding.confirmed"]
    assert events(ctx) == [("drift", "critical", "open")]


def test_another_drift_of_the_device_updates_its_finding_and_replaces_the_event(ctx, device):
    first = judge(ctx, device, DRIFTED)
    again = judge(ctx, device, OTHER)
    assert again.id == first.id
    assert again.severity == "major"
    assert events(ctx) == [("drift", "critical", "closed"), ("drift", "major", "open")]


def test_a_device_in_sync_again_resolves_its_finding_and_closes_the_event(ctx, device, clock):
    finding = judge(ctx, device, DRIFTED)
    event = finding.event
    assert judge(ctx, device, BASE) is None
    assert (finding.state, finding.resolved_at) == ("resolved", clock())
    assert (event.state, event.closing_note) == (
        "closed", "The device is in sync with its baseline again.",
    )  # fmt: skip
    assert ctx.recorded == ["finding.resolved", "event.closed"]


def test_drift_after_a_resolved_finding_is_a_new_finding(ctx, device):
    first = judge(ctx, device, DRIFTED)
    judge(ctx, device, BASE)
    assert judge(ctx, device, DRIFTED).id != first.id


def test_a_device_in_sync_leaves_no_trace(ctx, device):
    assert judge(ctx, device, BASE) is None
    assert ctx.recorded == []


@pytest.mark.parametrize("verdict", ["authorised", "not_applied", "noise"])
def test_drift_that_is_explained_raises_no_event(ctx, device, verdict):
    finding = judge(ctx, device, DRIFTED, verdict=verdict)
    assert (finding.state, finding.verdict, finding.event) == ("open", verdict, None)
    assert events(ctx) == []


@pytest.mark.parametrize("verdict", ["unauthorised", "reverted", "unexplained"])
def test_drift_that_nobody_approved_raises_an_event(ctx, device, verdict):
    assert judge(ctx, device, DRIFTED, verdict=verdict).event.state == "open"


def test_an_explanation_found_later_closes_the_event(ctx, device):
    event = judge(ctx, device, DRIFTED).event
    assert judge(ctx, device, DRIFTED, verdict="authorised").event is None
    assert (event.state, event.closing_note) == (
        "closed", "The drift is now authorised: because",
    )  # fmt: skip


@pytest.mark.parametrize("text", [BASE, OTHER])
def test_an_untrusted_snapshot_touches_no_finding(ctx, device, text):
    finding = judge(ctx, device, DRIFTED)
    before = (finding.state, finding.fingerprint, finding.snapshot_id)
    ctx.recorded.clear()
    assert judge(ctx, device, text, trusted=False) is None
    assert (finding.state, finding.fingerprint, finding.snapshot_id) == before
    assert ctx.recorded == []


def test_an_untrusted_snapshot_opens_no_finding(ctx, device):
    assert judge(ctx, device, DRIFTED, trusted=False) is None
    assert ctx.session.query(Finding).all() == []


def test_a_suppressed_finding_closes_its_event_and_stays_silent_until_its_time(ctx, device, clock):
    finding = judge(ctx, device, DRIFTED)
    findings.suppress(ctx, finding.id, reason="lab work", until=clock() + timedelta(hours=2))
    clock.forward(hours=1)
    assert judge(ctx, device, DRIFTED) is finding
    assert (finding.state, finding.last_seen_at) == ("suppressed", clock())
    assert events(ctx) == [("drift", "critical", "closed")]


def test_suppressed_drift_that_went_and_came_back_stays_silent(ctx, device, clock):
    finding = judge(ctx, device, DRIFTED)
    findings.suppress(ctx, finding.id, reason="lab work", until=clock() + timedelta(hours=2))
    judge(ctx, device, BASE)
    assert finding.state == "resolved"
    assert judge(ctx, device, DRIFTED) is finding
    assert (finding.state, finding.resolved_at) == ("suppressed", None)


def test_other_drift_beside_a_suppressed_one_is_a_finding(ctx, device, clock):
    hushed = judge(ctx, device, DRIFTED)
    findings.suppress(ctx, hushed.id, reason="lab work", until=clock() + timedelta(hours=2))
    both = judge(ctx, device, DRIFTED + "ntp server 192.0.2.1\n")
    assert (both.id != hushed.id, both.state) == (True, "open")


def test_a_finding_of_which_only_suppressed_drift_is_left_is_resolved(ctx, device, clock):
    hushed = judge(ctx, device, DRIFTED)
    findings.suppress(ctx, hushed.id, reason="lab work", until=clock() + timedelta(hours=2))
    both = judge(ctx, device, DRIFTED + "ntp server 192.0.2.1\n")
    assert judge(ctx, device, DRIFTED) is hushed
    assert (both.state, hushed.state) == ("resolved", "suppressed")


def test_a_suppression_ends_at_its_time_and_the_event_is_raised_again(ctx, device, clock):
    finding = judge(ctx, device, DRIFTED)
    findings.suppress(ctx, finding.id, reason="lab work", until=clock() + timedelta(hours=2))
    assert findings.expire_suppressions(ctx) == 0
    clock.forward(hours=2)
    assert findings.expire_suppressions(ctx) == 1
    assert (finding.state, finding.event.state) == ("open", "open")


def test_a_suppression_that_ends_beside_an_open_finding_is_resolved(ctx, device, clock):
    hushed = judge(ctx, device, DRIFTED)
    findings.suppress(ctx, hushed.id, reason="lab work", until=clock() + timedelta(hours=2))
    judge(ctx, device, OTHER)
    clock.forward(hours=3)
    assert findings.expire_suppressions(ctx) == 1
    assert (hushed.state, hushed.resolved_at) == ("resolved", clock())


def test_a_suppression_needs_a_reason_and_a_time_to_come(ctx, device, clock):
    finding = judge(ctx, device, DRIFTED)
    with pytest.raises(InvalidInput, match="reason"):
        findings.suppress(ctx, finding.id, reason=" ", until=clock() + timedelta(hours=2))
    with pytest.raises(InvalidInput, match="ends in the future"):
        findings.suppress(ctx, finding.id, reason="lab work", until=clock())
    assert finding.state == "open"


def test_accepting_makes_what_the_device_shows_its_baseline(ctx, device):
    finding = judge(ctx, device, DRIFTED)
    event = finding.event
    ctx.recorded.clear()
    assert findings.accept_as_baseline(ctx, finding.id, reason="it is right") is finding
    baseline = baselines.baseline_for(ctx, device.id)
    assert (baseline.version, baselines.text(ctx, baseline)) == (2, DRIFTED)
    assert (finding.state, event.state) == ("resolved", "closed")
    assert ctx.recorded == [
        "baseline.approved", "finding.accepted", "finding.resolved", "event.closed",
    ]  # fmt: skip


def test_a_device_that_changed_since_is_not_accepted(ctx, device):
    finding = judge(ctx, device, DRIFTED)
    make_snapshot(ctx, device, OTHER)
    with pytest.raises(findings.FindingSettled, match="r1 has changed since"):
        findings.accept_as_baseline(ctx, finding.id, reason="it is right")


def test_a_resolved_finding_is_not_decided_again(ctx, device, clock):
    finding = judge(ctx, device, DRIFTED)
    judge(ctx, device, BASE)
    with pytest.raises(findings.FindingSettled, match="resolved already"):
        findings.accept_as_baseline(ctx, finding.id, reason="late")
    with pytest.raises(findings.FindingSettled, match="resolved already"):
        findings.suppress(ctx, finding.id, reason="late", until=clock() + timedelta(hours=1))


def test_findings_are_listed_newest_first_in_pages(ctx, device):
    other = make_device(ctx, hostname="r2")
    baselines.approve_snapshot(ctx, make_snapshot(ctx, other).id, reason="first look")
    first, second = judge(ctx, device, DRIFTED), judge(ctx, other, OTHER, verdict="noise")
    assert findings.list_findings(ctx) == (second, first)
    assert findings.list_findings(ctx, limit=1) == (second,)
    assert findings.list_findings(ctx, after=second.id) == (first,)
    assert findings.list_findings(ctx, verdict="noise") == (second,)
    assert findings.list_findings(ctx, device_id=device.id) == (first,)
    assert findings.list_findings(ctx, state="resolved") == ()
    assert findings.list_findings(ctx, state=None) == (second, first)


def test_a_finding_is_read_by_its_id(ctx, device):
    finding = judge(ctx, device, DRIFTED)
    assert findings.get(ctx, finding.id) is finding
    with pytest.raises(NotFound, match="finding 4711"):
        findings.get(ctx, 4711)
