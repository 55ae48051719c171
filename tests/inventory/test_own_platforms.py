"""A platform that nobody of us knows is collected by its operator's data alone."""

import pytest

from inventory import platforms
from inventory.drivers.netmiko_cli import NetmikoDriver
from inventory.drivers.protocol import Facts, Interface
from inventory.platforms import PlatformBroken, platform_of
from tests.inventory.conftest import login_to

ACME = r"""
netmiko: generic_termserver
commands: {running: show running-config, version: show version, interfaces: show interfaces}
prepare: [terminal length 0]
end: '^end$'
hostname: '^hostname (?P<hostname>\S+)'
facts:
  os_version: 'Version (?P<value>[^,]+)'
interfaces:
  head: '^(?P<name>Loop\S+) is (?:(?P<up>up)|\w+)'
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIMTAB_PLATFORMS_FOLDER", str(tmp_path))
    platforms.forget()
    yield tmp_path
    platforms.forget()


def test_an_own_platform_is_collected(folder, lab):
    (folder / "acme_os.yaml").write_text(ACME)
    found = NetmikoDriver().collect(login_to(lab.devices[2], platform="acme_os"))
    assert (found.hostname, found.running.endswith("end\n")) == (lab.devices[2].hostname, True)
    assert found.facts == Facts(
        os_version="15.2(4)E10", interfaces=(Interface(name="Loopback0", up=True),)
    )


def test_an_own_platform_needs_no_more_than_netmikos_name_and_a_command(folder, lab):
    (folder / "acme_os.yaml").write_text("netmiko: cisco_ios\ncommands: {running: show run}\n")
    found = NetmikoDriver().collect(login_to(lab.devices[2], platform="acme_os"))
    assert found.running.endswith("\nend")
    assert platform_of("acme_os").secrets == platform_of("cisco_asa").secrets


def test_an_own_file_goes_before_one_of_ours(folder):
    (folder / "frr.yaml").write_text("netmiko: cisco_ios\ncommands: {running: show mine}\n")
    assert platform_of("frr").commands.running == "show mine"


@pytest.mark.parametrize(
    "text",
    ["[", "just words", "commands: {running: x}", "netmiko: x\ncommands: {runing: x}",
     "netmiko: x\ncommands: {running: x}\nend: '['", "netmiko: x\ncommands: 7"],
)  # fmt: skip
def test_a_broken_file_is_named(folder, text):
    (folder / "acme_os.yaml").write_text(text)
    with pytest.raises(PlatformBroken, match="acme_os"):
        platform_of("acme_os")
