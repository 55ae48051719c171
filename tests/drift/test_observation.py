"""Observing a device: collect, judge, and the events of what failed."""

import pytest

from drift import baselines, observation
from drift.attribution import unexplained
from drift.models import Finding
from drift.observation import Observation, observe_device
from inventory import discovery
from inventory.results import CollectionOutcome
from operations.models import Event
from tests.drift.rows import BASE, DRIFTED, make_snapshot
from tests.factories import make_device


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1")


@pytest.fixture
def shows(monkeypatch):
    """Stands in for the collection: what it would store, or how it would fail."""

    def arrange(outcome, text=None, detail=""):
        def fake(ctx, device_id):
            device = ctx.get(discovery.Device, device_id)
            if text is not None:
                make_snapshot(ctx, device, text)
            ctx.record("device.collected", device)
            ctx.commit()
            return CollectionOutcome(
                device_id=device_id, hostname=device.hostname, outcome=outcome, detail=detail
            )

        monkeypatch.setattr(observation.discovery, "collect", fake)

    return arrange


def observe(ctx, device):
    return observe_device(ctx, device.id, attribute=unexplained)


def alive(ctx):
    rows = ctx.session.query(Event).where(Event.state != "closed").order_by(Event.id)
    return [(row.kind, row.severity, row.fingerprint, row.count) for row in rows]


def approve(ctx, device, text=BASE):
    return baselines.approve_snapshot(ctx, make_snapshot(ctx, device, text).id, reason="first")


def test_a_device_that_shows_its_baseline_is_in_sync(ctx, device, shows):
    approve(ctx, device)
    shows("unchanged", BASE)
    assert observe(ctx, device) == Observation(
        device_id=device.id, hostname="r1", outcome="in_sync"
    )


def test_a_device_that_shows_something_else_has_drifted(ctx, device, shows):
    approve(ctx, device)
    shows("changed", DRIFTED)
    seen = observe(ctx, device)
    finding = ctx.session.query(Finding).one()
    assert seen == Observation(
        device_id=device.id, hostname="r1", outcome="drifted", finding_id=finding.id,
        verdict="unexplained", detail="No change is known that explains this.",
    )  # fmt: skip
    assert alive(ctx) == [("drift", "critical", f"drift:r1:{finding.fingerprint}", 1)]


def test_a_device_without_a_baseline_is_told_so(ctx, device, shows):
    shows("changed", BASE)
    assert observe(ctx, device).outcome == "no_baseline"


def test_a_device_without_a_complete_capture_is_told_so(ctx, device):
    seen = observation.judge_device(ctx, device.id, attribute=unexplained)
    assert seen.outcome == "no_snapshot"


@pytest.mark.parametrize(
    ("outcome", "kind", "severity"),
    [
        ("unreachable", "unreachable", "minor"),
        ("timeout", "unreachable", "minor"),
        ("refused", "login_refused", "major"),
        ("host_key_changed", "host_key_changed", "critical"),
        ("untrusted", "untrusted_capture", "minor"),
    ],
)
def test_a_failed_collection_raises_its_event_and_judges_nothing(
    ctx, device, shows, outcome, kind, severity
):
    approve(ctx, device)
    shows(outcome, detail="no answer")
    assert observe(ctx, device) == Observation(
        device_id=device.id, hostname="r1", outcome=outcome, detail="no answer"
    )
    assert alive(ctx) == [(kind, severity, f"{kind}:r1", 1)]


def test_a_device_that_stays_unreachable_is_one_event(ctx, device, shows):
    for outcome in ("unreachable", "timeout", "unreachable"):
        shows(outcome)
        observe(ctx, device)
    assert alive(ctx) == [("unreachable", "minor", "unreachable:r1", 3)]


def test_the_next_good_collection_closes_the_events_of_failed_ones(ctx, device, shows):
    other = make_device(ctx, hostname="r2")
    for outcome in ("unreachable", "host_key_changed"):
        shows(outcome)
        observe(ctx, device)
    observe(ctx, other)
    shows("changed", BASE)
    observe(ctx, device)
    assert alive(ctx) == [("host_key_changed", "critical", "host_key_changed:r2", 1)]


def test_an_unreachable_device_leaves_the_alarm_of_a_changed_host_key_open(ctx, device, shows):
    for outcome in ("host_key_changed", "unreachable"):
        shows(outcome)
        observe(ctx, device)
    assert [row[0] for row in alive(ctx)] == ["host_key_changed", "unreachable"]


@pytest.mark.parametrize("outcome", ["unsupported", "error"])
def test_a_collection_that_cannot_be_raises_no_event(ctx, device, shows, outcome):
    shows(outcome)
    assert observe(ctx, device).outcome == outcome
    assert alive(ctx) == []


def test_which_observations_are_judgements():
    def seen(outcome):
        return Observation(device_id=1, hostname="r1", outcome=outcome).judged

    assert [seen(name) for name in ("in_sync", "drifted", "suppressed", "unreachable")] == [
        True, True, True, False,
    ]  # fmt: skip
