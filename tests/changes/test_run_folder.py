"""A run's private folder: nobody else reads it, nothing of it stays, no secret leaves it."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from changes import run_folder
from changes.run_folder import Host, environment, furnish, private_folder
from inventory.drivers.login import Login, PublicKey

HOLD = """
import sys, time
from pathlib import Path
from changes.run_folder import private_folder
with private_folder(Path(sys.argv[1])) as place:
    (place / "logins.json").write_text("hunter2")
    print(place, flush=True)
    time.sleep(60)
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def router(**more):
    values = {"password": "hunter2", "enable": "hunter3", **more}
    return Login(
        hostname="r1", address="127.0.0.2", platform="cisco_ios", username="admin", **values
    )


def server(**more):
    values = {"password": "hunter2", "host_key": PublicKey(algorithm="ssh-ed25519",
                                                           public_key="AAAA"), **more}  # fmt: skip
    return Login(
        hostname="s1", address="127.0.0.3", platform="linux", username="admin", **values
    )  # fmt: skip


def furnished(place, *logins, variables=None):
    hosts = [Host(login=login, variables=variables or {}) for login in logins]
    told = json.loads(furnish(place, hosts).read_text())["all"]["hosts"]
    return {name: plain(values) for name, values in told.items()}


def plain(value):
    """Ansible's marks for texts that are no templates, taken away; any bare text is an error."""
    assert not isinstance(value, str), f"{value!r} would be evaluated as a template"
    if isinstance(value, dict):
        marked = value.get("__ansible_unsafe")
        return marked if marked is not None else {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def test_the_folder_is_its_owners_alone_and_gone_in_the_end(tmp_path):
    runs = tmp_path / "home" / "runs"
    with private_folder(runs) as place:
        assert (mode(runs), mode(place), place.parent) == (0o700, 0o700, runs)
    assert list(runs.iterdir()) == []


def test_the_folder_is_gone_when_the_run_breaks(tmp_path):
    def broken_run():
        with private_folder(tmp_path) as place:
            (place / "logins.json").write_text("hunter2")
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        broken_run()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def other_worker(tmp_path):
    """Another process that holds a folder; returns it and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(run_folder.ROOT)},
    )  # fmt: skip
    with process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_the_folder_of_a_living_worker_is_left_alone(tmp_path, other_worker):
    _, place = other_worker
    with private_folder(tmp_path), private_folder(tmp_path):
        assert (place / "logins.json").exists()


def test_the_folder_of_a_killed_worker_goes_at_the_next_run(tmp_path, other_worker):
    process, place = other_worker
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (place / "logins.json").exists()
    with private_folder(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_every_file_of_a_run_is_readable_by_its_owner_only(tmp_path):
    furnished(tmp_path, router(), server(key="-----BEGIN KEY-----"))
    assert {file.name: mode(file) for file in tmp_path.rglob("*") if file.is_file()} == {
        "logins.json": 0o600, "hosts.json": 0o600, "s1.key": 0o600, "s1.known": 0o600,
        "known_hosts": 0o600,
    }  # fmt: skip
    assert mode(tmp_path / "inventory") == 0o700


def test_a_routers_secrets_are_in_the_sealed_file_only(tmp_path):
    told = furnished(tmp_path, router())
    assert told == {
        "r1": {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "ansible_host": "127.0.0.2",
            "ansible_port": 22,
            "ansible_user": "admin",
            "ansible_network_os": "cisco.ios.ios",
        }
    }
    assert "hunter" not in (tmp_path / "inventory" / "hosts.json").read_text()


def test_a_server_is_reached_with_its_pinned_key_and_no_other(tmp_path):
    told = furnished(tmp_path, server(port=2222))["s1"]
    assert (told["ansible_host"], told["ansible_port"]) == ("127.0.0.3", 2222)
    arguments = told["ansible_ssh_common_args"]
    assert "StrictHostKeyChecking=yes" in arguments
    assert f"UserKnownHostsFile={tmp_path / 's1.known'}" in arguments
    assert (tmp_path / "s1.known").read_text() == "[127.0.0.3]:2222 ssh-ed25519 AAAA\n"


def test_a_server_without_a_pinned_key_is_trusted_by_nobody(tmp_path):
    furnished(tmp_path, server(host_key=None))
    assert (tmp_path / "s1.known").read_text() == ""


def test_a_servers_private_key_is_a_file_and_no_argument(tmp_path):
    told = furnished(tmp_path, server(key="-----BEGIN KEY-----\n", password=None))["s1"]
    assert told["ansible_ssh_private_key_file"] == str(tmp_path / "s1.key")
    assert "ansible_password" not in told
    assert (tmp_path / "s1.key").read_text() == "-----BEGIN KEY-----\n"


def test_what_devices_showed_is_never_a_template(tmp_path):
    variables = {"trimtab_lines": ["description {{ lookup('pipe', 'id') }}"],
                 "trimtab_files": [{"path": "/etc/motd", "content": None}]}  # fmt: skip
    told = furnished(tmp_path, router(), variables=variables)["r1"]
    assert {name: told[name] for name in variables} == variables


def test_a_playbooks_variable_cannot_say_how_a_host_is_reached(tmp_path):
    told = furnished(tmp_path, router(), variables={"ansible_connection": "ssh"})
    assert told["r1"]["ansible_connection"] == "local"


def test_ansible_gets_no_secret_of_this_process_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("NETOPS_PASSWORD", "hunter2")
    monkeypatch.setenv("TRIMTAB_DATABASE_URL", "postgresql://trimtab:hunter2@db/trimtab")
    monkeypatch.setenv("LANG", "C.UTF-8")
    told = environment(tmp_path, plugins=tmp_path)
    assert "hunter2" not in " ".join(told.values())
    assert told["LANG"] == "C.UTF-8"


def test_all_that_ansible_writes_stays_in_the_folder(tmp_path):
    told = environment(tmp_path, plugins=tmp_path / "plugins")
    homes = ("HOME", "TMPDIR", "ANSIBLE_HOME", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_CONFIG")
    assert all(Path(told[name]).is_relative_to(tmp_path) for name in homes)
