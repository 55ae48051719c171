"""Since when each line stands there, and by which change."""

import pytest

from changes.causes import causes, texts_planned_from
from changes.following import EFFECT
from changes.models import (
    Approval,
    ChangeRequest,
    ChangeRun,
    ChangeTarget,
    VerificationResult,
)
from core.errors import InvalidInput, NotFound
from drift.models import Baseline
from inventory.store.blame import Since, Version, blamed, sections
from inventory.store.causes import Cause
from inventory.store.fast_import import Person
from inventory.store.history import blame
from inventory.store.repack import take_out
from tests.conftest import NOON
from tests.factories import make_device, make_person
from tests.inventory.store_rows import SOME, config, show


def test_each_line_is_as_old_as_the_version_it_came_with():
    found = blamed(
        Version(3, ["a", "b", "c"]), [Version(2, ["a", "c"]), Version(1, ["c"])]
    )  # fmt: skip
    assert found == (
        Since(2, at_latest=False),
        Since(3, at_latest=False),
        Since(1, at_latest=False),
    )


def test_a_line_that_went_and_came_back_is_as_old_as_its_return():
    found = blamed(Version(3, ["a"]), [Version(2, []), Version(1, ["a"])])
    assert found == (Since(3, at_latest=False),)


def test_a_version_whose_text_is_gone_makes_at_latest_of_since():
    found = blamed(Version(3, ["a", "b"]), [Version(2, None), Version(1, ["a"])])
    assert found == (Since(1, at_latest=False), Since(3, at_latest=True))


def test_a_line_whose_oldest_versions_are_gone_stands_there_at_latest_since():
    found = blamed(Version(2, ["a"]), [Version(1, None)])
    assert found == (Since(2, at_latest=True),)


def test_versions_older_than_the_oldest_line_are_not_asked_for():
    def older():
        yield Version(1, ["x"])
        raise AssertionError

    assert blamed(Version(2, ["a"]), older()) == (Since(2, at_latest=False),)


def test_the_sections_above_a_line_are_those_indented_less():
    lines = ["router bgp 1", " vrf A", "  neighbor 1", "!", " after", "line vty 0"]
    assert sections(lines) == (
        (), ("router bgp 1",), ("router bgp 1", "vrf A"), (), (), (),
    )  # fmt: skip


@pytest.fixture
def device(ctx):
    return make_device(ctx)


def test_a_line_is_told_with_the_time_and_the_section(ctx, device, clock):
    first = show(ctx, device, config())
    clock.forward(days=1)
    second = show(ctx, device, config("line vty 0 4", " transport input ssh"))
    assert first.first_seen_at == NOON
    [told] = blame(ctx, device.id, line="transport input ssh")
    assert (told.number, told.text, told.section) == (62, " transport input ssh", ("line vty 0 4",))
    assert (told.snapshot_id, told.since, told.cause) == (second.id, clock.at, None)


def test_a_section_is_told_with_all_its_lines(ctx, device):
    show(ctx, device, config())
    told = blame(ctx, device.id, section="interface Gi0/7")
    assert [one.text for one in told] == ["interface Gi0/7", " description port 7"]


def test_what_stands_nowhere_is_said(ctx, device):
    show(ctx, device, config())
    with pytest.raises(InvalidInput, match="No line"):
        blame(ctx, device.id, line="nowhere")


def test_a_device_that_was_never_collected_has_no_history(ctx, device):
    with pytest.raises(NotFound, match="never collected"):
        blame(ctx, device.id)


def test_the_history_needs_the_permission_to_read_snapshots(ctx, device):
    show(ctx, device, config())
    blame(ctx, device.id)
    assert ("snapshot.read", device.governing_unit_id) in ctx.authority.asked


def test_a_removed_version_in_between_is_told(ctx, device):
    show(ctx, device, config())
    gone = show(ctx, device, config("a"))
    show(ctx, device, config("a", "b"))
    take_out(ctx, {gone.digest}, reason="test")
    [told] = blame(ctx, device.id, line="a")
    assert told.at_latest


def change(ctx, device, *, pre_state=""):
    asker, approver = make_person(ctx, name="Ann"), make_person(ctx, name="Bo")
    approver.email = "bo@example.org"
    made = ctx.add(
        ChangeRequest(
            kind="normal", title="NTP", reason="x", state="succeeded", digest="d",
            plan={"targets": [{"device_id": device.id, "pre_state": pre_state}]},
            requested_by_id=asker.id, requested_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.add(ChangeTarget(change_id=made.id, device_id=device.id))
    ctx.add(
        Approval(
            change_id=made.id, person_id=approver.id, decision="approved", digest="d",
            decided_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record("test.arranged", SOME)
    return made


def run(ctx, made, device, shown):
    row = ctx.add(
        ChangeRun(change_id=made.id, worker="w", claimed_at=ctx.now(), lease_until=ctx.now())
    )
    ctx.add(
        VerificationResult(
            run_id=row.id, device_id=device.id, snapshot_id=shown.id, as_declared=True, surplus=[],
            missing=[], verified_at=ctx.now(),
        )
    )  # fmt: skip


def test_a_line_that_a_run_brought_is_told_with_the_change_and_its_persons(ctx, device):
    show(ctx, device, config())
    made = change(ctx, device)
    shown = show(ctx, device, config("ntp server 10.0.0.1"))
    run(ctx, made, device, shown)
    [told] = blame(ctx, device.id, line="ntp server 10.0.0.1", causes=causes)
    assert told.cause == Cause(
        change_id=made.id, title="NTP", requested_by=Person("Ann", ""),
        approved_by=(Person("Bo", "bo@example.org"),),
    )  # fmt: skip


def test_what_stood_there_before_a_run_is_not_its_effect(ctx, device, clock):
    shown = show(ctx, device, config("ntp server 10.0.0.1"))
    clock.forward(minutes=1)
    run(ctx, change(ctx, device), device, shown)
    assert causes(ctx, [shown.id]) == {}


def test_what_a_change_by_hand_led_to_is_its_effect(ctx, device):
    shown, made = show(ctx, device, config()), change(ctx, device)
    ctx.add(
        Baseline(
            device_id=device.id, version=1, digest=shown.digest, source="snapshot",
            snapshot_id=shown.id, reason=f"{EFFECT}{made.id}", valid_from=ctx.now(),
        )
    )  # fmt: skip
    assert causes(ctx, [shown.id])[shown.id].change_id == made.id


def test_the_texts_that_changes_were_planned_from_are_known(ctx, device):
    shown = show(ctx, device, config())
    change(ctx, device, pre_state=shown.digest.hex())
    assert texts_planned_from(ctx) == {shown.digest}
