"""`trimtab pack`: the file, its digest, and what is refused."""

import hashlib
import json
from zipfile import ZipFile

import pytest


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


@pytest.mark.usefixtures("folder")
def test_a_period_is_told_in_words_as_for_questions(everything):
    told = everything.json("pack unit root --since this-month --file month.zip")
    with ZipFile(told["file"]) as zipped:
        period = json.loads(zipped.read("manifest.json"))["period"]
    assert period["since"].endswith("-01T00:00:00.000000+00:00")
