"""Back to a version of the past, and secrets replaced: planned, run on the lab, never shown."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from changes import approvals, oversight, preview, restoring, revisions
from changes.errors import NothingToDo, SecretInPlan
from changes.models import ChangeRequest
from changes.requests import Wanted, plan_of
from changes.states import State
from core.audit import AuditRecord
from core.errors import InvalidInput
from core.secrets import SecretUnavailable, write_secret
from inventory import snapshots
from inventory.snapshot_models import Snapshot
from tests.changes.conftest import ALL
from tests.changes.floor import typed_since

pytestmark = pytest.mark.slow

WANTED = Wanted(title="Back", reason="asked")
NEW, NEWER = "n3w-Secr3t!", "n3wer-Secr3t!"
COMMUNITY = ["snmp-server community {secret} RO"]


@pytest.fixture
def ios(floor):
    """The first IOS device, back afterwards as it was before."""
    device = floor.devices[0]
    before = device.running()
    yield device
    device.replace(before, username="test")
    floor.house.observe(device.hostname)


def latest(floor, device):
    with floor.house.acting(ALL) as ctx:
        return snapshots.latest(ctx, floor.house.ids[device.hostname]).id


def restored(floor, snapshot, **more):
    with floor.house.acting(floor.house.engineer) as ctx:
        return restoring.request_restore(ctx, snapshot, WANTED, **more)


def rotated(floor, device, *, lines=COMMUNITY, reference="db:new"):
    with floor.house.acting(floor.house.engineer) as ctx:
        ids = floor.house.ids
        return restoring.request_rotation(
            ctx, {ids[device.hostname]: lines}, WANTED, reference=reference
        )


def shown_community(floor, device):
    """The line with the community's mark, as the device's configuration is shown."""
    with floor.house.acting(ALL) as ctx:
        text = snapshots.text_of(
            ctx, snapshots.latest(ctx, floor.house.ids[device.hostname]).digest
        )
    return next(one for one in text.splitlines() if one.startswith("snmp-server community"))


def kept(floor, value, name="new"):
    with floor.house.acting(ALL) as ctx:
        write_secret(ctx, name, value)


def run(floor, change):
    for person in (floor.house.approver,):
        with floor.house.acting(person) as ctx:
            approvals.approve(ctx, change.id, digest=change.digest, note="right")
    return floor.execute(change)


def changed(floor, device, *lines):
    """Somebody changes the device by hand, and it is collected."""
    device.replace(device.running() + "".join(f"{line}\n" for line in lines), username="test")
    floor.house.observe(device.hostname)


def test_a_device_goes_back_to_a_version_whole(floor, ios):
    floor.house.observe(ios.hostname)
    before, text = latest(floor, ios), ios.running()
    changed(floor, ios, "ntp server 10.9.9.9")
    change = restored(floor, before)
    plan = plan_of(change)
    assert (plan.playbook, plan.targets[0].lines) == (
        "restore_version",
        ("no ntp server 10.9.9.9",),
    )
    assert run(floor, change) is State.SUCCEEDED
    assert ios.running() == text


def test_only_the_sections_that_are_asked_for_go_back(floor, ios):
    floor.house.observe(ios.hostname)
    before = latest(floor, ios)
    changed(floor, ios, "ntp server 10.9.9.9", "logging host 10.9.9.9")
    change = restored(floor, before, sections=["logging"])
    assert plan_of(change).targets[0].lines == ("no logging host 10.9.9.9",)


def test_the_version_that_it_shows_is_nothing_to_do(floor, ios):
    floor.house.observe(ios.hostname)
    with pytest.raises(NothingToDo):
        restored(floor, latest(floor, ios))


def test_a_secret_is_replaced_and_neither_plan_nor_log_nor_audit_shows_it(floor, ios):
    floor.house.observe(ios.hostname)
    kept(floor, NEW)
    change = rotated(floor, ios, lines=[f"no {shown_community(floor, ios)}", *COMMUNITY])
    assert run(floor, change) is State.SUCCEEDED, floor.now(change).outcome
    assert f"snmp-server community {NEW} RO" in ios.running()
    assert "lab-reader" not in ios.running()
    assert NEW not in said(floor, change)


def test_a_rotation_is_previewed_without_its_secret(floor, ios):
    floor.house.observe(ios.hostname)
    kept(floor, NEW)
    change = rotated(floor, ios)
    with floor.house.acting(floor.house.engineer) as ctx:
        [shown] = preview.preview(ctx, change.id)
    assert (shown.problem, shown.how, NEW in shown.diff) == ("", "computed", False)
    assert "+ snmp-server community <secret:" in shown.diff


def test_a_rotation_is_taken_back_later_by_the_former_secret_and_never_shows_it(floor, ios):
    floor.house.observe(ios.hostname)
    before = ios.running()
    kept(floor, NEW)
    change = rotated(floor, ios, lines=[f"no {shown_community(floor, ios)}", *COMMUNITY])
    assert run(floor, change) is State.SUCCEEDED, floor.now(change).outcome
    with floor.house.acting(floor.house.engineer) as ctx:
        back = oversight.request_rollback(ctx, change.id, reason="the poller was forgotten")
    assert run(floor, back) is State.SUCCEEDED, floor.now(back).outcome
    assert sorted(ios.running().splitlines()) == sorted(before.splitlines())
    assert not any(one in said(floor, back) for one in (NEW, "lab-reader"))


def said(floor, change):
    """Everything that the platform keeps of a change."""
    with floor.house.acting(ALL) as ctx:
        row = ctx.get(ChangeRequest, change.id)
        records = ctx.session.scalars(select(AuditRecord.facts)).all()
        shown = [
            snapshots.text_of(ctx, one) for one in ctx.session.scalars(select(Snapshot.digest))
        ]
    log = [f"{one.text} {one.task}" for one in floor.log(change)]
    return "\n".join([str(row.plan), str(records), row.outcome, *log, *shown])


def test_a_version_with_another_secret_is_restored_with_it(floor, ios):
    floor.house.observe(ios.hostname)
    before, text = latest(floor, ios), ios.running()
    ios.replace(text.replace("lab-reader", NEWER), username="test")
    floor.house.observe(ios.hostname)
    change = restored(floor, before)
    assert all(
        "lab-reader" not in line and NEWER not in line
        for line in (*plan_of(change).targets[0].lines, *plan_of(change).targets[0].rollback)
    )
    assert run(floor, change) is State.SUCCEEDED, floor.now(change).outcome
    assert sorted(ios.running().splitlines()) == sorted(text.splitlines())


def renewed(floor, change):
    with floor.house.acting(floor.house.engineer) as ctx:
        return revisions.renew(ctx, change.id)


def test_a_restore_with_a_secret_is_planned_anew_from_what_the_device_shows(floor, ios):
    floor.house.observe(ios.hostname)
    before, text = latest(floor, ios), ios.running()
    ios.replace(text.replace("lab-reader", NEWER), username="test")
    floor.house.observe(ios.hostname)
    change = restored(floor, before)
    changed(floor, ios, "ntp server 10.9.9.9")
    again = renewed(floor, change)
    assert "no ntp server 10.9.9.9" in plan_of(again).targets[0].lines
    assert run(floor, again) is State.SUCCEEDED, floor.now(change).outcome
    assert sorted(ios.running().splitlines()) == sorted(text.splitlines())


def test_a_rotation_is_planned_anew_with_what_the_reference_holds_now(floor, ios):
    floor.house.observe(ios.hostname)
    kept(floor, NEW)
    change = rotated(floor, ios)
    kept(floor, NEWER)
    changed(floor, ios, "ntp server 10.9.9.9")
    again = renewed(floor, change)
    (was,), (now,) = (plan_of(one).targets for one in (change, again))
    assert (now.pre_state != was.pre_state, now.lines != was.lines) == (True, True)
    assert run(floor, again) is State.SUCCEEDED, floor.now(change).outcome
    assert f"snmp-server community {NEWER} RO" in ios.running()
    assert NEWER not in said(floor, change)


def test_a_secret_that_changed_since_the_plan_is_not_typed(floor, ios):
    floor.house.observe(ios.hostname)
    kept(floor, NEW)
    change = rotated(floor, ios)
    kept(floor, NEWER)
    mark = len(ios.journal)
    with suppress(SecretUnavailable):
        run(floor, change)
    assert typed_since(ios, mark) == []
    assert NEWER not in ios.running()


@pytest.mark.parametrize(("lines", "reference", "error", "what"), [
    (["snmp-server location {secret}"], "db:new", SecretInPlan, "to everybody"),
    (["username admin secret {secret}"], "db:new", SecretInPlan, "locked out"),
    (["enable secret {secret}"], "db:new", SecretInPlan, "locked out"),
    (["snmp-server location here"], "db:new", InvalidInput, "Write {secret}"),
    (["no snmp-server community lab-reader RO", *COMMUNITY], "db:new", SecretInPlan, "in clear"),
    (COMMUNITY, "env:HOME", InvalidInput, "the machine where Trimtab runs"),
    (COMMUNITY, "file:/etc/passwd", InvalidInput, "the machine where Trimtab runs"),
    (COMMUNITY, "db:nowhere", SecretUnavailable, "no secret nowhere"),
    (COMMUNITY, "db:odd", InvalidInput, "without spaces"),
])  # fmt: skip
def test_a_rotation_that_would_show_a_secret_or_lock_out_is_refused(
    floor, ios, lines, reference, error, what
):
    floor.house.observe(ios.hostname)
    kept(floor, NEW)
    kept(floor, "a b\nc", name="odd")
    with pytest.raises(error, match=what):
        rotated(floor, ios, lines=lines, reference=reference)
