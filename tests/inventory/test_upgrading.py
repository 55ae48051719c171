"""Images staged and booted on devices of the lab over real SSH; and how that fails."""

import time
from dataclasses import replace

import pytest

from inventory.drivers import staging, upgrading
from inventory.drivers.images import Checksum, images_of
from inventory.drivers.staging import ImageRefused, Wanted
from inventory.drivers.upgrading import NotBack, Release, UpgradeRefused
from lab import booting, images
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to

SECONDS = 10.0
WAIT = 8.0


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.setattr(upgrading, "PAUSE", 0.2)
    with Lab(devices=2, seed=1, platforms=["cisco_nxos"]) as lab:
        for device in lab.devices:
            device.second = 0.01
        lab.apply(lab.devices[0], [f"boot system flash:{images.FIRST['cisco_ios'].name}"])
        lab.apply(lab.devices[2], [f"boot nxos bootflash:/{images.FIRST['cisco_nxos'].name}"])
        for device in lab.devices:
            device.save()
        yield lab


@pytest.fixture(params=[0, 1, 2], ids=["ios", "eos", "nxos"])
def device(lab, request):
    return lab.devices[request.param]


@pytest.fixture
def ios(lab):
    return lab.devices[0]


def wanted(device, image=None, **values):
    image = image or images.NEXT[device.platform]
    told = Wanted(
        source=f"http://images.lab.example/{image.name}", image=image.name,
        checksum=Checksum(algorithm="md5", value=image.checksum("md5")), size=image.size,
    )  # fmt: skip
    return replace(told, **values)


def stage(device, told=None):
    return staging.stage(login_to(device), told or wanted(device), seconds=SECONDS)


def release(device, **values):
    new, old = images.NEXT[device.platform], images.FIRST[device.platform]
    told = Release(
        image=new.name, version=new.version,
        checksum=Checksum(algorithm="sha512", value=new.checksum("sha512")),
        former_image=old.name, former_version=old.version, room=1_000_000,
    )  # fmt: skip
    return replace(told, **values)


def boot(device, image=None, *, wait=WAIT):
    image = image or images.NEXT[device.platform]
    known = images_of(device.platform)
    shown = device.running()
    if device.platform == "arista_eos":
        shown += f"! boot system {device.boot_setting}\n"
    lines = known.lines(image.name, shown, former=images.FIRST[device.platform].name)
    return upgrading.boot(
        login_to(device), image=image.name, version=image.version, lines=lines, wait=wait
    )


def test_an_image_is_copied_and_verified_and_a_second_time_it_is_there(device):
    before = device.running(), device.startup
    assert (stage(device), stage(device)) == (True, False)
    assert images.NEXT[device.platform] in device.store.values()
    assert (device.running(), device.startup) == before


def test_an_image_is_verified_by_sha512_too(device):
    image = images.NEXT[device.platform]
    checksum = Checksum(algorithm="sha512", value=image.checksum("sha512"))
    assert stage(device, wanted(device, checksum=checksum))


def test_a_copy_that_came_damaged_is_told_and_removed(device):
    device.faults.add(Fault.CORRUPT_COPY)
    with pytest.raises(ImageRefused, match="it was removed again"):
        stage(device)
    assert list(device.store.values()) == [images.FIRST[device.platform]]


def test_nothing_is_copied_where_there_is_no_room(device):
    with pytest.raises(ImageRefused, match=f"needs {images.LARGE.size}"):
        stage(device, wanted(device, images.LARGE))
    assert not any(entry.line.startswith("copy http") for entry in device.journal)


def test_a_device_that_finds_no_room_while_it_copies_is_told(device):
    with pytest.raises(ImageRefused, match=r"did not copy .*No space left on device"):
        stage(device, wanted(device, images.LARGE, size=1000))


def test_another_file_of_the_name_stays_unless_it_may_go(device):
    image = images.NEXT[device.platform]
    name = f"{device.boot_setting.partition(':')[0]}:/{image.name}"
    device.store[name] = replace(image, sound=False)
    with pytest.raises(ImageRefused, match="It is left as it is"):
        stage(device)
    assert device.store[name].sound is False
    assert stage(device, wanted(device, replace=True))
    assert device.store[name].sound


def test_what_is_booted_is_never_replaced(device):
    first = images.FIRST[device.platform]
    other = Checksum(algorithm="md5", value="0" * 32)
    with pytest.raises(ImageRefused, match="It is left as it is"):
        stage(device, wanted(device, first, checksum=other, replace=True))


def test_a_device_with_all_that_it_needs_is_fit(device):
    stage(device)
    assert upgrading.unfit(login_to(device), release(device), seconds=SECONDS) == ()


def test_everything_that_speaks_against_an_upgrade_is_told_at_once(lab, device):
    lab.apply(device, ["ntp server 10.9.9.9"])
    told = release(device, former_image="gone.bin", former_version="1.0", room=10**9)
    version, saved, image, former, room = upgrading.unfit(login_to(device), told, seconds=SECONDS)
    assert version.startswith(f"it runs {device.version}, not 1.0")
    assert saved == "its configuration is not saved, see 'ntp server 10.9.9.9'"
    assert image == f"{told.image} is not in its flash: stage it before"
    assert former == "gone.bin is not in its flash, so there would be no way back"
    assert room.endswith(" bytes free, 1000000000 are asked for")


def test_an_image_with_another_checksum_is_not_fit(device):
    stage(device)
    told = release(device, checksum=Checksum(algorithm="md5", value="0" * 32))
    [wrong] = upgrading.unfit(login_to(device), told, seconds=SECONDS)
    assert images.NEXT[device.platform].checksum("md5") in wrong


def test_a_device_is_booted_from_the_image_and_back_with_its_version(device):
    stage(device)
    booted = boot(device)
    new = images.NEXT[device.platform]
    assert (booted.version, device.image, device.version) == (new.version, new, new.version)
    assert device.running() == device.startup


def test_the_former_image_is_booted_again(device):
    stage(device)
    boot(device)
    boot(device, images.FIRST[device.platform])
    assert device.image == images.FIRST[device.platform]


def test_one_that_runs_the_version_already_is_not_reloaded(device):
    stage(device)
    device.image = replace(device.image, version=images.NEXT[device.platform].version)
    assert boot(device).away == 0
    assert device.booted_at is None


def test_a_device_that_boots_another_image_is_told(ios):
    stage(ios)
    ios.faults.add(Fault.NO_BOOT)
    with pytest.raises(NotBack, match=r"with 15\.2\(4\)E10, not 15\.2\(7\)E8"):
        boot(ios)


def test_a_device_that_does_not_come_back_is_told_when_the_time_is_over(ios):
    stage(ios)
    ios.faults.add(Fault.DEAD)
    with pytest.raises(NotBack, match="was not back 2 s after its reload"):
        boot(ios, wait=2.0)


def test_a_device_that_is_just_restarting_is_waited_for(lab, ios):
    stage(ios)
    lab._loop.call_soon_threadsafe(booting.go_down, ios)
    while not ios.down:
        time.sleep(0.01)
    assert boot(ios).version == images.NEXT["cisco_ios"].version


@pytest.mark.parametrize("fault", [Fault.REFUSED_SAVE, Fault.FLASH_FULL])
def test_nothing_is_reloaded_that_does_not_save_what_it_boots(ios, fault):
    stage(ios)
    ios.faults.add(fault)
    with pytest.raises(UpgradeRefused, match="refused to save"):
        boot(ios)
    assert ios.booted_at is None


def test_a_refused_line_is_told_and_nothing_is_reloaded(lab):
    nxos = lab.devices[2]
    with pytest.raises(UpgradeRefused, match="No such file or directory"):
        boot(nxos)
    assert nxos.booted_at is None


def test_lines_that_somebody_else_left_unsaved_are_not_lost(lab, ios, monkeypatch):
    stage(ios)
    monkeypatch.setattr(type(ios), "save", lambda device: _typed_behind(lab, device))
    with pytest.raises(UpgradeRefused, match="somebody works on it"):
        boot(ios)
    assert (ios.booted_at, "10.9.9.9" in ios.running()) == (None, True)


def _typed_behind(lab, device):
    """Right after the save another session types a line."""
    device.startup = device.running()
    lab.apply(device, ["ntp server 10.9.9.9"])
