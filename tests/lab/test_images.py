"""Images in the simulated network: copied, verified, booted, as devices and as they fail."""

from contextlib import suppress

import asyncssh
import pytest

from lab import hands, images
from lab.network import Fault, Lab
from tests.lab.test_simulated import until

DISK = {"cisco_ios": "flash:", "arista_eos": "flash:", "cisco_nxos": "bootflash:"}
VERIFY = {
    "cisco_ios": "verify /md5 flash:{}", "arista_eos": "verify /md5 flash:{}",
    "cisco_nxos": "show file bootflash:{} md5sum",
}  # fmt: skip
SAVE = {"cisco_ios": "write memory", "arista_eos": "write memory",
        "cisco_nxos": "copy running-config startup-config"}  # fmt: skip
BOOT = {"cisco_ios": "boot system flash:{}", "arista_eos": "boot system flash:{}",
        "cisco_nxos": "boot nxos bootflash:{}"}  # fmt: skip
YES = {"cisco_ios": "", "arista_eos": "", "cisco_nxos": "y"}


@pytest.fixture
def lab():
    with Lab(devices=2, seed=1, platforms=["cisco_nxos"]) as lab:
        for device in lab.devices:
            device.second = 0.002
        yield lab


@pytest.fixture(params=[0, 1, 2], ids=["ios", "eos", "nxos"])
def device(lab, request):
    return lab.devices[request.param]


def talk(device, *lines):
    """What a privileged session shows; a reload may end it in the middle."""
    enabling = ["enable", device.enable_secret] if device.enable_secret else []
    with suppress(asyncssh.Error, OSError):
        return hands.talk(device, [*enabling, *lines])
    return ""


def copy(device, name):
    """The copy's command, and what is typed to its questions."""
    command = f"copy http://images.lab.example/{name} {DISK[device.platform]}{name}"
    return [command, *([""] if device.platform != "arista_eos" else [])]


def following(device):
    return images.NEXT[device.platform]


def reload_into(device, name, *, seconds=5.0):
    """Set what is booted, save it, reload, and wait until the device is back."""
    typed = ["configure terminal", BOOT[device.platform].format(name), "end"]
    before = device.booted_at
    talk(device, *typed, SAVE[device.platform], "reload", YES[device.platform])
    return until(lambda: device.booted_at != before and not device.down, seconds=seconds)


def test_a_copied_image_stands_in_the_flash_with_its_size_and_its_checksum(device):
    image = following(device)
    said = talk(
        device, *copy(device, image.name), f"dir {DISK[device.platform]}",
        VERIFY[device.platform].format(image.name),
    )  # fmt: skip
    assert f"{image.size}" in said
    assert image.checksum("md5") in said
    left = 128_000_000 - image.size - images.FIRST[device.platform].size
    assert f"{left} bytes free" in said


def test_an_image_that_does_not_fit_is_refused(device):
    said = talk(device, *copy(device, images.LARGE.name))
    assert "No space left on device" in said
    assert len(device.store) == 1


def test_what_the_server_does_not_have_is_not_copied(device):
    assert "No such file or directory" in talk(device, *copy(device, "nothing.bin"))


def test_a_copy_may_come_damaged(device):
    image = following(device)
    device.faults.add(Fault.CORRUPT_COPY)
    said = talk(
        device, *copy(device, image.name), VERIFY[device.platform].format(image.name)
    )  # fmt: skip
    assert image.checksum("md5") not in said


def test_a_device_comes_back_from_its_reload_with_the_image_that_it_was_told_to_boot(device):
    image = following(device)
    talk(device, *copy(device, image.name))
    assert reload_into(device, image.name)
    said = talk(device, "show version", "show boot-config", "show boot")
    assert image.version in said
    assert image.name in said
    assert "week" not in said


def test_without_the_image_ios_boots_what_it_finds_and_others_do_not_come_back(lab):
    ios, eos, _ = lab.devices
    assert reload_into(ios, "nowhere.bin")
    assert ios.version == images.FIRST["cisco_ios"].version
    assert reload_into(eos, "nowhere.swi", seconds=0.5) is False


def test_nxos_takes_no_image_that_is_not_there(lab):
    nxos = lab.devices[2]
    said = talk(nxos, "configure terminal", "boot nxos bootflash:nowhere.bin", "end")
    assert "ERROR: bootflash:/nowhere.bin: No such file or directory" in said


def test_a_reload_asks_to_save_first_and_loses_what_is_not_saved(lab):
    ios = lab.devices[0]
    lab.apply(ios, ["ntp server 10.9.9.9"])
    said = talk(ios, "reload", "no", "never")
    assert "System configuration has been modified. Save? [yes/no]: " in said
    assert "Proceed with reload? [confirm]" in said
    assert ios.booted_at is None
    talk(ios, "reload", "no", "")
    assert until(lambda: ios.booted_at is not None)
    assert "10.9.9.9" not in ios.running()


def test_a_device_that_is_down_ends_its_sessions_and_answers_nobody(lab):
    eos = lab.devices[1]
    eos.faults.add(Fault.DEAD)
    talk(eos, "reload", "")
    assert until(lambda: eos.down)
    with pytest.raises((asyncssh.Error, OSError)):
        hands.talk(eos, ["show version"])


def test_one_that_does_not_boot_the_image_comes_back_with_its_first_one(lab):
    ios = lab.devices[0]
    image = following(ios)
    ios.faults.add(Fault.NO_BOOT)
    talk(ios, *copy(ios, image.name))
    assert reload_into(ios, image.name)
    assert ios.version == images.FIRST["cisco_ios"].version
