"""What a lab of real devices consists of, where one is possible, and its slot."""

import os
import shutil
import subprocess
import sys

import pytest

from lab.real import plans, possible
from lab.real.plans import Link, Machine
from lab.real.slots import Slot, taken


def planned(**values):
    return plans.machines(
        **{"slot": 3, "routers": 3, "servers": 1, "public_key": "ssh-ed25519 AAAA", **values}
    )


def test_a_server_has_an_address_of_its_labs_own_network():
    assert planned()[3] == Machine(
        hostname="real-server1", platform="linux", address="198.18.3.14",
        host_side="198.18.3.13/30", username="root",
        environment={
            "NAME": "real-server1", "ADDRESS": "198.18.3.14/30", "ROLE": "server",
            "LOGIN": "root", "LOGIN_KEY": "ssh-ed25519 AAAA",
        },
    )  # fmt: skip


def test_routers_are_neighbours_in_a_row():
    assert [one.environment["LINKS"] for one in planned()[:3]] == [
        "eth2,10.254.0.1/30,10.254.0.2,65002",
        "eth1,10.254.0.2/30,10.254.0.1,65001 eth2,10.254.0.5/30,10.254.0.6,65003",
        "eth1,10.254.0.6/30,10.254.0.5,65002",
    ]
    assert plans.links(routers=3) == (
        Link(first=0, first_interface="eth2", second=1, second_interface="eth1"),
        Link(first=1, first_interface="eth2", second=2, second_interface="eth1"),
    )


def test_each_router_announces_a_network_of_its_own():
    told = [one.environment for one in planned()[:2]]
    assert [(one["ASN"], one["LOOPBACK"], one["NETWORK"]) for one in told] == [
        ("65001", "10.255.0.1", "10.101.0.0/16"),
        ("65002", "10.255.0.2", "10.102.0.0/16"),
    ]


@pytest.mark.parametrize(("routers", "servers"), [(-1, 1), (1, -1), (60, 4)])
def test_a_lab_too_large_or_less_than_empty_is_refused(routers, servers):
    with pytest.raises(ValueError, match="0 to 63 machines"):
        planned(routers=routers, servers=servers)


def test_labs_at_the_same_time_have_different_slots_and_free_them(tmp_path):
    with taken(tmp_path) as first, taken(tmp_path) as second:
        assert (first, second) == (
            Slot(number=0, folder=tmp_path / "0"), Slot(number=1, folder=tmp_path / "1"),
        )  # fmt: skip
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == []
    with taken(tmp_path) as again:
        assert again.number == 0


def test_folders_of_labs_that_run_no_more_are_swept_and_others_stay(tmp_path):
    with taken(tmp_path) as running:
        (tmp_path / "7").mkdir()
        (tmp_path / "7" / "host_key").write_text("left by a killed lab")
        (tmp_path / "notes").mkdir()
        with taken(tmp_path):
            found = sorted(one.name for one in tmp_path.iterdir() if one.is_dir())
    assert found == ["0", "1", "notes"]
    assert running.number == 0


def test_more_labs_than_fit_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(plans, "slots", lambda: 1)
    with taken(tmp_path), pytest.raises(RuntimeError, match="1 labs run already"):
        taken(tmp_path).__enter__()


@pytest.fixture
def linux_root(monkeypatch):
    """A machine where everything is there and allowed."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name, path: f"{path}/{name}")
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "", "")
    )


@pytest.mark.usefixtures("linux_root")
class TestAvailable:
    def test_nothing_speaks_against_it(self):
        assert possible.available() is None

    def test_another_system(self, monkeypatch):
        monkeypatch.setattr(sys, "platform", "darwin")
        assert possible.available() == (
            "Real devices need network namespaces, which only Linux has."
        )

    def test_another_user(self, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert possible.available() == (
            "Real devices need root for network namespaces, and once as root: apt-get install "
            "--no-install-recommends frr frr-pythontools openssh-server iproute2."
        )

    def test_missing_packages(self, monkeypatch):
        monkeypatch.setattr(
            shutil, "which", lambda name, path: None if name in {"sshd", "ip"} else path
        )
        assert possible.available() == (
            "Real devices need sshd (openssh-server), ip: apt-get install "
            "--no-install-recommends frr frr-pythontools openssh-server iproute2."
        )

    @pytest.mark.parametrize(
        ("said", "reason"),
        [("x\nunshare: Operation not permitted\n", "unshare: Operation not permitted"),
         ("", "no reason given")],
    )  # fmt: skip
    def test_forbidden(self, monkeypatch, said, reason):
        monkeypatch.setattr(
            subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", said)
        )
        assert possible.available() == (
            f"Real devices need namespaces and overlays, which this machine forbids ({reason})."
        )
