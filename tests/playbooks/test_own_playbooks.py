"""Playbooks of the users' own: beside ours, whole in their digest, refused when they are broken."""

import os

import pytest
import yaml

from changes.errors import PlaybookBroken, UnknownPlaybook
from changes.playbook_syntax import usable
from changes.playbooks import FOLDER, catalogue, playbook, shelve

PLAY = """\
- name: Say hello
  hosts: all
  gather_facts: false
  tasks:
    - name: Look
      ansible.builtin.import_tasks: ../tasks/check.yml
"""
META = {
    "title": "Say hello", "risk": "none", "platforms": ["cisco_ios"], "check_mode": True,
    "rollback": {"how": ["none"], "words": "Nothing to undo."}, "verification": "none_expected",
    "inputs": {"type": "object", "additionalProperties": False},
}  # fmt: skip


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with one sound playbook, named by the setting."""
    folder = tmp_path / "own"
    (folder / "hello").mkdir(parents=True)
    (folder / "hello" / "playbook.yml").write_text(PLAY)
    (folder / "hello" / "meta.yml").write_text(yaml.safe_dump(META))
    monkeypatch.setenv("TRIMTAB_PLAYBOOKS", str(folder))
    return folder


@pytest.mark.usefixtures("own")
def test_ones_own_stand_beside_ours():
    found = {one.name: one.own for one in catalogue()}
    assert (found["hello"], found["restore"]) == (True, False)
    assert playbook("hello").title == "Say hello"


@pytest.mark.usefixtures("own")
def test_both_are_shelved_with_the_same_digests(tmp_path):
    shelf = shelve(tmp_path)
    assert {one.name: one.digest for one in catalogue(shelf)} == {
        one.name: one.digest for one in catalogue()
    }


@pytest.mark.usefixtures("own")
def test_a_sound_one_is_usable_with_our_shared_tasks_and_plugins():
    assert usable("hello").digest == playbook("hello").digest


@pytest.mark.parametrize("file", ["playbook.yml", "meta.yml", "files/motd"])
def test_every_file_of_it_is_in_its_digest(own, file):
    path = own / "hello" / file
    path.parent.mkdir(exist_ok=True)
    path.touch()
    before = playbook("hello").digest
    with path.open("a") as text:
        text.write("# edited\n")
    assert playbook("hello").digest != before


def test_without_the_setting_there_are_ours_only():
    with pytest.raises(UnknownPlaybook):
        playbook("hello")


@pytest.mark.parametrize("name", ["restore", "tasks", "plugins"])
def test_a_name_of_ours_may_not_be_taken(own, name):
    (own / "hello").rename(own / name)
    with pytest.raises(PlaybookBroken, match=f"The names {name} in"):
        catalogue()


def test_a_folder_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIMTAB_PLAYBOOKS", str(tmp_path / "nowhere"))
    with pytest.raises(PlaybookBroken, match="TRIMTAB_PLAYBOOKS"):
        catalogue()


@pytest.mark.parametrize(("text", "place"), [
    ("- hosts: all\n  tasks: [\n", "playbook.yml, line 3, column 1"),
    ("hosts: all\n", "no list of plays"),
    ("[]\n", "no list of plays"),
    ("- hosts: all\n  tasks:\n    - import_tasks: ../restore/x.yml\n", "playbook.yml, line 3"),
    ("- hosts: all\n  vars_files: [files/../../x.yml]\n", "playbook.yml, line 2"),
])  # fmt: skip
def test_a_playbook_that_cannot_be_read_is_refused_with_its_place(own, text, place):
    (own / "hello" / "playbook.yml").write_text(text)
    with pytest.raises(PlaybookBroken, match=place):
        playbook("hello")


@pytest.mark.slow
@pytest.mark.parametrize(("text", "words"), [
    ("- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.nothing: {}\n",
     r"couldn't resolve .* hello/playbook\.yml:4"),
    ("- hosts: all\n  tsks: []\n", r"'tsks' is not a valid attribute .* hello/playbook\.yml:2"),
])  # fmt: skip
def test_one_that_ansible_does_not_take_is_refused_with_its_place(own, text, words):
    (own / "hello" / "playbook.yml").write_text(text)
    with pytest.raises(PlaybookBroken, match=words):
        usable("hello")


@pytest.mark.parametrize(("change", "place"), [
    ({"risk": "deadly"}, "meta.yml, risk"), ({"check_mode": "yes"}, "meta.yml, check_mode"),
    ({"platforms": []}, "meta.yml, platforms"), ({"more": 1}, "meta.yml, more"),
    ({"rollback": {"how": ["none", "lines"], "words": "x"}}, "meta.yml, rollback: .*alone"),
    ({"rollback": {"how": [], "words": "x"}}, "meta.yml, rollback.how"),
    ({"verification": "perhaps"}, "meta.yml, verification"),
    ({"inputs": {"type": "object"}}, "meta.yml, inputs: .*additionalProperties"),
    ({"inputs": {"type": 7}}, "meta.yml, inputs"), ({"title": " "}, "meta.yml, title"),
])  # fmt: skip
def test_meta_is_read_strictly_and_errors_name_the_place(own, change, place):
    (own / "hello" / "meta.yml").write_text(yaml.safe_dump({**META, **change}))
    with pytest.raises(PlaybookBroken, match=place):
        playbook("hello")


def test_every_fault_of_meta_is_told_at_once(own):
    (own / "hello" / "meta.yml").write_text("title: x\n")
    with pytest.raises(PlaybookBroken) as broken:
        playbook("hello")
    assert all(
        f"meta.yml, {name}: Field required" in broken.value.message
        for name in META if name != "title"
    )  # fmt: skip


@pytest.mark.parametrize("target", ["/etc/passwd", "../../elsewhere", "."])
def test_a_link_out_of_its_folder_or_to_a_folder_is_refused(own, target):
    (own.parent / "elsewhere").write_text("x")
    (own / "hello" / "link").symlink_to(target)
    with pytest.raises(PlaybookBroken, match="hello/link is a link"):
        playbook("hello")


def test_a_playbook_that_is_a_link_itself_is_refused(own, tmp_path):
    (own / "hello").rename(tmp_path / "elsewhere")
    (own / "hello").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PlaybookBroken, match="is a link"):
        playbook("hello")


def test_a_link_within_its_folder_is_taken(own):
    (own / "hello" / "link.yml").symlink_to("playbook.yml")
    assert playbook("hello").own


def test_what_is_no_file_is_refused(own):
    os.mkfifo(own / "hello" / "pipe")
    with pytest.raises(PlaybookBroken, match="no usual file"):
        playbook("hello")


def test_a_link_that_comes_between_reading_and_shelving_keeps_it_from_the_shelf_alone(
    own, tmp_path
):
    playbook("hello")
    (own / "hello" / "link").symlink_to("/etc/passwd")
    shelf = shelve(tmp_path)
    with pytest.raises(UnknownPlaybook, match="hello"):
        playbook("hello", shelf)
    assert playbook("restore", shelf).digest == playbook("restore").digest


@pytest.mark.parametrize("path", ["..", '"../other"', "../tasks/../other", "files/.."])
def test_a_path_out_of_its_folder_is_refused(own, path):
    (own / "hello" / "more.yml").write_text(f"- include_vars: {{dir: {path}}}\n")
    with pytest.raises(PlaybookBroken, match=r"more\.yml, line 1: the path leads out"):
        playbook("hello")


def test_a_name_of_odd_letters_is_refused(own):
    (own / "hello").rename(own / "Say hello")
    with pytest.raises(PlaybookBroken, match="small letters"):
        catalogue()


def test_ours_lie_in_one_folder():
    assert {one.path.parents[1] for one in catalogue()} == {FOLDER}
