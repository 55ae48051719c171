"""The Linux driver against this machine's shell over SSH, and its text."""

import asyncssh
import pytest

from inventory.drivers import linux_script
from inventory.drivers.errors import (
    AuthenticationRefused,
    DeviceTimeout,
    DeviceUnreachable,
    HostKeyChanged,
    UnsupportedPlatform,
)
from inventory.drivers.linux import LinuxDriver
from inventory.drivers.linux_script import Shown
from inventory.drivers.login import Login
from tests.inventory.linux_server import PASSWORD, LinuxServer


@pytest.fixture
def server():
    with LinuxServer() as server:
        yield server


def login(server: LinuxServer, **values: object) -> Login:
    return Login(
        **{
            "hostname": "server", "address": "127.0.0.1", "port": server.port, "username": "root",
            "platform": "linux", "driver": "linux", "password": PASSWORD, "timeout": 20.0,
            **values,
        }
    )  # fmt: skip


def sections(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("[")]


def test_declared_files_stand_first_in_the_order_given(server, tmp_path):
    (tmp_path / "b.conf").write_text("two\n\n  lines\n")
    (tmp_path / "a.conf").write_text("one")
    files = [str(tmp_path / "b.conf"), str(tmp_path / "a.conf"), str(tmp_path / "absent")]
    collection = LinuxDriver().collect(login(server, options={"files": files}))
    assert collection.running.startswith(
        f"[file {files[0]}]\n two\n \n   lines\n[file {files[1]}]\n one\n[packages]\n"
    )
    assert sections(collection.running)[2:] == [
        "[packages]", "[services]", "[sysctl]", "[users]", "[listening]",
    ]  # fmt: skip
    assert (collection.startup, collection.doubts) == (None, ())


def test_the_servers_own_state_is_read(server):
    collection = LinuxDriver().collect(login(server))
    assert " root uid=0 gid=0 home=/root" in collection.running
    assert f" tcp 127.0.0.1:{server.port}\n" in collection.running
    assert " kernel.randomize_va_space = " in collection.running
    assert collection.hostname
    assert collection.facts.os_version
    assert collection.host_key.algorithm == "ssh-ed25519"


def test_a_file_name_is_no_shell_code(server, tmp_path):
    name = str(tmp_path / "x'; touch $(pwd)/hacked; '")
    collection = LinuxDriver().collect(login(server, options={"files": [name]}))
    assert sections(collection.running)[0] == "[packages]"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_declared_as_a_file_is_doubted(server, tmp_path):
    collection = LinuxDriver().collect(login(server, options={"files": [str(tmp_path)]}))
    assert collection.doubts == (f"{tmp_path} cannot be read with this login",)


def test_an_answer_cut_off_is_doubted():
    with LinuxServer(cut_at=2000) as server:
        collection = LinuxDriver().collect(login(server))
    assert collection.doubts == ("the answer ended before its end mark",)


def test_a_banner_before_the_answer_is_ignored():
    with LinuxServer(before="Authorised users only.\n") as server:
        collection = LinuxDriver().collect(login(server))
    assert collection.running.startswith("[packages]\n")


def test_no_password_is_sent_to_a_changed_key(server):
    pinned = LinuxDriver().collect(login(server)).host_key
    with LinuxServer(key=asyncssh.generate_private_key("ssh-ed25519")) as other:
        with pytest.raises(HostKeyChanged, match="nothing was sent to it"):
            LinuxDriver().collect(login(other, host_key=pinned))
        assert other.passwords == []


def test_a_key_of_another_kind_is_a_changed_key(server):
    pinned = LinuxDriver().collect(login(server)).host_key
    with LinuxServer(key=asyncssh.generate_private_key("ecdsa-sha2-nistp256")) as other:
        with pytest.raises(HostKeyChanged):
            LinuxDriver().collect(login(other, host_key=pinned))
        assert other.passwords == []


def test_a_wrong_password_is_refused(server):
    with pytest.raises(AuthenticationRefused, match="refused the login of root"):
        LinuxDriver().collect(login(server, password="wrong"))


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_a_private_key_signs_in_without_a_password(kind):
    key = asyncssh.generate_private_key(kind)
    with LinuxServer(client_key=key) as server:
        text = key.export_private_key("openssh").decode()
        collection = LinuxDriver().collect(login(server, password=None, key=text))
    assert collection.doubts == ()
    assert server.passwords == []


def test_a_private_key_that_is_none_is_refused_before_the_login(server):
    with pytest.raises(AuthenticationRefused, match="no unencrypted Ed25519, ECDSA or RSA key"):
        LinuxDriver().collect(login(server, key="not a key"))
    assert server.passwords == []


def test_a_silent_server_is_a_timeout():
    with LinuxServer(silent=True) as server, pytest.raises(DeviceTimeout):
        LinuxDriver().collect(login(server, timeout=0.5))


def test_no_server_is_unreachable(server):
    pinned = LinuxDriver().collect(login(server)).host_key
    with pytest.raises(DeviceUnreachable):
        LinuxDriver().collect(login(server, port=1, host_key=pinned))


def test_a_wrong_option_is_named(server):
    with pytest.raises(UnsupportedPlatform, match='option "files" of server is no list'):
        LinuxDriver().collect(login(server, options={"files": "/etc/hosts"}))


def test_the_text_of_a_small_server_is_exactly_this():
    shown = Shown(
        sections={
            "file /etc/motd": "hello\n",
            "packages": "zlib 1\nbash 5\n",
            "services": "ssh enabled\n",
            "sysctl": "net.ipv4.ip_forward = 0\n",
            "passwd": "www:x:33:33:w:/var/www:/bin/false\nroot:x:0:0:r:/root:/bin/sh\nbroken\n",
            "group": "sudo:x:27:ann,bob\nusers:x:100:ann\nadm:x:4:\n",
            "socket tcp": "  sl local\n 0: 0100007F:0016 00000000:0000 0A\n"
            " 1: 0100007F:8000 0100007F:0016 01\n",
            "socket tcp6": "  sl local\n 0: 00000000000000000000000000000000:0050 "
            "00000000000000000000000000000000:0000 0A\n",
            "socket udp": "  sl local\n 0: 00000000:0044 00000000:0000 07\n",
        }
    )
    assert linux_script.normalised(shown, files=["/etc/motd", "/etc/absent"]) == (
        "[file /etc/motd]\n hello\n"
        "[packages]\n bash 5\n zlib 1\n"
        "[services]\n ssh enabled\n"
        "[sysctl]\n net.ipv4.ip_forward = 0\n"
        "[users]\n root uid=0 gid=0 home=/root shell=/bin/sh\n"
        " www uid=33 gid=33 home=/var/www shell=/bin/false\n"
        " group sudo members=ann,bob\n"
        "[listening]\n tcp 127.0.0.1:22\n tcp [::]:80\n udp 0.0.0.0:68\n"
    )
