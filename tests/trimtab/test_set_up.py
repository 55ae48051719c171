"""`.ci/set-up` where something is missing: one line that says what to do, and a failing exit."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
FILES = (".ci/set-up", ".ci/uv.lock", "requirements.lock", "pyproject.toml")
PYTHON = """#!/bin/sh
# Answers as a Python would; what is asked of it is set by the test.
case "$*" in
  --version) echo "Python {version}" ;;
  *version_info*) exit {old} ;;
  *ensurepip*) exit {no_venv} ;;
  "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  "-m pip --version") [ -e .venv/whole ] ;;
  "-m pip"*) echo "{said}" >&2; exit 1 ;;
esac
"""


class SetUp:
    """A copy of what `set-up` reads, with a stub for Python."""

    def __init__(self, place):
        self.place = place

    def python(self, *, version="3.11.2", old=0, no_venv=0, said=""):
        stub = self.place / "python"
        stub.write_text(PYTHON.format(version=version, old=old, no_venv=no_venv, said=said))
        stub.chmod(0o755)
        return str(stub)

    def __call__(self, python, **options):
        return subprocess.run(
            [self.place / ".ci/set-up"], env={**os.environ, "PYTHON": python}, check=False,
            capture_output=True, text=True, **options,
        )  # fmt: skip


@pytest.fixture
def set_up():
    place = Path(tempfile.mkdtemp(prefix="trimtab-set-up-"))
    place.chmod(0o755)
    (place / ".ci").mkdir()
    for name in FILES:
        shutil.copy(HERE / name, place / name)
    yield SetUp(place)
    shutil.rmtree(place)


def told(done):
    """The last line on standard error of a set-up that failed."""
    assert done.returncode == 1, done.stdout
    return done.stderr.splitlines()[-1]


def test_a_missing_python_is_told_with_its_package(set_up):
    assert told(set_up("python-that-is-not-there")) == (
        "set-up: python-that-is-not-there is not installed. "
        "On Debian: apt-get install python3 python3-venv"
    )


def test_an_old_python_is_told_with_the_one_needed(set_up):
    assert told(set_up(set_up.python(version="3.9.2", old=1))) == (
        "set-up: Python 3.9.2 is too old; Trimtab needs Python 3.11 or newer. "
        "Set PYTHON=/path/to/python3.11"
    )


def test_a_missing_venv_module_is_told_with_its_package(set_up):
    assert told(set_up(set_up.python(no_venv=1))) == (
        "set-up: Python's venv module is missing. On Debian: apt-get install python3-venv"
    )


def test_a_read_only_folder_is_told(set_up):
    python = set_up.python()
    set_up.place.chmod(0o555)
    user = {"user": "nobody"} if os.geteuid() == 0 else {}
    assert "is not writable; clone into a folder that you own" in told(set_up(python, **user))


@pytest.mark.parametrize(
    "said",
    [
        "Failed to establish a new connection: [Errno 111] Connection refused",
        "Temporary failure in name resolution",
        "certificate verify failed: unable to get local issuer certificate",
        "ERROR: Could not find a version that satisfies the requirement (from versions: none)",
    ],
)
def test_an_index_that_does_not_answer_is_told_with_the_mirrors_settings(set_up, said):
    done = set_up(set_up.python(said=said))
    assert told(done).startswith("set-up: no package index answered. Behind a mirror, set PIP_IND")
    assert said in done.stderr


def test_a_full_disk_is_told(set_up):
    said = told(set_up(set_up.python(said="OSError: [Errno 28] No space left on device")))
    assert said == "set-up: the disk is full; make 2 GB free and run again"


def test_a_failure_of_another_kind_shows_its_last_lines(set_up):
    done = set_up(set_up.python(said="THESE PACKAGES DO NOT MATCH THE HASHES"))
    assert told(done) == "set-up: installer failed; the last lines are above"
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_an_environment_left_half_made_is_made_anew(set_up):
    python = set_up.python()
    assert "virtual environment with Python 3.11.2" in set_up(python).stdout
    assert "virtual environment with Python 3.11.2" in set_up(python).stdout
    (set_up.place / ".venv/whole").touch()
    assert "virtual environment" not in set_up(python).stdout


def test_a_current_environment_needs_nothing(set_up):
    read = ("requirements.lock", ".ci/uv.lock", "pyproject.toml", ".ci/set-up")
    digest = hashlib.sha256(b"".join((set_up.place / name).read_bytes() for name in read))
    (set_up.place / ".venv").mkdir()
    (set_up.place / ".venv/.trimtab-set-up").write_text(f"{digest.hexdigest()}\n")
    done = set_up("python-that-is-not-there")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
