"""The playbooks that are shipped: sound, described, harmless in check mode, strict in checks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from changes import ansible
from changes.errors import InvalidVariables, PlaybookBroken, UnknownPlaybook
from changes.playbooks import FOLDER, catalogue, check_variables, playbook, shelve
from changes.run_folder import Host
from lab.network import Fault, Lab
from tests.inventory.conftest import login_to

NAMES = (
    "commission", "confirm", "correct_drift", "decommission", "former_image", "interface_errors",
    "neighbours_up", "post_check", "pre_check", "reachability", "restore", "restore_version",
    "revert", "rotate_login", "rotate_secret", "routes_present", "service_answers", "stage_image",
    "upgrade",
)  # fmt: skip
CHANGING = {"commission": "medium", "decommission": "medium", "correct_drift": "medium",
            "restore": "medium", "confirm": "low", "revert": "low", "restore_version": "medium",
            "rotate_login": "high", "rotate_secret": "medium", "stage_image": "low",
            "upgrade": "high", "former_image": "high"}  # fmt: skip
SOME = {"service_answers", "decommission", "rotate_login", "rotate_secret", "stage_image",
        "upgrade", "former_image"}  # fmt: skip
"""Those that are not for every kind of device."""
GROUPS = "[trimtab_devices]\nr1\n[trimtab_servers]\ns1\n"
LINES = ["interface Loopback0", " description of a bird"]


@pytest.fixture(scope="module")
def lab():
    with Lab(devices=2, seed=3) as lab:
        yield lab


def run(tmp_path, name, devices, mode="run", **variables):
    heard = []
    result = ansible.run(
        playbook(name), [Host(login=login_to(one), variables=variables) for one in devices],
        runs=tmp_path, forks=2, seconds=60, tell=heard.append, go_on=lambda: True, mode=mode,
    )  # fmt: skip
    return result, [one for one in heard if one.host and one.status != "skipped"]


def test_these_playbooks_are_shipped():
    assert tuple(one.name for one in catalogue()) == NAMES


def test_every_playbook_passes_ansibles_own_syntax_check(tmp_path):
    (tmp_path / "hosts").write_text(GROUPS)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "--syntax-check",
         "-i", str(tmp_path / "hosts"), *(str(one.path) for one in catalogue())],
        capture_output=True, text=True, check=False,
        env={**os.environ, "HOME": str(tmp_path), "ANSIBLE_HOME": str(tmp_path),
             "ANSIBLE_ACTION_PLUGINS": str(FOLDER / "plugins" / "action")},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_playbooks_title_is_its_plays_name_and_its_risk_is_told(name):
    book = playbook(name)
    assert yaml.safe_load(book.path.read_text())[0]["name"] == book.title
    assert book.risk == CHANGING.get(name, "none")
    assert book.check_mode
    if name not in SOME:
        assert {"cisco_ios", "arista_eos", "frr", "linux"} <= set(book.platforms)


def test_whatever_works_on_ios_works_on_ios_xe():
    known = [frozenset(one.platforms) for one in catalogue()]
    assert [one for one in known if "cisco_ios" in one and "cisco_xe" not in one] == []


@pytest.mark.parametrize("name", ["correct_drift", "restore"])
def test_lines_and_files_are_taken_and_nothing_else(name):
    good = {"trimtab_lines": LINES, "trimtab_files": [{"path": "/etc/motd", "content": None}]}
    check_variables(playbook(name), good)
    for wrong in (
        {**good, "trimtab_more": 1}, {"trimtab_lines": LINES}, {**good, "trimtab_lines": [1]},
        {**good, "trimtab_files": [{"path": "etc/motd", "content": ""}]},
    ):  # fmt: skip
        with pytest.raises(InvalidVariables):
            check_variables(playbook(name), wrong)


@pytest.mark.parametrize("name", ["pre_check", "post_check"])
def test_expected_and_forbidden_lines_are_taken_and_nothing_else(name):
    check_variables(playbook(name), {"trimtab_expect": [], "trimtab_gone": []})
    with pytest.raises(InvalidVariables, match="trimtab_gone"):
        check_variables(playbook(name), {"trimtab_expect": []})


@pytest.mark.slow
def test_check_mode_says_what_would_come_and_changes_nothing(lab, tmp_path):
    before = [(one.running(), one.startup) for one in lab.devices]
    result, told = run(
        tmp_path, "correct_drift", lab.devices, mode="check", trimtab_lines=LINES, trimtab_files=[]
    )
    assert (result.status, sorted(one.how for one in told)) == (
        "successful", ["computed", "config session"],
    )  # fmt: skip
    assert all("of a bird" in one.diffs[0].prepared for one in told)
    assert [(one.running(), one.startup) for one in lab.devices] == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pre_check", "post_check"])
def test_a_check_holds_where_all_is_as_expected_and_fails_where_it_is_not(lab, tmp_path, name):
    ios, eos = lab.devices
    here, nowhere = f"hostname {ios.hostname}", f"hostname {eos.hostname}"
    result, told = run(
        tmp_path, name, lab.devices, trimtab_expect=[here], trimtab_gone=[nowhere]
    )  # fmt: skip
    assert {one.host: one.text for one in told} == {
        ios.hostname: "as expected", eos.hostname: f"missing: {here}; still there: {nowhere}",
    }  # fmt: skip
    assert result.failed == {eos.hostname}


@pytest.mark.slow
def test_a_check_of_a_device_that_does_not_answer_fails(lab, tmp_path):
    device = lab.devices[0]
    lab.set_fault(device, Fault.REFUSED_LOGIN)
    result, _ = run(tmp_path, "pre_check", [device], trimtab_expect=[], trimtab_gone=[])
    lab.clear_fault(device, Fault.REFUSED_LOGIN)
    assert result.failed == {device.hostname}


@pytest.fixture
def shelf(tmp_path):
    return shelve(tmp_path)


@pytest.mark.parametrize("file", [
    "restore/playbook.yml", "restore/meta.yml", "tasks/lines.yml",
    "plugins/action/trimtab_lines.py",
])  # fmt: skip
def test_any_file_that_a_playbook_can_use_is_in_its_digest(shelf, file):
    before = playbook("restore", shelf).digest
    with (shelf / file).open("a") as text:
        text.write("# edited\n")
    assert playbook("restore", shelf).digest != before


def test_a_file_more_or_another_name_changes_the_digest(shelf):
    before = playbook("restore", shelf).digest
    (shelf / "restore" / "vars.yml").touch()
    added = playbook("restore", shelf).digest
    (shelf / "restore" / "vars.yml").rename(shelf / "restore" / "other.yml")
    assert len({before, added, playbook("restore", shelf).digest}) == 3


def test_another_playbooks_file_and_compiled_plugins_are_not_in_the_digest(shelf):
    before = playbook("restore", shelf).digest
    (shelf / "pre_check" / "meta.yml").write_text("{}")
    cache = shelf / "plugins" / "action" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "trimtab_lines.cpython-311.pyc").touch()
    assert playbook("restore", shelf).digest == before


def test_a_shelf_has_the_digests_of_the_original_and_no_compiled_file(shelf):
    assert [one.digest for one in catalogue(shelf)] == [one.digest for one in catalogue()]
    assert list(shelf.rglob("__pycache__")) == []


@pytest.mark.parametrize(("file", "content", "why"), [
    ("meta.yml", "title: only\n", "meta.yml, risk"),
    ("meta.yml", "- a list\n", "meta.yml, as a whole"),
    ("meta.yml", "title: [\n", "cannot be used"),
    ("playbook.yml", "hosts: all\n", "no list of plays"),
    ("meta.yml", "title: t\nrisk: low\nplatforms: []\ncheck_mode: true\ninputs: {type: 7}\n",
     "meta.yml, inputs"),
    ("meta.yml", None, "cannot be used"),
])  # fmt: skip
def test_a_broken_playbook_is_named_with_the_place(shelf, file, content, why):
    place = shelf / "restore" / file
    place.unlink() if content is None else place.write_text(content)
    with pytest.raises(PlaybookBroken, match=why) as broken:
        catalogue(shelf)
    assert "playbook restore" in broken.value.message


def test_an_unknown_playbook_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownPlaybook, match="interface_errors, neighbours_up, post_check"):
        playbook("../restore")
