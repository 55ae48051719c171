"""A device is retired when its last change was carried out and nothing refers to it any more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from changes.calendar.models import Freeze
from changes.causes import texts_planned_from
from changes.errors import NothingToDo, StillThere, WrongState
from changes.lifecycle import decommission
from changes.maintenance.models import MaintenancePlan
from changes.requests import plan_of
from core.audit import AuditRecord
from core.errors import NotPermitted
from core.secrets import Secret, write_secret
from drift import baselines
from inventory import snapshots
from inventory.models import Credential, Relation, Site
from operations.events import raise_event
from operations.models import Event
from operations.schedules import create_schedule
from tests.changes.lifecycle.conftest import SHUT


def add(life, row):
    with life.office.acting("arranger") as ctx:
        ctx.add(row)
        ctx.record("test.arranged", row)
        return row


def without_login(life, hostname="r1"):
    """What remains, but for the login that every device of the office has for itself."""
    return [one for one in life.remains(hostname) if one[0] != "credential"]


def test_the_last_change_is_requested_with_its_lines(life):
    change = life.decommission()
    assert (change.kind, change.title) == (
        "decommission", f"Decommission {life.device().hostname}",
    )  # fmt: skip


def test_the_plan_of_a_last_change_says_who_may_still_be_up(life):
    plan = plan_of(life.decommission(neighbours=("sw1", "10.0.0.2")))
    assert (plan.playbook, plan.targets[0].variables) == (
        "decommission",
        {"trimtab_identity": {"hostname": life.device().hostname},
         "trimtab_neighbours": ["sw1", "10.0.0.2"]},
    )  # fmt: skip


def test_a_decommission_without_lines_says_what_they_would_be(life):
    with pytest.raises(NothingToDo, match=r"take .* out of service"):
        life.decommission(lines=())


def test_an_open_change_remains(life):
    change = life.office.requested("r1")
    assert without_login(life) == [("change", f"{change.label} (proposed)")]


def test_a_neighbour_that_sees_it_remains(life):
    other = life.device("r2")
    add(life, Relation(
        device_id=other.id, kind="lldp", interface="Gi0/1", peer_interface="Gi0/2",
        peer_name=life.device().hostname.upper(), seen_at=life.office.clock(),
    ))  # fmt: skip
    assert without_login(life) == [("relation", f"{other.hostname} sees it at Gi0/1 (lldp)")]


@pytest.mark.parametrize(
    ("words", "found"),
    [("link to {name}", True), ("link to {name}0", False), ("{address}", True), ("x", False)],
)
def test_a_configuration_that_names_it_remains(life, words, found):
    device, other = life.device(), life.device("r2")
    address = f"10.77.{device.id // 250}.{device.id % 250}"
    life.put("r1", address=address)
    told = words.format(name=device.hostname, address=address)
    life.office.shows("r2", description=told)
    line = f"{other.hostname} line 4: interface Loopback0 / description {told}"
    assert without_login(life) == ([("configuration", line)] if found else [])


def test_its_group_remains(life):
    life.put("r1", redundancy_group="core")
    assert without_login(life) == [("group", "redundancy group core")]


def test_a_site_reached_through_it_remains(life):
    device = life.device()
    with life.office.acting("arranger") as ctx:
        ctx.get(Site, device.site_id).jump = device.hostname
        ctx.record("test.arranged", device)
    assert without_login(life) == [("jump host", f"jump host of the site {device.site.code}")]


def test_a_device_reached_through_it_remains(life):
    life.put("r2", options={"jump": life.device().hostname})
    [found] = without_login(life)
    assert found == ("jump host", f"jump host of {life.device('r2').hostname}")


@pytest.mark.parametrize("how", ["device_ids", "hostnames"])
def test_a_schedule_that_names_it_remains(life, how):
    device = life.device()
    named = {"device_ids": [device.id], "hostnames": [device.hostname]}[how]
    with life.office.acting("arranger") as ctx:
        name = f"nightly {device.hostname} {how}"
        create_schedule(ctx, name=name, job="drift.scan", trigger="every 1d", args={how: named})
    assert without_login(life) == [("schedule", f"schedule {name}")]


def test_a_maintenance_plan_that_names_it_remains(life):
    device = life.device()
    plan = add(life, MaintenancePlan(
        name=f"unsaved {device.hostname}", kind="unsaved", unit_id=device.governing_unit_id,
        device_ids=[device.id], options={}, created_at=life.office.clock(),
        created_by_id=life.office.people["engineer"].person_id,
    ))  # fmt: skip
    assert without_login(life) == [("maintenance plan", f"maintenance plan {plan.name}")]


def test_a_freeze_that_names_it_remains_until_it_is_over(life):
    now = life.office.clock()
    freeze = add(life, Freeze(
        name=f"freeze {life.device().hostname}", device_ids=[life.office.ids["r1"]],
        starts=now.replace(tzinfo=None).isoformat(), zone="UTC", lasting_seconds=3600,
        also=[], but=[], kinds=[], created_at=now, over_at=now + timedelta(hours=1),
    ))  # fmt: skip
    during = without_login(life)
    life.office.clock.forward(hours=1)
    assert (during, without_login(life)) == ([("freeze", f"freeze {freeze.name}")], [])


def test_an_event_remains(life):
    with life.office.acting("arranger") as ctx:
        event = raise_event(
            ctx, fingerprint=f"odd:{life.office.ids['r1']}", kind="odd", title="Odd", detail="",
            severity="minor", device_id=life.office.ids["r1"],
        )  # fmt: skip
    assert without_login(life) == [("event", f"event {event.id}: Odd")]


def test_a_login_of_its_own_remains(life):
    with life.office.acting("arranger") as ctx:
        name = ctx.get(Credential, life.device().credential_id).name
    assert life.remains() == [("credential", f"login {name}, which no other device uses")]


def test_a_login_that_others_use_does_not_remain(life):
    life.put("r1", credential_id=life.device("r2").credential_id)
    assert life.remains() == []


def test_its_baseline_remains_until_it_is_let_go(life):
    with life.office.acting("arranger") as ctx:
        shown = snapshots.latest(ctx, life.office.ids["r1"])
        baselines.approve_snapshot(ctx, shown.id, reason="first")
    life.out_of_service()
    before = without_login(life)
    life.let_go()
    assert (before, without_login(life)) == ([("baseline", "baseline 1")], [])


def test_what_it_told_of_its_neighbours_is_let_go(life):
    add(life, Relation(
        device_id=life.office.ids["r1"], kind="cdp", interface="Gi0/1", peer_interface="Gi0/2",
        peer_name="elsewhere", seen_at=life.office.clock(),
    ))  # fmt: skip
    life.put("r1", redundancy_group="core")
    life.out_of_service()
    life.let_go()
    assert without_login(life) == []


def test_nothing_is_let_go_of_a_device_in_service(life):
    with pytest.raises(WrongState, match="no decommission"):
        life.let_go()


def test_a_login_is_ended_with_its_secret(life):
    life.out_of_service()
    with life.office.acting("arranger") as ctx:
        login = ctx.get(Credential, life.device().credential_id)
        name = f"of-{login.name}"
        login.password_ref = write_secret(ctx, name, "not told")
        ctx.record("test.arranged", login)
    life.end_login()
    with life.office.acting("arranger") as ctx:
        left = ctx.session.scalar(select(Secret).where(Secret.name == name))
    assert (left, life.remains()) == (None, [])


def test_a_login_is_not_ended_by_who_may_not_change_logins(life):
    life.out_of_service()
    with pytest.raises(NotPermitted, match=r"credential\.write"):
        life.end_login(by="engineer")


def test_a_device_with_references_is_not_retired_and_they_are_named(life):
    life.put("r1", redundancy_group="core")
    life.out_of_service()
    life.end_login()
    with pytest.raises(StillThere, match="these refer to it still: redundancy group core") as no:
        life.finish()
    assert no.value.facts == {"remains": "redundancy group core"}
    assert life.device().state == "active"


def test_a_device_without_references_is_retired(life):
    life.out_of_service()
    life.end_login()
    assert life.finish().state == "retired"


def test_a_device_whose_last_change_was_not_carried_out_is_not_retired(life):
    life.decommission()
    with pytest.raises(WrongState, match="no decommission"):
        life.finish()


def test_a_retirement_names_the_copy_of_the_last_configuration(life):
    change = life.decommission()
    life.succeed(change)
    life.let_go()
    life.end_login()
    life.finish()
    with life.office.acting("arranger") as ctx:
        rows = select(AuditRecord.facts).where(
            AuditRecord.action == "device.decommissioned",
            AuditRecord.subject_id == str(life.office.ids["r1"]),
        )
        told = ctx.session.scalars(rows).all()
        kept = texts_planned_from(ctx)
    [target] = plan_of(change).targets
    assert told == [{"change": change.id, "last_copy": [target.pre_state]}]
    assert bytes.fromhex(target.pre_state) in kept


def test_the_sweep_retires_what_nothing_refers_to(life):
    life.out_of_service()
    life.end_login()
    life.settle(decommission)
    assert life.device().state == "retired"


def test_the_sweep_tells_once_what_remains_and_closes_that_in_the_end(life):
    life.out_of_service()
    for _ in range(2):
        life.settle(decommission)
    mark = f"decommission_waits:{life.office.ids['r1']}"

    def events():
        with life.office.acting("arranger") as ctx:
            rows = select(Event.state, Event.count).where(Event.fingerprint == mark)
            return [tuple(row) for row in ctx.session.execute(rows)]

    before = events()
    life.end_login()
    life.settle(decommission)
    assert (before, events()) == ([("open", 1)], [("closed", 1)])


def test_who_may_not_read_a_device_is_not_told_what_remains(life):
    life.office.dismiss("auditor")
    with pytest.raises(NotPermitted):
        life.remains(by="auditor")


def test_the_lines_of_a_last_change_are_typed_like_any_other(life):
    assert [one.device_id for one in life.decommission(lines=SHUT).targets] == [
        life.office.ids["r1"]
    ]
