"""Noise in changes: what moves by itself is neither corrected nor held against a change."""

import pytest

from changes import requests, revisions
from changes.attribution import attribute
from changes.errors import NothingToDo, StaleDigest
from changes.models import ChangeRequest
from changes.plans import File, digest_of
from changes.playbooks import FOLDER
from changes.pre_state import same_state
from changes.readiness import still_allowed
from changes.requests import Wanted, plan_of
from drift import baselines
from drift.findings import list_findings
from drift.noise import decisions
from drift.noise.masks import Mask
from drift.noise.models import NoiseMask
from drift.observation import judge_device
from inventory import snapshots
from inventory.models import Device
from tests.drift.noise_rows import activate, approver, make_mask, written_by_hand
from tests.drift.rows import make_snapshot

PATTERN = r"ntp\ clock\-period\ \d+"
PERIOD = Mask(path=(), pattern=PATTERN)
TEXT = "hostname r1\n!\ninterface Loopback0\n description {}\n!\nntp clock-period {}\n"


def becomes(office, platform):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        device.platform = platform
        ctx.record("test.arranged", device)


@pytest.fixture(autouse=True)
def eos(office):
    """r1 is of a platform whose file leaves out no such line by itself."""
    becomes(office, "arista_eos")


def shows(office, period, description="router id", *, text=TEXT):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        return make_snapshot(ctx, device, text.format(description, period)).id


@pytest.fixture
def mask(office):
    """A mask of r1's moving line, approved by two persons."""
    shows(office, 1)
    with office.acting("arranger") as ctx:
        row = make_mask(ctx, ctx.get(Device, office.ids["r1"]))
        return activate(ctx, row).id


def withdraw(office, mask):
    with office.acting("arranger") as ctx:
        row = ctx.get(NoiseMask, mask)
        decisions.withdraw(approver(ctx, row.unit), mask, reason="no noise after all")


def drifted(office, *, text=TEXT):
    """r1 moved and was changed; the finding of it."""
    first = shows(office, 1, text=text)
    with office.acting("arranger") as ctx:
        baselines.approve_snapshot(ctx, first, reason="first")
    shows(office, 2, "changed by somebody", text=text)
    with office.acting("arranger") as ctx:
        judge_device(ctx, office.ids["r1"], attribute=attribute)
        return next(one.id for one in list_findings(ctx) if one.device_id == office.ids["r1"])


def correction(office, finding):
    with office.acting("engineer") as ctx:
        wanted = Wanted(title="Correct", reason="drift")
        change = requests.request_correction(ctx, [finding], wanted)
        office.changes.append(change.id)
        return change


def target_of(change):
    [target] = plan_of(change).targets
    return target


BACK = ("interface Loopback0", "   description router id")
DECLARED = {
    (("interface Loopback0",), "description changed by somebody", "extra"),
    (("interface Loopback0",), "description router id", "missing"),
}


@pytest.mark.usefixtures("mask")
def test_a_correction_leaves_the_moving_line_alone_and_says_so(office):
    target = target_of(correction(office, drifted(office)))
    assert (target.lines, set(target.declared), target.masks) == (BACK, DECLARED, (PERIOD,))


def test_without_a_mask_a_correction_writes_the_moving_line_too(office):
    target = target_of(correction(office, drifted(office)))
    assert "ntp clock-period 1" in target.lines
    assert target.masks == ()


@pytest.mark.usefixtures("mask")
def test_what_only_moved_is_nothing_to_correct(office):
    finding = drifted(office)
    shows(office, 3)
    with pytest.raises(NothingToDo, match="in sync already"):
        correction(office, finding)


def test_a_server_keeps_the_moving_line_in_the_file_that_is_put_back(office):
    text = "[file /etc/motd]\n welcome {}\n counter {}\n"
    becomes(office, "linux")
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        activate(ctx, make_mask(ctx, device, path=("[file /etc/motd]",), pattern=r"counter\ \d+"))
    target = target_of(correction(office, drifted(office, text=text)))
    assert (target.files, target.rollback_files) == (
        (File(path="/etc/motd", content="welcome router id\ncounter 2\n"),),
        (File(path="/etc/motd", content="welcome changed by somebody\ncounter 2\n"),),
    )


@pytest.mark.usefixtures("mask")
def test_the_digest_covers_the_masks(office):
    change = office.requested("r1")
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        assert row.plan["targets"][0]["masks"] == [{"path": [], "pattern": PATTERN}]
        target = {**row.plan["targets"][0], "masks": []}
        row.plan = {**row.plan, "targets": [target]}
        ctx.record("test.forged", row)
        assert digest_of(plan_of(row)) != change.digest


def test_a_plan_without_masks_is_kept_and_digested_without_a_word_of_them(office):
    assert "masks" not in office.requested("r1").plan["targets"][0]


def same(office, change):
    with office.acting("arranger") as ctx:
        shown = snapshots.latest(ctx, office.ids["r1"])
        return same_state(ctx, target_of(change), shown)


@pytest.mark.usefixtures("mask")
def test_a_line_that_moved_is_the_state_that_was_planned_from(office):
    change = office.requested("r1")
    shows(office, 2)
    assert same(office, change)
    shows(office, 2, "meanwhile")
    assert not same(office, change)


def test_a_mask_that_begins_to_hold_changes_no_plan_made_before(office):
    shows(office, 1)
    change = office.requested("r1")
    with office.acting("arranger") as ctx:
        activate(ctx, make_mask(ctx, ctx.get(Device, office.ids["r1"])))
    shows(office, 2)
    assert (same(office, change), target_of(office.now(change)).masks) == (False, ())
    with office.acting("engineer") as ctx:
        renewed = revisions.renew(ctx, change.id)
    assert (same(office, renewed), target_of(renewed).masks) == (True, (PERIOD,))


def test_a_plan_whose_mask_was_withdrawn_is_not_approved(office, mask):
    change = office.requested("r1")
    withdraw(office, mask)
    with pytest.raises(StaleDigest, match=r"does not hold any more .*clock.*Renew the plan"):
        office.approve(change)


def test_an_approved_plan_whose_mask_was_withdrawn_does_not_run(office, mask):
    change = office.approved("r1")
    withdraw(office, mask)
    with office.acting() as ctx, pytest.raises(StaleDigest, match="does not hold any more"):
        still_allowed(ctx, change.id, shelf=FOLDER)


@pytest.mark.usefixtures("mask")
def test_a_line_that_the_change_itself_declares_is_not_masked(office):
    change = office.requested("r1", lines=["ntp clock-period 7"])
    assert target_of(change).masks == ()


def test_a_mask_of_security_that_was_written_by_hand_hides_nothing_from_a_plan(office):
    text = TEXT + "username eve privilege {}\n"
    pattern = r"username\ eve\ privilege\ \d+"
    with office.acting("arranger") as ctx:
        written_by_hand(ctx, ctx.get(Device, office.ids["r1"]), pattern)
    shows(office, 1, text=text.replace("privilege {}", "privilege 1"))
    change = office.requested("r1")
    shows(office, 1, text=text.replace("privilege {}", "privilege 15"))
    assert (len(target_of(change).masks), same(office, change)) == (1, False)
