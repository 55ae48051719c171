"""Plans made anew: what was approved before is void."""

from dataclasses import replace
from datetime import timedelta

import pytest

from changes import planning, requests, restoring, revisions
from changes.errors import InvalidVariables, NothingToDo, WrongState
from changes.plans import File
from changes.requests import Wanted, plan_of
from changes.states import State
from core.errors import InvalidInput, NotPermitted
from inventory import snapshots
from inventory.models import Device
from tests.changes.office import LINES, configuration, plain_risk


def renew(office, change, *, by="engineer"):
    with office.acting(by) as ctx:
        return revisions.renew(ctx, change.id)


def schedule(office, change, *, by="engineer", hours=(1, 2)):
    start, end = (office.clock.at + timedelta(hours=one) for one in hours)
    with office.acting(by) as ctx:
        return revisions.schedule(ctx, change.id, start=start, end=end)


def test_a_renewed_plan_starts_from_what_the_device_shows_now(office):
    change = office.requested("r1")
    office.shows("r1", description="meanwhile")
    renewed = renew(office, change)
    (target,) = plan_of(renewed).targets
    assert target.rollback == ("interface Loopback0", " description meanwhile")
    office.approve(renewed)
    assert office.state(change) == "approved"


def test_a_renewed_plan_has_another_digest_even_when_nothing_else_changed(office):
    change = office.requested("r1")
    renewed = renew(office, change)
    assert (plan_of(renewed).revision, renewed.digest == change.digest) == (2, False)


def test_a_renewal_makes_the_approvals_void_and_says_why(office):
    change = office.approved("r1")
    renew(office, change)
    assert office.state(change) == "proposed"
    assert [one.void_reason for one in office.votes(change)] == [
        "The change was planned anew from the devices."
    ]
    assert office.recorded(change)[-2:] == ["change.approvals_voided", "change.revised"]


def test_the_job_of_a_renewed_change_finds_nothing_to_run(office):
    change = office.approved("r1")
    renew(office, change)
    assert office.claimed(change) is None


def test_who_voted_before_votes_on_the_renewed_plan(office):
    change = office.approved("r1")
    office.approve(renew(office, change))
    assert office.state(change) == "approved"


def test_a_renewal_finds_out_that_there_is_nothing_left_to_do(office):
    change = office.requested("r1")
    office.shows("r1", description="by request")
    with pytest.raises(NothingToDo):
        renew(office, change)


def test_another_window_is_part_of_the_plan_and_needs_another_approval(office):
    change = office.approved("r1")
    revised = schedule(office, change)
    assert (revised.window_start, revised.window_end) == tuple(
        office.clock.at + timedelta(hours=one) for one in (1, 2)
    )
    assert plan_of(revised).window_start == revised.window_start.isoformat()
    assert office.state(change) == "proposed"


def test_a_renewal_keeps_the_window(office):
    change = schedule(office, office.requested("r1"))
    renewed = renew(office, change)
    assert (renewed.window_start, renewed.window_end) == (change.window_start, change.window_end)


def test_a_window_in_the_past_is_refused(office):
    with pytest.raises(InvalidInput):
        schedule(office, office.requested("r1"), hours=(-2, -1))


@pytest.mark.parametrize("act", [renew, schedule])
def test_who_may_not_request_revises_nothing(office, act):
    with pytest.raises(NotPermitted):
        act(office, office.requested("r1"), by="approver")


@pytest.mark.parametrize("act", [renew, schedule])
@pytest.mark.parametrize("state", [State.RUNNING, State.CANCELLED])
def test_the_plan_of_a_change_that_runs_or_is_over_stays(office, act, state):
    change = office.approved("r1")
    if state is State.RUNNING:
        office.claimed(change)
    else:
        with office.acting("engineer") as ctx:
            requests.cancel(ctx, change.id, note="")
    with pytest.raises(WrongState, match="its plan is what it is"):
        act(office, change)


MOTD = "[file /etc/motd]\n{text}\n[packages]\n bash 5.2\n"


def proposed(office, plan, **wanted):
    """A change of r1 by what `plan(ctx, device)` makes of it."""
    with office.acting("engineer") as ctx, plain_risk():
        target = plan(ctx, ctx.get(Device, office.ids["r1"]))
        return requests.propose(
            ctx, [(target, None)], Wanted(title="One", reason="asked", **wanted)
        )  # fmt: skip


def shown(office, text, *, platform="cisco_ios"):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        device.platform = platform
        stored = snapshots.store(ctx, device, source="running", doubts=(), facts={}, text=text)
        ctx.record("test.collected", device)
        return stored.snapshot.id


def only_target(change):
    (target,) = plan_of(change).targets
    return target


def test_a_restore_planned_anew_goes_back_to_the_same_version(office):
    version = shown(office, configuration("r1", description="of the version"))
    office.shows("r1", description="second")
    with office.acting("engineer") as ctx, plain_risk():
        change = restoring.request_restore(
            ctx, version, Wanted(title="Back", reason="asked"), sections=["interface *"]
        )
    shown(office, configuration("r1", description="third") + "ntp server 10.9.9.9\n")
    renewed = renew(office, change)
    target = only_target(renewed)
    assert (plan_of(renewed).playbook, target.intent) == (
        "restore_version", {"snapshot": version, "sections": ["interface *"]},
    )  # fmt: skip
    assert (target.lines, target.rollback) == (
        ("interface Loopback0", " description of the version"),
        ("interface Loopback0", " description third"),
    )


def test_a_playbook_of_its_own_variables_is_planned_anew_with_them(office):
    variables = {"trimtab_ports": [22]}
    change = proposed(
        office, lambda ctx, one: planning.by_playbook(ctx, one, variables), playbook="reachability"
    )
    before = only_target(change)
    office.shows("r1", description="meanwhile")
    target = only_target(renew(office, change))
    assert target == replace(before, pre_state=target.pre_state)
    assert target.pre_state != before.pre_state


def test_variables_that_the_playbook_does_not_take_any_more_are_refused_at_once(office):
    change = proposed(
        office, lambda ctx, one: planning.by_playbook(ctx, one, {"bird": 1}),
        playbook="reachability",
    )  # fmt: skip
    with pytest.raises(InvalidVariables, match="bird"):
        renew(office, change)


@pytest.mark.parametrize("content", ["wanted\n", "two\n\nlines\n", "", None])
def test_files_of_a_server_are_planned_anew_from_what_they_hold_now(office, content):
    files = (File(path="/etc/motd", content=content),)
    shown(office, MOTD.format(text=" first"), platform="linux")
    change = proposed(office, lambda ctx, one: planning.filed(ctx, one, files))
    assert only_target(change).rollback_files == (File(path="/etc/motd", content="first\n"),)
    shown(office, MOTD.format(text=" second"), platform="linux")
    target = only_target(renew(office, change))
    assert (target.files, target.rollback_files) == (
        files, (File(path="/etc/motd", content="second\n"),),
    )  # fmt: skip


def test_a_person_s_own_way_back_is_kept_as_long_as_it_leads_there(office):
    back = ("interface Loopback0", " no description", " description router id")
    change = proposed(
        office, lambda ctx, one: planning.typed(ctx, one, LINES, way_back=back)
    )  # fmt: skip
    assert only_target(renew(office, change)).rollback == back
    office.shows("r1", description="meanwhile")
    assert only_target(renew(office, change)).rollback == (
        "interface Loopback0", " description meanwhile",
    )  # fmt: skip


def test_the_checks_of_a_renewed_plan_look_for_what_is_known_now(office):
    route = "ip route 10.{}.0.0 255.255.0.0 10.0.0.9\n"
    shown(office, configuration("r1") + route.format(8))
    change = office.requested("r1", checks=["routes_present"])
    shown(office, configuration("r1") + route.format(9))
    plan = plan_of(renew(office, change))
    assert [list(one.variables["hosts"].values()) for one in plan.checks] == [
        [{"trimtab_routes": ["10.9.0.0/16"]}]
    ]
