"""Upgrades as changes: what their plans say, what is refused, and how they end in the lab."""

import pytest

from changes import revisions, upgrading, verification
from changes.errors import InvalidVariables, NoSafeCommands, NothingToDo, PreStateChanged
from changes.plans import Release
from changes.pre_state import require_current
from changes.requests import Wanted, plan_of
from changes.upgrading import Staging, Upgrade
from changes.verification import Runs, Seen
from core.errors import InvalidInput
from inventory import snapshots
from inventory.drivers.errors import UnsupportedPlatform
from inventory.models import Device
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
