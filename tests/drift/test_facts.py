"""What devices are, beside their configuration: expected, seen, and findings of the difference."""

from dataclasses import replace

import pytest

from changes.errors import NothingToDo
from changes.requests import Wanted, request_correction
from core.errors import InvalidInput, NotFound, NotPermitted
from drift import baselines, facts, findings, observation
from drift.attribution import unexplained
from drift.device_facts import DeviceFacts
from drift.facts import NoBaseline, SnapshotOutdated
from drift.findings import WrongKind
from drift.models import Finding
from inventory import relations, reports
from inventory.drivers.protocol import Facts, Interface, Item, Neighbour
from inventory.report_models import DeviceReport
from operations.models import Event
from tests.drift.rows import make_snapshot
from tests.drift.test_facts_compare import SEEN, TEXT
from tests.factories import make_device, make_person, make_post, make_site, make_unit


@pytest.fixture
def device(ctx):
    """A device with a baseline that shows it, its facts and one neighbour."""
    made = make_device(ctx, hostname="r1")
    baselines.approve_snapshot(ctx, show(ctx, made).id, reason="first")
    relations.observed_all(ctx, [(made, [neighbour("sw1")])])
    ctx.record("test.arranged", made)
    ctx.recorded.clear()
    return made


def neighbour(name):
    return Neighbour(interface="Gi0/1", peer_name=name, peer_interface="Gi0/48")


def show(ctx, device, text=TEXT, **told):
    """The device shows a text and says facts of itself."""
    snapshot = make_snapshot(ctx, device, text)
    snapshot.facts = {"hostname": "r1", "os_version": "17.9", "serial": "FDO1",
                      "model": "C9300"} | told  # fmt: skip
    ctx.record("test.arranged", device)
    ctx.recorded.clear()
    return snapshot


def expect_all(ctx, device):
    last = facts.snapshots.last_trusted(ctx, device.id, "running")
    return facts.approve_snapshot(ctx, last.id, reason="as delivered")


def judged(ctx, device):
    """What stands against the device's facts after a judgement: line, side."""
    return [
        (one.line, one.side)
        for finding in facts.judge_devices(ctx, [device.id])
        for one in findings.differences_of(finding)
    ]


def test_facts_are_what_the_last_snapshot_and_the_relations_say(ctx, device):
    assert facts.seen_now(ctx, device.id) == SEEN


def test_facts_of_a_snapshot_become_expected(ctx, device):
    made = expect_all(ctx, device)
    assert facts.expected_for(ctx, device.id) is made
    assert (facts.facts_of(made), made.version, made.source) == (SEEN, 1, "snapshot")
    assert made.approved_by_id == ctx.person.person_id
    assert ctx.recorded == ["facts.approved"]


def test_the_same_facts_again_make_no_new_version(ctx, device):
    first = expect_all(ctx, device)
    ctx.recorded.clear()
    assert expect_all(ctx, device) is first
    assert ctx.recorded == []


def test_one_kind_is_approved_and_the_others_stay(ctx, device, clock):
    first = expect_all(ctx, device)
    last = show(ctx, device, os_version="17.12", serial="FDO2")
    clock.forward(hours=1)
    second = facts.approve_snapshot(ctx, last.id, reason="upgraded", kinds=["os_version"])
    assert facts.facts_of(second) == replace(SEEN, os_version="17.12")
    assert (second.version, first.valid_until) == (2, clock())
    assert facts.versions(ctx, device.id) == (second, first)


def test_given_facts_are_kept_tidy_and_others_stay(ctx, device):
    expect_all(ctx, device)
    made = facts.expect(
        ctx, device.id, DeviceFacts(serial="FDO9", neighbours=("Gi0/2  sw2 x", "Gi0/1 sw1 y")),
        reason="planned", forget=["model"],
    )  # fmt: skip
    assert facts.facts_of(made) == replace(
        SEEN, serial="FDO9", model=None, neighbours=("Gi0/1 sw1 y", "Gi0/2 sw2 x")
    )
    assert (made.source, made.snapshot_id) == ("given", None)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (DeviceFacts(serial="a\nb"), "no fact"),
        (DeviceFacts(model=" "), "no fact"),
        (DeviceFacts(interfaces=("x" * 600,)), "no fact"),
        (DeviceFacts(packages=tuple(map(str, range(100_001)))), "too many"),
        (DeviceFacts(), "Nothing would be expected"),
    ],
    ids=["lines", "empty", "long", "many", "nothing"],
)
def test_facts_that_are_none_are_refused(ctx, device, wrong, why):
    with pytest.raises(InvalidInput, match=why):
        facts.expect(ctx, device.id, wrong, reason="x")


def test_expected_facts_need_a_reason(ctx, device):
    with pytest.raises(InvalidInput, match="reason"):
        facts.expect(ctx, device.id, SEEN, reason=" ")


def test_facts_stand_beside_a_baseline(ctx):
    bare = make_device(ctx, hostname="r7")
    with pytest.raises(NoBaseline, match="trimtab baseline approve r7"):
        facts.approve_snapshot(ctx, show(ctx, bare).id, reason="x")


def test_only_the_last_snapshot_says_what_a_device_is_now(ctx, device):
    old = facts.snapshots.last_trusted(ctx, device.id, "running")
    show(ctx, device, TEXT + "ntp server 192.0.2.1\n")
    with pytest.raises(SnapshotOutdated, match=f"Snapshot {old.id}"):
        facts.approve_snapshot(ctx, old.id, reason="x")


def test_who_may_not_approve_expects_nothing(ctx, as_holder):
    here, there = make_unit(ctx), make_unit(ctx)
    post = make_post(ctx, unit=there, permissions=["baseline.approve"], holder=make_person(ctx))
    device = make_device(ctx, site=make_site(ctx, unit=here))
    with pytest.raises(NotPermitted):
        facts.expect(as_holder(post), device.id, SEEN, reason="mine")
    with pytest.raises(NotPermitted):
        facts.versions(as_holder(post), device.id)


def test_a_check_compares_and_keeps_nothing(ctx, device):
    assert facts.check(ctx, device.id) is None
    expect_all(ctx, device)
    ctx.recorded.clear()
    assert facts.check(ctx, device.id).in_sync
    show(ctx, device, serial="FDO2")
    assert not facts.check(ctx, device.id).in_sync
    assert ctx.recorded == []


def test_a_device_that_was_never_collected_says_nothing(ctx):
    assert facts.seen_now(ctx, make_device(ctx).id) is None


def test_another_serial_number_is_a_critical_finding_of_its_own(ctx, device):
    expect_all(ctx, device)
    show(ctx, device, serial="FDO2")
    [finding] = facts.judge_devices(ctx, [device.id])
    assert (finding.kind, finding.severity, finding.verdict, finding.verdict_reason) == (
        "facts", "critical", "unexplained", "Not as expected: serial.",
    )  # fmt: skip
    assert judged(ctx, device) == [("serial FDO1", "missing"), ("serial FDO2", "extra")]
    event = ctx.get(Event, finding.event_id)
    assert (event.kind, event.title, event.severity) == (
        "facts", "r1: unexplained change of facts", "critical",
    )  # fmt: skip
    assert (finding.remediation, len(finding.refusals)) == ([], 1)


def test_what_is_expected_again_resolves_the_finding(ctx, device):
    expect_all(ctx, device)
    show(ctx, device, serial="FDO2")
    [finding] = facts.judge_devices(ctx, [device.id])
    show(ctx, device)
    assert facts.judge_devices(ctx, [device.id]) == ()
    assert finding.state == "resolved"


def test_findings_of_facts_and_of_drift_stand_beside_each_other(ctx, device):
    expect_all(ctx, device)
    show(ctx, device, TEXT + "ntp server 192.0.2.1\n", os_version="17.12")
    observation.judge_device(ctx, device.id, attribute=unexplained)
    facts.judge_devices(ctx, [device.id])
    show(ctx, device, os_version="17.12")
    observation.judge_device(ctx, device.id, attribute=unexplained)
    rows = ctx.session.query(Finding).order_by(Finding.kind)
    assert [(one.kind, one.state) for one in rows] == [("drift", "resolved"), ("facts", "open")]


def test_devices_that_are_as_expected_cost_no_finding(ctx, device):
    expect_all(ctx, device)
    ctx.recorded.clear()
    assert facts.judge_devices(ctx, [device.id, make_device(ctx).id]) == ()
    assert ctx.recorded == []


def test_a_device_whose_baseline_is_not_valid_yet_has_no_finding(ctx, clock):
    device = make_device(ctx, hostname="r8")
    later = baselines.Terms(valid_from=clock().replace(year=2030))
    baselines.approve_snapshot(ctx, show(ctx, device).id, reason="x", terms=later)
    expect_all(ctx, device)
    show(ctx, device, serial="FDO2")
    assert facts.judge_devices(ctx, [device.id]) == ()


def test_a_lost_neighbour_and_a_new_one_are_told(ctx, device):
    expect_all(ctx, device)
    relations.observed_all(ctx, [(device, [neighbour("sw9")])])
    assert judged(ctx, device) == [
        ("neighbours Gi0/1 sw1 Gi0/48", "missing"), ("neighbours Gi0/1 sw9 Gi0/48", "extra"),
    ]  # fmt: skip


def test_a_lost_interface_is_told_and_a_logical_one_is_none(ctx, device):
    expect_all(ctx, device)
    gone = TEXT.replace("Loopback0", "Loopback1").replace("interface GigabitEthernet0/2\n", "")
    show(ctx, device, gone)
    assert judged(ctx, device) == [("interfaces GigabitEthernet0/2", "missing")]


def test_packages_of_a_server_are_facts(ctx):
    server = make_device(ctx, hostname="s1", platform="linux")
    text = "[packages]\n openssl 3.0.15\n vim 9\n"
    baselines.approve_snapshot(ctx, show(ctx, server, text).id, reason="first")
    expect_all(ctx, server)
    show(ctx, server, text.replace("3.0.15", "3.0.16"))
    assert judged(ctx, server) == [
        ("packages openssl 3.0.15", "missing"), ("packages openssl 3.0.16", "extra"),
    ]  # fmt: skip


def test_a_finding_of_facts_is_not_accepted_as_a_configuration(ctx, device):
    expect_all(ctx, device)
    show(ctx, device, serial="FDO2")
    [finding] = facts.judge_devices(ctx, [device.id])
    with pytest.raises(WrongKind, match="facts of r1"):
        findings.accept_as_baseline(ctx, finding.id, reason="x")
    with pytest.raises(NothingToDo, match="facts of r1"):
        request_correction(ctx, [finding.id], Wanted(title="t", reason="r"))


def test_a_suppressed_finding_of_facts_stays_silent(ctx, device, clock):
    expect_all(ctx, device)
    show(ctx, device, serial="FDO2")
    [finding] = facts.judge_devices(ctx, [device.id])
    findings.suppress(ctx, finding.id, reason="known", until=clock().replace(year=2030))
    assert facts.judge_devices(ctx, [device.id]) == (finding,)
    assert finding.state == "suppressed"


def test_a_missing_device_is_named(ctx):
    with pytest.raises(NotFound, match="device 4711"):
        facts.expect(ctx, 4711, SEEN, reason="x")


def test_a_module_that_was_swapped_is_not_as_expected(ctx, device):
    for serial in ("FP1", "FP2"):
        told = Facts(items=(Item(name="FPC 0", part="750-1", serial=serial),))
        before = ctx.session.get(DeviceReport, device.id)
        reports.take(ctx, device, told, saved=None, before=before)
        ctx.record("test.arranged", device)
        if serial == "FP1":
            expect_all(ctx, device)
    assert judged(ctx, device) == [
        ("modules FPC 0 750-1 FP1", "missing"), ("modules FPC 0 750-1 FP2", "extra"),
    ]  # fmt: skip


def test_uptime_and_an_interface_that_went_down_are_no_finding(ctx, device):
    expect_all(ctx, device)
    told = Facts(uptime=5, interfaces=(Interface(name="GigabitEthernet0/1", up=False),))
    reports.take(ctx, device, told, saved=None, before=None)
    ctx.record("test.arranged", device)
    assert judged(ctx, device) == []
