import json

import pytest
from typer.testing import CliRunner

from trimtab.cli import app as program


@pytest.fixture
def compare(tmp_path):
    def run(running, intended, *options, platform="cisco_ios", stdin=None):
        for name, text in (("running", running), ("intended", intended)):
            (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        words = ["diff", "--platform", platform, *options]
        first = "-" if stdin is not None else str(tmp_path / "running")
        return CliRunner().invoke(program, [*words, first, str(tmp_path / "intended")], input=stdin)

    return run


def test_equal_files_are_in_sync(compare):
    done = compare("hostname a\n", "hostname a\n")
    assert (done.exit_code, done.stdout) == (0, "in sync\n")


def test_differing_files_exit_with_one_and_show_both_sides(compare):
    done = compare("hostname a\n", "hostname b\n")
    assert done.exit_code == 1
    assert "+ hostname a" in done.stdout
    assert "- hostname b" in done.stdout


def test_json_holds_the_whole_assessment(compare):
    done = compare("hostname a\n", "hostname b\n", "--json")
    told = json.loads(done.stdout)
    assert (told["in_sync"], told["remediation"], told["rollback"]) == (
        False, ["hostname b"], ["hostname a"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("option", "line"), [("--remediation", "hostname b\n"), ("--rollback", "hostname a\n")]
)
def test_only_the_lines_are_printed_where_only_they_are_wanted(compare, option, line):
    assert compare("hostname a\n", "hostname b\n", option).stdout == line


def test_both_sides_stand_beside_each_other(compare):
    done = compare("hostname a\nntp server 1.1.1.1\n", "hostname b\nntp server 1.1.1.1\n",
                   "--side-by-side")  # fmt: skip
    row = next(line for line in done.stdout.splitlines() if "hostname b" in line)
    assert "hostname a" in row


def test_standard_input_is_a_dash(compare):
    assert compare("", "hostname a\n", stdin="hostname a\n").exit_code == 0


def test_a_section_is_named_above_its_lines(compare):
    done = compare("interface Gi1\n mtu 1500\n", "interface Gi1\n mtu 9000\n")
    assert "interface Gi1" in done.stdout


def test_a_place_without_safe_commands_is_told(compare):
    done = compare("crypto pki trustpoint A\n", "hostname a\n")
    assert "no safe commands at crypto pki trustpoint A" in done.stdout


@pytest.mark.parametrize("running", [b"\xff\xfe", b"hostname a\n\x00\n"])
def test_what_is_no_text_is_refused(compare, running):
    assert compare(running, "hostname a\n").exit_code == 2


def test_an_unknown_platform_is_refused_with_those_known(compare):
    done = compare("a\n", "b\n", platform="nonsense")
    assert done.exit_code == 2
    assert "cisco_ios" in done.stderr


def test_a_missing_file_is_named(tmp_path):
    done = CliRunner().invoke(
        program, ["diff", "--platform", "frr", str(tmp_path / "none"), str(tmp_path / "none")]
    )
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)
