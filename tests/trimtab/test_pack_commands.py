"""`trimtab pack`: the file, its digest, and what is refused."""

import hashlib
import json
import os
from errno import ENOSPC, EPERM
from pathlib import Path
from zipfile import ZipFile

import pytest

from changes import notices
from changes.packs.making import make
from tests.trimtab.conftest import acting, requested
from trimtab.commands import pack


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the commands are given."""
    where = tmp_path / "taken home"
    where.mkdir()
    monkeypatch.chdir(where)
    return where


def test_a_pack_of_a_unit_is_written_and_told(everything, folder):
    told = everything.json("pack unit root")
    assert told["file"] == "trimtab-unit-root.zip"
    content = (folder / told["file"]).read_bytes()
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    with ZipFile(folder / told["file"]) as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
    assert (manifest["subject"]["label"], manifest["size"]) == ("root", told["head"])
    assert [one.name for one in folder.iterdir()] == [told["file"]]


def test_a_file_that_is_there_is_never_written_over(everything, folder):
    (folder / "mine.zip").write_text("mine")
    refused = everything("pack unit root --file mine.zip")
    assert (refused.exit_code, (folder / "mine.zip").read_text()) == (2, "mine")
    assert [one.name for one in folder.iterdir()] == ["mine.zip"]


@pytest.fixture
def no_links(everything, monkeypatch):
    """As on FAT: hard links are refused, once the installation has its keys."""
    assert everything

    def refuse(*_):
        raise PermissionError(EPERM, os.strerror(EPERM))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("no_links")
def test_a_pack_is_written_where_there_are_no_hard_links(everything, folder):
    told = everything.json("pack unit root --file mine.zip")
    content = (folder / "mine.zip").read_bytes()
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert [one.name for one in folder.iterdir()] == ["mine.zip"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_comes_while_the_pack_is_made_is_never_written_over(
    everything, folder, monkeypatch, request, links
):
    def slow(ctx, wanted, target):
        (folder / "mine.zip").write_text("mine")
        return make(ctx, wanted, target)

    monkeypatch.setattr(pack, "make", slow)
    if not links:
        request.getfixturevalue("no_links")
    refused = everything("pack unit root --file mine.zip")
    assert (refused.exit_code, "File exists" in refused.stderr) == (2, True)
    assert [(one.name, one.read_text()) for one in folder.iterdir()] == [("mine.zip", "mine")]


@pytest.mark.usefixtures("no_links")
def test_a_place_that_cannot_be_taken_is_left_empty(everything, folder, monkeypatch):
    def full(*_):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    refused = everything("pack unit root --file mine.zip")
    assert (refused.exit_code, "No space left" in refused.stderr) == (2, True)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("change C999999", 4), ("change none", 2), ("device nobody", 4), ("unit nowhere", 2),
        ("clause NONE 1", 4), ("unit root --since soon", 2),
        ("unit root --since 2026-11-25 --until 2026-11-24", 2), ("unit root --file /no/x.zip", 2),
    ],
)  # fmt: skip
def test_what_cannot_be_made_leaves_no_file(everything, folder, words, code):
    done = everything(f"pack {words}")
    assert (done.exit_code, list(folder.iterdir())) == (code, []), done.stderr


def test_a_pack_of_a_change_says_that_notices_are_still_being_sent(staff, beside, monkeypatch):
    number = requested(staff)["id"]
    monkeypatch.delenv("TRIMTAB_TOKEN")  # the administrator signed in
    told = staff(f"pack change C{number} --file early.zip")
    still = f"Notices about C{number} are still being sent; a pack made after them will be another"
    assert (told.exit_code, told.stderr) == (0, f"{still} one.\n")
    with acting(beside) as ctx:
        notices.tell(ctx)
    assert staff(f"pack change C{number} --file later.zip").stderr == ""


@pytest.mark.usefixtures("folder")
def test_a_period_is_told_in_words_as_for_questions(everything):
    told = everything.json("pack unit root --since this-month --file month.zip")
    with ZipFile(told["file"]) as zipped:
        period = json.loads(zipped.read("manifest.json"))["period"]
    assert period["since"].endswith("-01T00:00:00.000000+00:00")
