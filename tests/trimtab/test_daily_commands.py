"""The commands of a working day: scan, look at drift, decide, plan, and what was noticed."""

import json
import subprocess
import sys

import pytest

from lab.network import Lab


@pytest.fixture(scope="module")
def lab():
    with Lab(devices=2, seed=3) as lab:
        yield lab


@pytest.fixture
def device(everything, lab, monkeypatch):
    """A device with a baseline, as the lab shows it."""
    there = lab.devices[1]
    before = there.running()
    monkeypatch.setenv("LAB_PASSWORD", there.password)
    for words in (
        ["site", "add", "north", "--unit", "root"],
        ["credential", "add", "lab", "--username", there.username, "--unit", "root",
         "--password-ref", "env:LAB_PASSWORD"],
        ["device", "add", there.hostname, "--site", "north", "--platform", there.platform,
         "--address", there.address, "--port", str(there.port), "--credential", "lab"],
        ["collect"],
        ["baseline", "approve", there.hostname, "--reason", "first"],
    ):  # fmt: skip
        done = everything(words)
        assert done.exit_code == 0, done.output
    yield there
    there.replace(before, username="console")


@pytest.fixture
def drifted(line, lab, device):
    """The device after somebody typed a line that nobody approved, and a scan."""
    lab.apply(device, ["ntp server 10.9.9.9"])
    done = line(["scan", device.hostname, "--json"])
    assert done.exit_code == 1, done.output
    return json.loads(done.stdout)


def test_a_scan_without_drift_says_so(line, device):
    done = line("scan")
    assert (done.exit_code, done.stdout) == (0, "1 in_sync\n")
    assert line.json(["scan", device.hostname])["outcomes"] == {"in_sync": 1}


def test_a_scan_tells_the_drift_and_its_verdict(drifted, device):
    assert drifted["outcomes"] == {"drifted": 1}
    (seen,) = drifted["devices"]
    assert (seen["hostname"], seen["finding"], seen["verdict"]) == (
        device.hostname, 1, "unauthorised",
    )  # fmt: skip


@pytest.mark.usefixtures("drifted")
def test_a_scan_of_a_drifted_device_tells_it_in_a_table(line):
    done = line("scan")
    assert (done.exit_code, "unauthorised" in done.stdout) == (1, True)
    assert done.stdout.endswith("1 drifted\n")


@pytest.mark.usefixtures("drifted")
def test_a_finding_shows_its_lines_and_what_corrects_them(line):
    shown = line("drift show 1").stdout
    assert "+ ntp server 10.9.9.9" in shown
    assert "To correct it:\nno ntp server 10.9.9.9\n" in shown
    told = line.json("drift show 1")
    assert (told["remediation"], told["rollback"]) == (
        ["no ntp server 10.9.9.9"], ["ntp server 10.9.9.9"],
    )  # fmt: skip


@pytest.mark.usefixtures("drifted")
def test_a_finding_is_suppressed_for_some_days(line):
    told = line.json(["drift", "suppress", "1", "--reason", "known", "--days", "2"])
    assert told["state"] == "suppressed"
    assert line.json("drift list") == []
    assert [one["id"] for one in line.json("drift list --state suppressed")] == [1]


def test_a_finding_is_accepted_as_the_next_baseline(line, device, drifted):
    assert drifted["outcomes"] == {"drifted": 1}
    assert line.json(["drift", "accept", "1", "--reason", "wanted"])["state"] == "resolved"
    versions = line.json(["baseline", "history", device.hostname])
    assert [one["version"] for one in versions] == [2, 1]
    assert "ntp server 10.9.9.9" in line.json(["baseline", "show", device.hostname])["text"]
    assert line.json("scan")["outcomes"] == {"in_sync": 1}


def test_a_written_configuration_becomes_the_baseline(line, device, tmp_path):
    file = tmp_path / "intended.txt"
    file.write_text("hostname a\nmac 00:ab:cd\n")
    told = line.json(["baseline", "set", device.hostname, str(file), "--reason", "planned"])
    assert (told["version"], told["source"]) == (2, "intended")
    assert line(["baseline", "show", device.hostname]).stdout == "hostname a\nmac 00:ab:cd\n"
    assert [one["version"] for one in line.json("baseline list")] == [2]


def test_a_snapshot_of_another_device_is_no_baseline(line, device, everything, lab):
    other = lab.devices[0]
    done = everything(
        ["device", "add", other.hostname, "--site", "north", "--platform", other.platform,
         "--address", other.address, "--credential", "lab"]
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    approve = ["baseline", "approve", other.hostname, "--reason", "r"]
    assert line(approve).exit_code == 4
    assert line([*approve, "--snapshot", "1"]).exit_code == 2
    assert line(["baseline", "show", other.hostname]).exit_code == 4
    assert [one["device"] for one in line.json("baseline list")] == [device.hostname]


def test_a_snapshot_is_shown_as_text_and_as_json(line, device):
    (newest, *_) = line.json(["snapshot", "list", device.hostname, "--source", "running"])
    told = line.json(["snapshot", "show", str(newest["id"])])
    assert told["text"] == line(["snapshot", "show", str(newest["id"])]).stdout
    assert told["lines"] == told["text"].count("\n")


@pytest.mark.usefixtures("drifted")
def test_an_event_is_taken_on_linked_and_closed(line):
    (event,) = line.json("event list --state open")
    number = str(event["id"])
    assert line.json(["event", "acknowledge", number])["state"] == "acknowledged"
    line.json(["event", "assign", number, "admin"])
    line.json(["problem", "open", "somebody types by hand"])
    assert line.json(["event", "link", number, "1"])["problem"] == 1
    assert line.json(["event", "close", number, "--note", "told him"])["state"] == "closed"
    assert line.json(["event", "show", number])["closing_note"] == "told him"


@pytest.mark.usefixtures("everything")
def test_an_article_is_about_a_problem_of_a_unit(line, tmp_path):
    file = tmp_path / "article.md"
    file.write_text("Look there first.")
    problem = line.json(["problem", "open", "the same again", "--unit", "root"])["id"]
    article = line.json(["knowledge", "write", "What helps", "--file", str(file)])["id"]
    told = line.json(["knowledge", "link-problem", str(article), str(problem)])
    assert told["problem"] == problem


def test_a_schedule_is_made_paused_resumed_and_made_due(everything):
    made = everything.json(
        ["schedule", "add", "nightly", "--job", "drift.scan", "--trigger", "30 2 * * 1-5",
         "--timezone", "Europe/Berlin", "--args", '{"hostnames": []}']
    )  # fmt: skip
    assert (made["enabled"], made["timezone"]) == (True, "Europe/Berlin")
    assert everything.json("schedule pause nightly")["enabled"] is False
    assert everything.json("schedule resume nightly")["enabled"] is True
    assert everything.json("schedule run nightly")["next_fire_at"] < made["next_fire_at"]
    assert [one["name"] for one in everything.json("schedule list")] == ["nightly"]


@pytest.mark.parametrize("args", ["{", "[]", '{"colour": 1}'])
def test_arguments_that_a_job_does_not_take_are_refused(everything, args):
    add = ["schedule", "add", "n", "--job", "drift.scan", "--trigger", "every 1h", "--args", args]
    assert everything(add).exit_code == 2
    assert everything.json("schedule list") == []


def test_a_password_is_set_and_signs_in(line):
    line.json(["user", "add", "nina", "Nina"])
    assert line.json("user password nina") == {"username": "nina"}
    line.json(["token", "issue", "hers", "--user", "nina"])
    assert [one["person"] for one in line.json("token list --user nina")] == ["nina"]


def test_evidence_is_written_for_the_verifier_that_comes_with_it(line, tmp_path):
    line.json("audit seal")
    head, first = line.json("audit head"), line.json("audit list --limit 1000")[-1]
    assert (head["previous"], first["action"]) == (0, "audit.key_made")
    for command, name in (
        (f"audit prove {first['id']}", "proof"), (f"audit consistency {head['size']}", "grown"),
        ("audit verifier", "verifier"),
    ):  # fmt: skip
        done = line([*command.split(), "--file", str(tmp_path / name)])
        assert done.exit_code == 0, done.stderr
    for name in ("proof", "grown"):
        words = [sys.executable, "-I", str(tmp_path / "verifier"), str(tmp_path / name)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "VERIFIED")
    assert json.loads(line(f"audit prove {first['id']}").stdout)["log"] == head["log"]
    assert line("audit prove 0").exit_code == 4
    assert line("audit prove nothing").exit_code == 2


def test_the_key_of_the_log_is_rotated_and_the_log_verifies_since_the_last_time(line):
    before = line.json("audit verify")
    made = line.json(["audit", "rotate-key", "--reason", "a year is over"])
    assert made["number"] == 2
    told = line.json("audit verify --since-last")
    assert (told["ok"], told["since"]) == (True, before["size"])
    assert line.json("audit head")["key"] == made["key"]
    assert line(["audit", "rotate-key", "--reason", "x", "--to", "vault"]).exit_code == 2


def test_heads_are_laid_down_and_compared(line, tmp_path, monkeypatch):
    assert line("audit anchor").exit_code == 2
    line.json("audit verify")
    monkeypatch.setenv("TRIMTAB_AUDIT_ANCHOR_FILE", str(tmp_path / "heads"))
    [done] = line.json("audit anchor")
    assert (done["target"], done["fault"]) == (f"file:{tmp_path / 'heads'}", "")
    assert line(["audit", "verify", "--anchors", str(tmp_path / "heads")]).exit_code == 0
    assert line(["audit", "verify", "--anchors", str(tmp_path / "none")]).exit_code == 2
    (tmp_path / "heads").write_text("no head")
    assert line("audit verify").exit_code == 1


def test_the_records_are_listed_verified_and_exported_in_the_persons_words(line, tmp_path):
    assert line("audit verify").stdout.endswith("0 broken\n")
    told = line.json(["audit", "export", "--file", str(tmp_path / "new.jsonl")])
    assert told["records"] == len((tmp_path / "new.jsonl").read_text().splitlines())
    assert line(["audit", "export", "--file", str(tmp_path / "new.jsonl")]).exit_code == 2
    exported = line("audit export").stdout.splitlines()
    assert json.loads(exported[-1])["action"] == "audit.exported"
    assert {one["who"] for one in line.json("audit list --action audit.exported")} == {"admin"}
