"""Runs through the server: each its own, none outliving who asked for it, whatever dies."""

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from changes.playbooks import FOLDER, PLUGINS
from changes.prefork import client, launch
from changes.run_folder import environment

WAITING = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.command: sleep 60
      changed_when: false
"""
SHOWN = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ lookup('env', 'WHOSE') }} in {{ lookup('pipe', 'pwd') }}"
"""


@pytest.fixture
def server():
    return client.ready()


def start(place, text, **env):
    """A playbook started in a folder; its process is the launcher's."""
    place.mkdir(exist_ok=True)
    (place / "play.yml").write_text(text)
    return subprocess.Popen(
        client.command(["-i", "localhost,", "-c", "local", "play.yml"]), cwd=place, text=True,
        env=environment(place, plugins=FOLDER / PLUGINS) | env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def processes_in(place):
    """What works in the folder, by its current directory."""
    found = []
    for one in psutil.process_iter():
        try:
            found += [one] if Path(one.cwd()) == place else []
        except psutil.Error:
            continue
    return found


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def asleep(place):
    """The playbook came to its task."""
    return any("sleep" in one.cmdline() for one in processes_in(place))


def test_runs_side_by_side_have_each_its_own_environment_and_folder(tmp_path):
    places = {f"run{number}": tmp_path / f"run{number}" for number in range(3)}

    def shown(name):
        said, _ = start(places[name], SHOWN, WHOSE=name).communicate(timeout=60)
        return said

    with ThreadPoolExecutor(3) as pool:
        told = dict(zip(places, pool.map(shown, places), strict=True))
    for name, place in places.items():
        assert f"{name} in {place}" in told[name]
    assert "WHOSE" not in os.environ


def test_the_exit_status_is_that_of_ansible(tmp_path):
    fine, broken = start(tmp_path / "a", SHOWN), start(tmp_path / "b", "- hosts: [")
    said, _ = broken.communicate(timeout=60)
    fine.communicate(timeout=60)
    assert (fine.returncode, broken.returncode) == (0, 4), said


def test_the_next_run_starts_from_the_same_server(server, tmp_path):
    start(tmp_path, SHOWN).communicate(timeout=60)
    assert client.ready() is server


@pytest.mark.slow
def test_a_run_whose_launcher_is_killed_is_killed(server, tmp_path):
    run = start(tmp_path, WAITING)
    until(lambda: asleep(tmp_path))
    ansible = {one.pid for one in psutil.Process(server.process.pid).children()}
    run.kill()
    run.communicate()
    until(lambda: not any(psutil.pid_exists(pid) for pid in ansible))
    assert server.process.poll() is None


@pytest.mark.slow
def test_a_run_whose_server_is_killed_ends_as_lost_and_the_next_one_has_a_new_server(
    server, tmp_path
):
    run = start(tmp_path, WAITING)
    until(lambda: asleep(tmp_path))
    server.process.kill()
    run.communicate(timeout=10)
    assert run.returncode == launch.LOST
    for one in processes_in(tmp_path):  # as a run's folder does when it is cleared
        one.kill()
    said, _ = start(tmp_path, SHOWN, WHOSE="next").communicate(timeout=60)
    assert "next in" in said


def test_a_request_that_is_none_harms_nobody(server, tmp_path):
    for words in (b"", b"GET / HTTP/1.1\r\n\r\n", bytes(8)):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(server.socket))
            line.sendall(words)
    said, _ = start(tmp_path, SHOWN, WHOSE="still").communicate(timeout=60)
    assert "still in" in said
    assert client.ready() is server


def test_where_no_server_answers_the_program_itself_runs(tmp_path):
    words = [str(client.LAUNCHER), str(tmp_path / "none"), "/bin/echo", "me"]
    done = subprocess.run(
        [sys.executable, "-I", "-S", *words], capture_output=True, text=True, check=True
    )
    assert done.stdout == "me\n"


OWNER = """
import sys, time
from changes.prefork import client
server = client.ready()
print(server.process.pid, server.folder.name, flush=True)
time.sleep(60)
"""


@pytest.mark.slow
def test_a_server_ends_with_whoever_started_it_and_leaves_no_folder():
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    pid, folder = owner.stdout.readline().split()
    assert Path(folder).stat().st_mode & 0o777 == 0o700
    owner.kill()
    owner.communicate()
    until(lambda: not psutil.pid_exists(int(pid)) and not Path(folder).exists())
