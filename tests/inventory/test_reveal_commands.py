"""Scores, revealed secrets and the key's rotation, as a person types them."""

import json

import pytest

from tests.inventory.conftest import add

SECRET = "s3cret-reader"


@pytest.fixture
def shown(ready, lab):
    """The number of a snapshot that holds secrets, `SECRET` among them."""
    add(ready, lab.devices[1])
    lab.apply(lab.devices[1], [f"snmp-server community {SECRET} ro"])
    ready("collect")
    rows = json.loads(ready("snapshot", "list", "--source", "running", "--json"))
    return rows[0]["id"]


def actions(run):
    return [one["action"] for one in json.loads(run("audit", "list", "--json"))]


def test_a_snapshots_score_is_listed(ready, shown):
    [row] = json.loads(ready("snapshot", "list", "--source", "running", "--json"))
    assert (row["id"], row["trusted"], row["score"], row["doubts"]) == (shown, True, 100, [])


def test_secrets_are_shown_to_whom_says_why_and_the_look_is_recorded(ready, shown):
    assert SECRET not in ready("snapshot", "show", str(shown))
    told = json.loads(ready("snapshot", "reveal", str(shown), "--reason", "restore", "--json"))
    assert f"snmp-server community {SECRET} ro\n" in told["text"]
    assert actions(ready)[0] == "snapshot.revealed"


def test_one_line_can_be_revealed(ready, shown):
    lines = json.loads(ready("snapshot", "reveal", str(shown), "--reason", "r", "--json"))[
        "text"
    ].splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "community" in line)
    said = ready("snapshot", "reveal", str(shown), "--reason", "r", "--line", str(number))
    assert said == f"{lines[number - 1]}\n"


def test_one_secret_is_opened_with_its_salt(ready, shown):
    told = json.loads(ready("snapshot", "open", str(shown), "1", "--reason", "audit", "--json"))
    assert (told["index"], len(told["salt"])) == (1, 64)
    assert told["secret"] in ready("snapshot", "reveal", str(shown), "--reason", "r")
    said = ready("snapshot", "open", str(shown), "999", "--reason", "audit", code=4)
    assert "there is no part 999" in said


def test_a_reveal_without_a_reason_is_refused(ready, shown):
    said = ready("snapshot", "reveal", str(shown), "--reason", "", code=2)
    assert said.startswith("trimtab: Say why the secrets have to be seen")


def test_with_another_key_the_command_says_which_one_is_needed(ready, shown, tmp_path):
    (tmp_path / "secret.key").write_bytes(b"x" * 32)
    said = ready("snapshot", "reveal", str(shown), "--reason", "r", code=2)
    assert "was encrypted with the key" in said
    assert "Bring the right key file back." in said


def test_a_rotation_counts_what_it_encrypted_again(ready, shown):
    ready("credential", "secret", "router", input="hunter2\nhunter2\n")
    done = json.loads(ready("secret", "rotate", "--reason", "yearly", "--json"))
    assert done == {"secrets": 1, "originals": 2}
    assert actions(ready)[0] == "key.rotated"
    assert SECRET in ready("snapshot", "reveal", str(shown), "--reason", "r")
