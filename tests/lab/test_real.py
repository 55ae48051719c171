"""Real FRR routers and a real Linux server, over real SSH."""

from dataclasses import replace

import asyncssh
import pytest
from netmiko import ConnectHandler

from lab import real
from lab.real.device import RealDevice
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = pytest.mark.real


def saved(router: RealDevice) -> str:
    return router.read("/etc/frr/frr.conf")


def test_a_lab_is_two_routers_and_a_server_at_addresses_never_routed(real_lab):
    assert [(one.hostname, one.platform, one.username, one.port, one.site) for one in real_lab] == [
        ("real-router1", "frr", "netops", 22, "real"),
        ("real-router2", "frr", "netops", 22, "real"),
        ("real-server1", "linux", "root", 22, "real"),
    ]
    assert all(one.address.startswith("198.18.") for one in real_lab)


def test_the_routers_are_bgp_and_ospf_neighbours(real_lab):
    assert [real.neighbours_up(one) for one in real_lab[:2]] == [(1, 1), (1, 1)]


def test_each_router_forwards_to_the_network_and_loopback_of_the_other(real_lab):
    assert [real.routes(one) for one in real_lab[:2]] == [
        {("10.102.0.0/16", "bgp"), ("10.255.0.2/32", "ospf")},
        {("10.101.0.0/16", "bgp"), ("10.255.0.1/32", "ospf")},
    ]


def test_the_running_configuration_holds_one_hostname(real_lab):
    shown = real_lab[1].run("show running-config").splitlines()
    assert [line for line in shown if line.startswith("hostname ")] == ["hostname real-router2"]


def test_lines_typed_on_a_router_are_running_and_saved(real_lab):
    router = real_lab[0]
    said = router.type_lines(["interface lo", "description typed by hand"])
    try:
        assert "Integrated configuration saved" in said
        assert " description typed by hand" in router.run("show running-config")
        assert " description typed by hand" in saved(router)
    finally:
        router.type_lines(["interface lo", "no description"])
    assert "typed by hand" not in saved(router)


def test_a_line_that_a_router_does_not_know_is_refused(real_lab):
    assert "% Unknown command: frobnicate" in real_lab[0].type_lines(["frobnicate"])


def test_a_trainee_configures_a_router_but_cannot_save(real_lab):
    router = real_lab[0]
    said = replace(router, username="trainee").type_lines(["interface lo", "description trained"])
    try:
        assert "Permission denied" in said
        assert " description trained" in router.run("show running-config")
        assert "trained" not in saved(router)
    finally:
        router.type_lines(["interface lo", "no description"])


def test_netmiko_speaks_to_a_router_as_to_one_of_cisco(real_lab, tmp_path):
    router, key = real_lab[0], tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(router.key)
    with ConnectHandler(
        device_type="cisco_ios", host=router.address, username=router.username, use_keys=True,
        key_file=str(key), allow_agent=False,
    ) as session:  # fmt: skip
        assert session.find_prompt() == "real-router1#"
        assert session.send_command("show running-config").rstrip().endswith("end")


def test_a_server_is_itself_and_its_changes_stay_in_it(real_lab, tmp_path):
    server = real_lab[2]
    here = tmp_path / "here"
    assert server.run("hostname").strip() == "real-server1"
    server.type_lines(["echo changed >/etc/trimtab-was-here", f"echo x >{here}"])
    assert server.run("cat /etc/trimtab-was-here") == "changed\n"
    assert server.run("rm /etc/trimtab-was-here; ls /etc/trimtab-was-here; echo $?") != "0\n"
    assert not here.exists()


def test_a_server_has_nothing_of_what_its_hosts_people_keep_at_home(real_lab):
    kept = set(real_lab[2].run("ls -A /root /home").split())
    assert kept <= {"/home:", "/root:", ".ssh", ".ansible"}


def test_a_server_cannot_reach_the_kernel_of_its_host(real_lab):
    said = real_lab[2].run("echo 4 >/proc/sys/kernel/printk; mknod /tmp/disk b 254 0")
    assert "Read-only file system" in said
    assert "Operation not permitted" in said


def test_a_device_with_another_host_key_gets_no_login(real_lab):
    router, other = real_lab[0], real_lab[1]
    wrong = replace(other, host_key=router.host_key)
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        wrong.run("show version")


def test_a_device_shows_no_key_in_its_repr(real_lab):
    assert "PRIVATE" not in repr(real_lab[0])
