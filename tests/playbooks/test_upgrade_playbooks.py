"""Staging and upgrading through Ansible, on simulated devices."""

import pytest

from inventory.drivers.images import images_of
from lab import images
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to
from tests.playbooks.running import play

pytestmark = pytest.mark.slow


@pytest.fixture
def lab():
    with Lab(devices=2, seed=3, platforms=["cisco_nxos"]) as lab:
        lab.apply(lab.devices[2], [f"boot nxos bootflash:/{images.FIRST['cisco_nxos'].name}"])
        for device in lab.devices:
            device.second = 0.02
            device.save()
        yield lab


def staged(tmp_path, device, mode="run", **image):
    """The platform's next image onto the device; what is said of it."""
    new = images.NEXT[device.platform]
    told = {
        "source": f"http://images.lab.example/{new.name}", "image": new.name, "size": new.size,
        "checksum": f"md5:{new.checksum('md5')}", **image,
    }  # fmt: skip
    result, heard = play(
        tmp_path, "stage_image", [login_to(device)], mode=mode, trimtab_image=told, trimtab_wait=20
    )
    return result.status, heard[-1]


def moved(tmp_path, name, device, mode="run", **release):
    """One of the playbooks that boot; what is said of the device."""
    new, old = images.NEXT[device.platform], images.FIRST[device.platform]
    told = {
        "image": new.name, "version": new.version, "checksum": f"md5:{new.checksum('md5')}",
        "former_image": old.name, "former_version": old.version, "room": 0, "wait": 20, **release,
    }  # fmt: skip
    known, running = images_of(device.platform), device.running()
    way = known.lines if name == "upgrade" else known.lines_back
    result, heard = play(
        tmp_path, name, [login_to(device)], mode=mode, trimtab_release=told,
        trimtab_lines=list(way(new.name, "" if name != "upgrade" else running, former=old.name)),
    )  # fmt: skip
    return result.status, heard[-1]


def test_a_device_is_staged_upgraded_and_brought_back(lab, tmp_path):
    device = lab.devices[2]
    new, old = images.NEXT[device.platform], images.FIRST[device.platform]
    status, told = staged(tmp_path, device)
    assert (status, told.text) == ("successful", "copied, md5 as it should be")
    status, told = moved(tmp_path, "upgrade", device)
    assert status == "successful", told.text
    assert told.text.startswith(f"runs {new.version} after ")
    assert device.image == new
    status, told = moved(tmp_path, "former_image", device)
    assert status == "successful", told.text
    assert device.image == old


def test_check_mode_tells_what_would_come_and_touches_nothing(lab, tmp_path):
    device = lab.devices[0]
    new = images.NEXT["cisco_ios"]
    status, told = staged(tmp_path, device, mode="check")
    assert (status, told.diffs[0].prepared) == (
        "successful", f"+ {new.name}, {new.size} bytes, from http://images.lab.example/{new.name}",
    )  # fmt: skip
    device.store[f"flash:/{new.name}"] = new
    assert staged(tmp_path, device, mode="check")[1].text == "is there already"
    before = device.running(), device.startup
    status, told = moved(tmp_path, "upgrade", device, mode="check")
    assert (status, told.diffs[0].prepared.splitlines()[-1]) == (
        "successful", f"+ reload into {new.version}",
    )  # fmt: skip
    assert (device.running(), device.startup, device.booted_at) == (*before, None)


def test_a_device_that_is_not_fit_is_not_touched(lab, tmp_path):
    device = lab.devices[0]
    before = device.running()
    status, told = moved(tmp_path, "upgrade", device)
    assert (status, told.text) == (
        "failed", f"{images.NEXT['cisco_ios'].name} is not in its flash: stage it before",
    )  # fmt: skip
    assert (device.running(), device.booted_at) == (before, None)


def test_a_damaged_copy_fails_with_both_checksums(lab, tmp_path):
    device = lab.devices[1]
    device.faults.add(Fault.CORRUPT_COPY)
    status, told = staged(tmp_path, device)
    assert status == "failed"
    assert images.NEXT["arista_eos"].checksum("md5") in told.text
