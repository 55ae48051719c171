"""Images as data: what devices print about them is understood, and what is typed is worked out."""

import pytest

from inventory.drivers.errors import UnsupportedPlatform
from inventory.drivers.images import Checksum, checksum_from, images_of

MD5, SHA512 = "0123456789abcdef" * 2, "0123456789abcdef" * 8
IOS_DIR = """\
Directory of flash:/

    2  -rwx    19571712  Mar 1 1993 00:12:34 +00:00  lab-ios.150-2.SE11.bin
    3  drwx         512  Mar 1 1993 00:02:01 +00:00  dc_profile_dir
    4  -rwx        1048  Nov 25 2026 10:00:00 +00:00  multiple-fs

57671680 bytes total (37093376 bytes free)
"""
EOS_DIR = """\
Directory of flash:/

       -rwx  1083012352    Jan 10 2026 12:00  lab-eos.swi
       drwx        4096    Jan 10 12:01  debug

3440762880 bytes total (1283526656 bytes free)
"""
NXOS_DIR = """\
       4096    Oct 10 20:17:30 2026  .rpmstore/
 1278803456    Oct 10 20:10:00 2026  nxos.9.3.8.bin

Usage for bootflash://sup-local
 2000000000 bytes used
 1500000000 bytes free
 3500000000 bytes total
"""


@pytest.mark.parametrize(("platform", "shown", "name", "size", "free"), [
    ("cisco_ios", IOS_DIR, "lab-ios.150-2.SE11.bin", 19_571_712, 37_093_376),
    ("cisco_xe", IOS_DIR, "lab-ios.150-2.SE11.bin", 19_571_712, 37_093_376),
    ("arista_eos", EOS_DIR, "lab-eos.swi", 1_083_012_352, 1_283_526_656),
    ("cisco_nxos", NXOS_DIR, "nxos.9.3.8.bin", 1_278_803_456, 1_500_000_000),
])  # fmt: skip
def test_a_flash_is_read_with_its_files_and_its_room(platform, shown, name, size, free):
    listing = images_of(platform).listing
    sizes = {one["name"]: int(one["size"]) for one in listing.file.finditer(shown)}
    assert (sizes[name], int(listing.free.search(shown)["value"])) == (size, free)


@pytest.mark.parametrize(("text", "found"), [
    (MD5, Checksum(algorithm="md5", value=MD5)),
    (f"MD5:{MD5.upper()}", Checksum(algorithm="md5", value=MD5)),
    (f" sha512:{SHA512} ", Checksum(algorithm="sha512", value=SHA512)),
    (f"sha512:{MD5}", None), (MD5[:-1], None), ("z" * 32, None), ("", None),
])  # fmt: skip
def test_a_checksum_is_known_by_its_length(text, found):
    assert checksum_from(text) == found


@pytest.mark.parametrize(("platform", "line", "image"), [
    ("cisco_ios", "boot system flash:old.bin", "old.bin"),
    ("cisco_ios", "boot system flash:/old.bin", "old.bin"),
    ("cisco_ios", "boot system flash bootflash:old.bin", "old.bin"),
    ("cisco_ios", "boot system switch all flash:old.bin", "old.bin"),
    ("arista_eos", "! boot system flash:/old.swi", "old.swi"),
    ("cisco_nxos", "boot nxos bootflash:/old.bin", "old.bin"),
    ("cisco_nxos", "boot nxos bootflash:/old.bin ", "old.bin"),
])  # fmt: skip
def test_what_is_booted_is_read_from_the_running_configuration(platform, line, image):
    assert images_of(platform).booted(f"hostname r1\n{line}\nntp server 10.0.0.9\n") == (image,)


def test_on_ios_the_former_image_stays_behind_the_new_one():
    ios, now = images_of("cisco_ios"), "boot system flash:a.bin\nboot system flash:b.bin\n"
    assert ios.lines("new.bin", now, former="a.bin") == (
        "no boot system flash:a.bin", "no boot system flash:b.bin",
        "boot system flash:new.bin", "boot system flash:a.bin", "boot system flash:b.bin",
    )  # fmt: skip
    assert ios.lines_back("new.bin", now, former="a.bin") == (
        "no boot system flash:new.bin", "no boot system flash:a.bin", "no boot system flash:b.bin",
        "boot system flash:a.bin", "boot system flash:b.bin",
    )  # fmt: skip


def test_where_ios_says_nothing_of_an_image_the_former_one_is_named():
    ios = images_of("cisco_ios")
    assert ios.lines("new.bin", "hostname r1\n", former="old.bin") == (
        "boot system flash:new.bin", "boot system flash:old.bin",
    )  # fmt: skip
    assert ios.lines_back("new.bin", "hostname r1\n", former="old.bin") == (
        "no boot system flash:new.bin", "no boot system flash:old.bin",
    )  # fmt: skip


def test_elsewhere_one_line_takes_the_others_place():
    nxos = images_of("cisco_nxos")
    now = "boot nxos bootflash:/old.bin\n"
    assert nxos.lines("new.bin", now, former="old.bin") == ("boot nxos bootflash:/new.bin",)
    assert nxos.lines_back("new.bin", now, former="old.bin") == ("boot nxos bootflash:/old.bin",)


def test_install_mode_is_known_from_the_table_of_switches():
    shown = (
        "Switch Ports Model              SW Version        SW Image              Mode   \n"
        "------ ----- -----              ----------        ----------            ----   \n"
        "*    1 41    LAB-9300-24T       17.03.05          CAT9K_IOSXE           INSTALL\n"
    )
    assert images_of("cisco_xe").unfit.search(shown)


@pytest.mark.parametrize("shown", [
    "\nThis command will reboot the system. (y/n)?  [n] ",
    "WARNING: This command will reboot the system\nDo you want to continue? (y/n) [n] ",
    "This command will reboot the system\nDo you want to continue? (y/n) [n] ",
])  # fmt: skip
def test_nxos_asks_in_several_ways_before_it_reloads(shown):
    assert images_of("cisco_nxos").reload.confirm.search(shown)


def test_a_chassis_with_two_supervisors_is_not_taken_for_one():
    assert images_of("cisco_nxos").booted("boot nxos bootflash:/old.bin sup-1\n") == ()


def test_a_platform_without_images_is_told_with_those_that_have_them():
    with pytest.raises(UnsupportedPlatform, match="arista_eos, cisco_ios, cisco_nxos, cisco_xe"):
        images_of("juniper_junos")
