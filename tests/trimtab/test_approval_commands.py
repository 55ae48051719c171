"""`trimtab approval`: stages, batches, comments and delegations at the command line."""

import pytest

from tests.trimtab.conftest import requested


def objection(staff, change):
    return staff.as_("ada").json(
        ["approval", "comment", str(change["id"]), "--body", "why so?", "--objection",
         "--device", "r1"]
    )  # fmt: skip


def delegated(staff, *more, by="ada"):
    return staff.as_(by).json(
        ["approval", "delegate", "--start", "2020-01-01", "--end", "2099-01-01", "--reason",
         "leave", *more]
    )  # fmt: skip


def test_the_stages_tell_who_may_still_vote(staff):
    change = requested(staff)
    [told] = staff.json(f"approval stages {change['id']}")
    assert (told["stage"], told["votes"], told["may_still"]) == ("approval", "0 of 1", "ada")
    staff.as_("ada").json(["change", "approve", str(change["id"]), "--digest", change["digest"]])
    [told] = staff.json(f"approval stages {change['id']}")
    assert (told["votes"], told["by"], told["may_still"]) == ("1 of 1", "ada", "")


def test_alike_changes_are_approved_at_once(staff):
    changes = [requested(staff), requested(staff)]
    alike = staff.as_("ada").json(f"approval alike {changes[0]['id']}")
    assert [one["id"] for one in alike] == [one["id"] for one in changes]
    words = [f"{one['id']}={one['digest']}" for one in alike]
    told = staff.json(["approval", "approve", *words, "--note", "both"])
    assert [one["state"] for one in told] == ["approved", "approved"]


def test_a_batch_that_could_not_be_approved_whole_ends_with_1(staff):
    first, second = requested(staff), requested(staff)
    pairs = [f"{first['id']}={'0' * 64}", f"{second['id']}={second['digest']}"]
    done = staff.as_("ada")(["approval", "approve", *pairs])
    assert (done.exit_code, "another plan" in done.stdout) == (1, True)
    assert staff.json(f"change show {second['id']}")["state"] == "approved"


@pytest.mark.parametrize("word", ["7", "x=abc", "7="])
def test_a_change_of_a_batch_comes_with_its_digest(staff, word):
    done = staff.as_("ada")(["approval", "approve", word])
    assert (done.exit_code, "ID=DIGEST" in done.stderr) == (2, True)


def test_an_objection_stops_the_approval_until_it_is_settled(staff):
    change = requested(staff)
    row = objection(staff, change)
    words = ["change", "approve", str(change["id"]), "--digest", change["digest"]]
    assert "open_objection" in staff(words).stderr
    [told] = staff.json(f"approval comments {change['id']}")
    assert (told["body"], told["by"], told["settled_at"]) == ("why so?", "ada", None)
    assert staff.json(f"approval settle {row['id']}")["settled_at"] is not None
    assert staff.json(words)["state"] == "approved"


def test_a_deputy_approves_while_the_delegation_holds(staff):
    change = requested(staff)
    row = delegated(staff, "--deputy", "oona")
    assert [one["deputy"] for one in staff.json("approval delegations")] == ["oona"]
    words = ["change", "approve", str(change["id"]), "--digest", change["digest"]]
    assert staff.as_("oona").json(words)["state"] == "approved"
    staff.as_("ada")(["approval", "revoke", str(row["id"]), "--reason", "back"])
    assert staff.json("approval delegations") == []


def test_the_vote_of_a_deputy_names_whom_it_is_for(staff):
    change = requested(staff)
    delegated(staff, "--deputy", "oona")
    staff.as_("oona")(["change", "approve", str(change["id"]), "--digest", change["digest"]])
    assert "oona for ada: approved" in staff(f"change show {change['id']}").stdout
