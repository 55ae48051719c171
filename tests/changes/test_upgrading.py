"""Upgrades as changes: what their plans say, what is refused, and how they end in the lab."""

import pytest

from changes import approvals, execution, oversight, revisions, upgrading, verification
from changes.errors import InvalidVariables, NoSafeCommands, NothingToDo, PreStateChanged
from changes.models import ChangeRequest
from changes.plans import Release
from changes.pre_state import require_current
from changes.requests import Wanted, plan_of
from changes.states import State
from changes.upgrading import Staging, Upgrade
from changes.verification import Runs, Seen
from core.errors import InvalidInput
from inventory import snapshots
from inventory.drivers.errors import UnsupportedPlatform
from inventory.models import Device
from lab import images
from lab.network import Fault, Lab
from tests.changes.floor import at_line
from tests.changes.office import configuration, plain_risk

MD5 = "0123456789abcdef" * 2
WANTED = Wanted(title="Upgrade", reason="asked", checks=())
NEW = Upgrade(image="new.bin", version="15.2(7)E8", checksum=MD5, former="old.bin")


@pytest.fixture
def ios(office):
    """A device that runs 15.2(4)E10; what it shows says nothing of images."""
    runs(office, "r1", "15.2(4)E10")
    return "r1"


def runs(office, hostname, version, *, platform="cisco_ios"):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids[hostname])
        device.os_version, device.platform = version, platform
        ctx.record("test.arranged", device)


def boots(office, hostname, *lines):
    """The device shows these lines too."""
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids[hostname])
        text = configuration(device.hostname) + "".join(f"{line}\n" for line in lines)
        snapshots.store(ctx, device, source="running", doubts=(), facts={}, text=text)
        ctx.record("test.collected", device)


def asked(office, upgrade, *hostnames):
    with office.acting("engineer") as ctx, plain_risk():
        ids = [office.ids[one] for one in hostnames]
        return upgrading.request_upgrade(ctx, ids, upgrade, WANTED)


def test_a_plan_says_what_is_booted_there_and_back_and_with_which_versions(office, ios):
    boots(office, ios, "boot system flash:old.bin")
    plan = plan_of(asked(office, NEW, ios))
    [target] = plan.targets
    assert (plan.playbook, plan.way_back, target.guard) == ("upgrade", "former_image", None)
    assert target.lines == (
        "no boot system flash:old.bin", "boot system flash:new.bin", "boot system flash:old.bin",
    )  # fmt: skip
    assert target.declared == (((), "boot system flash:new.bin", "missing"),)
    assert target.release == Release(
        image="new.bin", version="15.2(7)E8", checksum=f"md5:{MD5}", former_image="old.bin",
        former_version="15.2(4)E10", room=1_000_000, wait=900,
    )  # fmt: skip


def test_a_reload_makes_a_change_a_risky_one(office, ios):
    boots(office, ios, "boot system flash:old.bin")
    with office.acting("engineer") as ctx:
        change = upgrading.request_upgrade(ctx, [office.ids[ios]], NEW, WANTED)
    risk = plan_of(change).risk
    points = {one.code: one.points for one in risk.reasons}
    assert (points["reload"], points["revert"], points["playbook.high"]) == (40, 20, 15)
    assert (risk.level, risk.window_required, "lockout.unseen" in points) == ("high", True, False)


def test_an_image_that_is_only_put_there_is_no_risk(office, ios):
    staging = Staging(
        source="https://images.example/new.bin", image="new.bin", checksum=MD5, size=9
    )
    with office.acting("engineer") as ctx:
        change = upgrading.request_staging(ctx, [office.ids[ios]], staging, WANTED)
    plan = plan_of(change)
    assert {"revert", "lockout.unseen", "reload"}.isdisjoint(one.code for one in plan.risk.reasons)
    assert (plan.playbook, plan.targets[0].lines, plan.targets[0].declared) == (
        "stage_image",
        (),
        (),
    )


@pytest.mark.parametrize("source", [
    "file:///etc/passwd", "http://user:secret@images.example/new.bin", "scp://images.example/new.bin",
    "http://images.example/new.bin?token=x", "http://images.example/a b",
])  # fmt: skip
def test_an_address_with_a_login_or_of_another_kind_is_refused(office, ios, source):
    staging = Staging(source=source, image="new.bin", checksum=MD5, size=9)
    with office.acting("engineer") as ctx, pytest.raises(InvalidVariables, match="source"):
        upgrading.request_staging(ctx, [office.ids[ios]], staging, WANTED)


@pytest.mark.parametrize(("change", "error", "what"), [
    ({"version": "15.2(4)E10"}, NothingToDo, "runs 15.2.4.E10 already"),
    ({"former": ""}, NoSafeCommands, "--former"),
    ({"former": "new.bin"}, InvalidInput, "another name"),
    ({"checksum": "1234"}, InvalidInput, "no checksum"),
    ({"checksum": ""}, InvalidInput, "by its checksum"),
    ({"image": "../new.bin"}, InvalidVariables, "image"),
    ({"wait": 0}, InvalidVariables, "wait"),
])  # fmt: skip
def test_what_cannot_be_meant_or_has_no_way_back_is_refused(office, ios, change, error, what):
    told = Upgrade(**{
        "image": "new.bin", "version": "15.2(7)E8", "checksum": MD5, "former": "old.bin", **change,
    })  # fmt: skip
    with pytest.raises(error, match=what):
        asked(office, told, ios)


def test_one_image_is_not_for_two_platforms(office, ios):
    runs(office, "r2", "4.30.1F", platform="arista_eos")
    with pytest.raises(InvalidInput, match="Request them apart"):
        asked(office, NEW, ios, "r2")


def test_a_platform_without_images_is_refused(office):
    runs(office, "r3", "21.4", platform="juniper_junos")
    with pytest.raises(UnsupportedPlatform):
        asked(office, NEW, "r3")


def test_an_upgrade_is_planned_anew_from_the_version_that_runs_now(office, ios):
    change = asked(office, NEW, ios)
    runs(office, ios, "15.2(5)E")
    with office.acting("engineer") as ctx:
        again = revisions.renew(ctx, change.id)
    assert plan_of(again).targets[0].release.former_version == "15.2(5)E"


def test_a_device_that_was_upgraded_since_is_not_upgraded_by_the_old_plan(office, ios):
    change = asked(office, NEW, ios)
    office.approve(change)
    with office.acting() as ctx:
        require_current(ctx, plan_of(change))
    runs(office, ios, "15.2(5)E")
    with office.acting() as ctx, pytest.raises(PreStateChanged, match=r"runs 15\.2\(5\)E"):
        require_current(ctx, plan_of(change))


@pytest.mark.parametrize(("shown", "which", "standing"), [
    ("declared", "new", "intended"), ("declared", "former", "in_between"),
    ("declared", "other", "in_between"), ("nothing", "former", "pre_state"),
    ("nothing", "new", "in_between"), ("nothing", "other", "in_between"),
])  # fmt: skip
def test_both_the_lines_and_the_version_say_in_which_state_a_device_is(
    office, ios, shown, which, standing
):
    boots(office, ios, "boot system flash:old.bin")
    [target] = plan_of(asked(office, NEW, ios)).targets
    marks = frozenset(target.declared if shown == "declared" else ())
    seen = Seen(marks=marks, runs=Runs(which=which, words="runs 15.2(5)E"))
    found, words = verification.standing(target, seen)
    assert (found, "runs 15.2(5)E" in words) == (standing, True)


@pytest.mark.parametrize(("version", "lines", "which"), [
    ("15.2(4)E10", ["boot system flash:old.bin"], "former"),
    ("15.2(7)E8", ["boot system flash:new.bin", "boot system flash:old.bin"], "new"),
    ("15.2(7)E8", ["boot system flash:old.bin", "boot system flash:new.bin"], "other"),
    ("15.2(4)E10", ["boot system flash:new.bin", "boot system flash:old.bin"], "other"),
    ("15.2(5)E", ["boot system flash:old.bin"], "other"),
])  # fmt: skip
def test_what_a_device_runs_is_its_version_and_what_it_says_that_it_boots(
    office, ios, version, lines, which
):
    boots(office, ios, "boot system flash:old.bin")
    [target] = plan_of(asked(office, NEW, ios)).targets
    runs(office, ios, version)
    boots(office, ios, *lines)
    with office.acting() as ctx:
        found = verification._runs(ctx, target, snapshots.latest(ctx, target.device_id))
    assert (found.which, found.words) == (
        which, f"runs {version}, and boots {lines[0].partition(':')[2]}",
    )  # fmt: skip


@pytest.fixture
def network():
    with Lab(devices=2, seed=1) as lab:
        lab.apply(lab.devices[0], [f"boot system flash:{images.FIRST['cisco_ios'].name}"])
        for device in lab.devices:
            device.second = 0.02
            device.save()
        yield lab


def carried_out(house, device, request):
    """The state in which a requested change ends; approved by another person."""
    with house.acting(house.engineer) as ctx, plain_risk():
        change = request(ctx, [house.ids[device.hostname]])
    return approved(house, change)


def approved(house, change):
    with house.acting(house.approver) as ctx:
        approvals.approve(ctx, change.id, digest=change.digest, note="right")
    state = execution.execute(house.runtime, change.id, worker="w1")
    with house.acting(execution.EXECUTOR) as ctx:
        row = ctx.get(ChangeRequest, change.id)
        assert [one.hostname for one in row.targets]  # loaded while the session is there
        return state, row


def upgrade_to(device, **values):
    new = images.NEXT[device.platform]
    told = Upgrade(**{
        "image": new.name, "version": new.version, "checksum": new.checksum("md5"), "wait": 20,
        **values,
    })  # fmt: skip
    return lambda ctx, ids: upgrading.request_upgrade(ctx, ids, told, WANTED)


def stage(device):
    new = images.NEXT[device.platform]
    told = Staging(
        source=f"http://images.lab.example/{new.name}", image=new.name, size=new.size,
        checksum=new.checksum("sha512"), wait=20,
    )  # fmt: skip
    return lambda ctx, ids: upgrading.request_staging(ctx, ids, told, WANTED)


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_a_device_is_staged_upgraded_and_taken_back_by_a_later_request(house, index):
    device = house.lab.devices[index]
    new, old = images.NEXT[device.platform], images.FIRST[device.platform]
    state, row = carried_out(house, device, stage(device))
    assert state is State.SUCCEEDED, row.outcome
    state, row = carried_out(house, device, upgrade_to(device))
    assert (state, device.image) == (State.SUCCEEDED, new), row.outcome
    with house.acting(house.engineer) as ctx, plain_risk():
        undoing = oversight.request_rollback(ctx, row.id, reason="it drops packets")
    state, row = approved(house, undoing)
    assert (state, device.image) == (State.SUCCEEDED, old), row.outcome


@pytest.mark.slow
def test_a_device_that_boots_its_former_image_is_rolled_back_and_says_so(house):
    device = house.lab.devices[0]
    new = images.NEXT["cisco_ios"]
    device.store[f"flash:/{new.name}"] = new
    device.faults.add(Fault.NO_BOOT)
    before = device.running()
    state, row = carried_out(house, device, upgrade_to(device))
    assert (state, device.running(), device.startup) == (State.ROLLED_BACK, before, before)
    assert "came back after" in row.outcome
    with house.acting(house.auditor) as ctx:
        told = [one.detail for one in oversight.verifications(ctx, row.id)]
    assert told[-1].startswith("exactly as declared and runs 15.2(4)E10, and boots ")


@pytest.mark.slow
def test_a_device_that_does_not_come_back_is_interrupted_and_not_lost(house):
    device = house.lab.devices[1]
    new = images.NEXT["arista_eos"]
    device.store[f"flash:/{new.name}"] = new
    device.faults.add(Fault.DEAD)
    state, row = carried_out(house, device, upgrade_to(device, wait=2))
    assert (state, row.targets[0].state) == (State.INTERRUPTED, "interrupted")
    assert "was not back 2 s after its reload" in row.outcome


@pytest.mark.slow
def test_a_person_who_stops_it_while_a_device_restarts_gets_the_former_image_back(house):
    device = house.lab.devices[0]
    new, old = images.NEXT["cisco_ios"], images.FIRST["cisco_ios"]
    device.store[f"flash:/{new.name}"] = new
    before = device.running()
    with house.acting(house.engineer) as ctx, plain_risk():
        change = upgrade_to(device)(ctx, [house.ids[device.hostname]])

    def stop():
        with house.acting(house.engineer) as ctx:
            oversight.stop(ctx, change.id, note="alarm")

    device.second = 0.06  # it is away long enough to be stopped meanwhile
    house.runtime.settings = house.runtime.settings.model_copy(update={"lease_seconds": 5})
    at_line(device, "reload", stop)
    state, row = approved(house, change)
    assert (state, device.image, device.startup) == (State.ROLLED_BACK, old, before), row.outcome
