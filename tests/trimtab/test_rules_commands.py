"""`trimtab rules` without a database."""

import json

import pytest
from typer.testing import CliRunner

from drift.rules.reading import FOLDER
from trimtab.cli import app as program

PACK = """\
- id: OWN-1
  title: No HTTP
  why: Sign-ins can be read on the way.
  severity: major
  platforms: [cisco_ios]
  roles: [edge]
  clause: "7.1"
  forbid: ['^ip http server$']
  remediation: [no ip http server]
"""


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """`rules("check", ...)` in an empty folder, with settings of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRIMTAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("TRIMTAB_DATABASE_URL", raising=False)
    return lambda *words, **more: CliRunner().invoke(program, ["rules", *words], **more)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A pack of the installation's."""
    file = tmp_path / "own.yaml"
    file.write_text(PACK)
    monkeypatch.setenv("TRIMTAB_RULE_PACKS", str(file))
    return file


def test_the_rules_in_force_are_listed(rules, own):
    assert own.exists()
    listed = json.loads(rules("list", "--json").stdout)
    assert [one["id"] for one in listed if one["id"].startswith("OWN")] == ["OWN-1"]
    assert listed[-1] == {
        "id": "OWN-1", "severity": "major", "clause": "7.1", "title": "No HTTP",
        "platforms": ["cisco_ios"],
    }  # fmt: skip


def test_a_list_holds_the_rules_of_one_platform(rules):
    listed = json.loads(rules("list", "--platform", "linux", "--json").stdout)
    assert {tuple(one["platforms"]) for one in listed} == {("linux",)}
    assert "TT-LNX-SSH-1" in rules("list", "--platform", "linux").stdout


def test_a_broken_pack_of_the_setting_is_named(rules, own):
    own.write_text("- id: OWN-1\n")
    done = rules("list")
    assert done.exit_code == 2
    assert f"The rule pack {own} is wrong at rule 1 (OWN-1), title" in done.stderr


def test_good_packs_pass(rules, own):
    done = rules("check", str(own), str(FOLDER / "ios_management.yaml"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith("rules, 0 wrong\n")


def test_a_pack_that_cannot_be_read_is_named_with_its_place(rules, own):
    own.write_text(PACK.replace("major", "grave"))
    done = rules("check", str(own))
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{own} is wrong at rule 1 (OWN-1), severity" in done.stderr


def test_a_rule_that_can_never_match_fails_the_check(rules, own):
    own.write_text(PACK.replace("^ip http server$", "^snmp-server community public"))
    done = rules("check", str(own))
    assert done.exit_code == 2
    assert f"{own}, OWN-1: ^snmp-server community public can never match" in done.stderr


def test_a_pattern_without_a_beginning_is_told_and_passes(rules, own):
    own.write_text(PACK.replace("^ip http", "ip http"))
    done = rules("check", str(own))
    assert done.exit_code == 0
    assert "begin it with ^ (odd)" in done.stdout


def test_an_id_of_a_built_in_rule_fails_the_check(rules, own):
    own.write_text(PACK.replace("OWN-1", "TT-IOS-AAA-1"))
    done = rules("check", str(own))
    assert done.exit_code == 2
    assert "another rule in force has this id" in done.stderr


def test_an_id_of_another_checked_file_fails_the_check(rules, own, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(PACK)
    done = rules("check", str(own), str(other), "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout) == {
        "rules": 2, "good": False,
        "remarks": [{
            "file": str(other), "rule": "OWN-1", "gravity": "wrong",
            "text": "another rule in force has this id",
        }],
    }  # fmt: skip


def test_the_schema_is_printed(rules):
    assert json.loads(rules("schema").stdout) == json.loads(rules("schema", "--json").stdout)
    assert json.loads(rules("schema").stdout)["type"] == "array"


def test_a_text_that_breaks_rules_exits_with_one_and_names_them(rules):
    done = rules("judge", "--platform", "cisco_ios", "-", input="ip http server\n")
    assert done.exit_code == 1
    assert "TT-IOS-SVC-7 major: The device is not managed over plain HTTP" in done.stdout
    assert "forbidden: ip http server" in done.stdout


def test_a_text_that_keeps_all_rules_exits_with_zero(rules):
    done = rules("judge", "--platform", "linux", "-", input="[sysctl]\n a = 1\n")
    assert (done.exit_code, done.stdout) == (0, "15 of 15 rules are kept\n")


def test_the_device_that_a_text_is_of_can_be_told(rules, own, tmp_path):
    assert own.exists()
    file = tmp_path / "running.txt"
    file.write_text("ip http server\n")
    words = ["judge", "--platform", "cisco_ios", str(file), "--json"]
    edge = json.loads(rules(*words, "--role", "edge").stdout)
    core = json.loads(rules(*words, "--role", "core").stdout)
    assert edge[-1] == {
        "id": "OWN-1", "severity": "major", "clause": "7.1", "passed": False, "title": "No HTTP",
        "detail": "forbidden: ip http server", "remediation": ["no ip http server"],
    }  # fmt: skip
    assert "OWN-1" not in [one["id"] for one in core]


def test_no_secret_of_a_text_is_shown(rules):
    text = "enable password hunter2\nusername eve password 0 hunter2\n"
    done = rules("judge", "--platform", "cisco_ios", "-", input=text)
    assert "TT-IOS-PASS-1" in done.stdout
    assert "hunter2" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["judge", "--platform", "cisco_ios", "gone.txt"], "gone.txt cannot be read"),
        (["judge", "--platform", "cisco_iso", "-"], "Did you mean cisco_ios"),
        (["check", "gone.yaml"], "gone.yaml cannot be read"),
    ],
)
def test_wrong_input_is_named(rules, words, said):
    done = rules(*words, input="hostname a\n")
    assert done.exit_code == 2
    assert said in done.stderr
