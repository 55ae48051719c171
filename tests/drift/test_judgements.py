"""Many devices judged at once: only those whose inputs changed."""

from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest

from core.actor import Actor, Origin
from drift import baselines, bulk, compliance, facts, findings, standing
from drift.attribution import unexplained
from drift.baselines import Terms
from drift.device_facts import DeviceFacts
from drift.judgements import judge_devices
from drift.models import Judged
from drift.rules import Rule, built_in
from organization.permissions import PERMISSIONS
from tests.drift.rows import BASE, make_snapshot
from tests.factories import make_device
from tests.statements import statements

OTHER = BASE + "ntp server 192.0.2.77\n"


@pytest.fixture
def contexts(ctx):
    @contextmanager
    def one():
        yield ctx

    return one


def approved(ctx, hostname, text=BASE):
    device = make_device(ctx, hostname=hostname)
    baselines.approve_snapshot(ctx, make_snapshot(ctx, device, text).id, reason="first")
    return device


def judged(contexts, *devices, processes=1, progress=lambda _: None):
    ids = [device.id for device in devices]
    return judge_devices(
        contexts, ids, attribute=unexplained, processes=processes, progress=progress
    )


def outcomes(seen):
    return [(one.hostname, one.outcome) for one in seen]


def test_each_device_is_judged_against_its_baseline(ctx, contexts):
    same, other = approved(ctx, "same"), approved(ctx, "other")
    fresh = make_device(ctx, hostname="fresh")
    make_snapshot(ctx, fresh)
    make_snapshot(ctx, other, OTHER)
    assert outcomes(judged(contexts, same, other, fresh)) == [
        ("same", "in_sync"), ("other", "drifted"), ("fresh", "no_baseline"),
    ]  # fmt: skip
    assert [one.device.hostname for one in findings.list_findings(ctx)] == ["other"]


def test_a_device_without_a_complete_capture_is_left_out(ctx, contexts):
    assert judged(contexts, make_device(ctx)) == ()


def test_what_did_not_change_is_not_judged_again(ctx, contexts, monkeypatch):
    device = approved(ctx, "same")
    judged(contexts, device)
    monkeypatch.setattr(bulk.Judge, "judge", lambda *_: pytest.fail("judged again"))
    seen = []
    assert outcomes(judged(contexts, device, progress=seen.append)) == [("same", "in_sync")]
    assert outcomes(seen) == [("same", "in_sync")]


@pytest.mark.parametrize("what", ["snapshot", "baseline", "rules"])
def test_a_device_is_judged_again_when_one_of_its_inputs_changed(ctx, contexts, monkeypatch, what):
    device = approved(ctx, "one")
    judged(contexts, device)
    before = ctx.get(Judged, device.id).inputs
    if what == "snapshot":
        make_snapshot(ctx, device, OTHER)
    elif what == "baseline":
        baselines.set_intended(ctx, device.id, OTHER, reason="new")
    else:
        rule = Rule(id="X-1", title="x", why="x", severity="minor", platforms=(device.platform,),
                    require=("^nothing like this$",))  # fmt: skip
        monkeypatch.setattr(compliance, "rules", lambda _settings: (*built_in(), rule))
    judged(contexts, device)
    ctx.session.expire_all()
    assert ctx.get(Judged, device.id).inputs != before


def test_drift_that_is_gone_resolves_its_finding(ctx, contexts):
    device = approved(ctx, "one")
    make_snapshot(ctx, device, OTHER)
    judged(contexts, device)
    make_snapshot(ctx, device, BASE)
    assert outcomes(judged(contexts, device)) == [("one", "in_sync")]
    assert findings.list_findings(ctx) == ()


def test_a_text_that_is_none_is_an_outcome_and_stops_no_other(ctx, contexts):
    broken, good = approved(ctx, "broken"), approved(ctx, "good")
    make_snapshot(ctx, broken, "hostname a\x07\n")
    make_snapshot(ctx, good, OTHER)
    seen = judged(contexts, broken, good)
    assert outcomes(seen) == [("broken", "error"), ("good", "drifted")]
    assert "control character" in seen[0].detail


def test_each_batch_leaves_one_record(ctx, contexts):
    judged(contexts, approved(ctx, "a"), approved(ctx, "b"))
    assert ctx.recorded.count("drift.judged") == 1


def test_other_processes_come_to_the_same(ctx, contexts, monkeypatch):
    monkeypatch.setattr("drift.judgements.WORTH_IT", 1)
    same, other = approved(ctx, "same"), approved(ctx, "other")
    make_snapshot(ctx, other, OTHER)
    found = judged(contexts, same, other, processes=2)
    assert outcomes(found) == [("same", "in_sync"), ("other", "drifted")]


def test_a_device_that_matches_the_version_before_is_in_grace_and_no_drift(ctx, contexts, clock):
    device = approved(ctx, "one")
    clock.forward(minutes=5)
    terms = Terms(grace=timedelta(hours=2))
    baselines.set_intended(ctx, device.id, OTHER, reason="new", terms=terms)
    assert outcomes(judged(contexts, device)) == [("one", "in_grace")]
    assert findings.list_findings(ctx) == ()
    clock.forward(hours=3)
    assert outcomes(judged(contexts, device)) == [("one", "drifted")]


def test_what_a_baseline_does_not_manage_is_no_drift(ctx, contexts):
    device = approved(ctx, "one")
    terms = Terms(sections=("interface *",))
    baselines.set_intended(ctx, device.id, BASE, reason="partial", terms=terms)
    make_snapshot(ctx, device, OTHER)
    assert outcomes(judged(contexts, device)) == [("one", "in_sync")]


def test_facts_that_changed_are_findings_of_their_own(ctx, contexts):
    device = approved(ctx, "one")
    facts.expect(ctx, device.id, DeviceFacts(serial="EXPECTED"), reason="by hand")
    make_snapshot(ctx, device, OTHER).facts = {"serial": "OTHER"}
    judged(contexts, device)
    assert sorted(one.kind for one in findings.list_findings(ctx)) == ["drift", "facts"]


def test_how_a_device_stands_is_kept_as_it_was_judged(ctx, contexts, clock):
    device = approved(ctx, "one")
    shown = make_snapshot(ctx, device, OTHER)
    judged(contexts, device)
    [one] = standing.inputs(ctx, [device.id])
    row = ctx.get(Judged, device.id)
    asked = [rule for rule in built_in() if one.target.fits(rule)]
    assert (row.snapshot_id, row.baseline_id, row.outcome, row.judged_at) == (
        shown.id, one.baseline_id, "drifted", clock(),
    )  # fmt: skip
    assert (row.inputs, row.rules) == (
        one.digest(standing.rules_hash(asked)), [rule.id for rule in asked],
    )  # fmt: skip
    assert set(row.failed) <= set(row.rules)
    assert all(isinstance(detail, str) for detail in row.failed.values())


@pytest.fixture
def fleet(runtime):
    """Two devices that drifted, in a database where each transaction is one."""
    who = (Actor(name="test", granted=frozenset(PERMISSIONS)), Origin(door="job"))
    with runtime.context(*who) as ctx:
        devices = [approved(ctx, name) for name in ("bad", "good")]
        for one in devices:
            make_snapshot(ctx, one, OTHER)
    return partial(runtime.context, *who), devices


def test_a_device_whose_conclusion_fails_stops_no_other(fleet, caplog):
    contexts, (bad, good) = fleet

    def broken(ctx, device_id, assessment):
        if device_id == bad.id:
            raise RuntimeError("defect")
        return unexplained(ctx, device_id, assessment)

    seen = judge_devices(contexts, [bad.id, good.id], attribute=broken, processes=1)
    assert [(one.outcome, one.detail) for one in seen] == [
        ("error", "RuntimeError('defect')"),
        ("drifted", "No change is known that explains this."),
    ]  # fmt: skip
    with contexts() as ctx:
        assert [one.device_id for one in findings.list_findings(ctx)] == [good.id]
        assert ctx.session.get(Judged, bad.id) is None
    assert "what was judged of bad could not be kept" in caplog.text


def test_a_failure_that_meets_all_devices_is_none_of_theirs(fleet):
    contexts, devices = fleet

    def broken(_ctx, _device_id, _assessment):
        raise RuntimeError("defect")

    with pytest.raises(RuntimeError, match="defect"):
        judge_devices(contexts, [one.id for one in devices], attribute=broken, processes=1)


def test_many_drifted_devices_take_as_few_statements_as_one(ctx, contexts):
    def drifted(number):
        device = approved(ctx, f"r{number}")
        make_snapshot(ctx, device, OTHER)
        return device

    alone, *together = [drifted(number).id for number in range(20)]
    ctx.session.flush()
    ctx.session.expunge_all()
    with statements(ctx) as one:
        judge_devices(contexts, [alone], attribute=unexplained, processes=1)
    ctx.session.flush()
    with statements(ctx) as many:
        judge_devices(contexts, together, attribute=unexplained, processes=1)
    assert len(many) <= len(one)
