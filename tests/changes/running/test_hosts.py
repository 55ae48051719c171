"""What a playbook gets of a target: what its schema names, and all that is meant for it."""

from dataclasses import replace

import pytest

from changes.claims import Claim
from changes.errors import InvalidVariables
from changes.plans import Check, Guard, TargetPlan
from changes.playbooks import check_variables, playbook
from changes.running.hosts import guard_name, of_check, variables

TARGET = TargetPlan(
    device_id=1, hostname="r1", platform="cisco_ios", pre_state="", lines=("one",),
    rollback=("no one",), files=(), rollback_files=(), declared=(),
)  # fmt: skip
BOOK = playbook("correct_drift")


def test_there_go_the_lines_and_back_the_rollback():
    assert variables(BOOK, TARGET, way="there") == {"trimtab_lines": ["one"], "trimtab_files": []}
    assert variables(playbook("restore"), TARGET, way="back") == {
        "trimtab_lines": ["no one"], "trimtab_files": [],
    }  # fmt: skip


def test_only_a_target_with_a_guard_is_guarded():
    assert "trimtab_guard" not in variables(BOOK, TARGET, way="there", guard="trimtab-c1-f2")
    kept = replace(TARGET, guard=Guard(kind="watchdog", minutes=3))
    assert variables(playbook("confirm"), kept, way="back", guard="trimtab-c1-f2") == {
        "trimtab_guard": {"kind": "watchdog", "minutes": 3, "name": "trimtab-c1-f2"},
    }  # fmt: skip


def test_the_name_of_a_guard_is_one_that_the_playbooks_take():
    kept = replace(TARGET, guard=Guard(kind="watchdog", minutes=3))
    name = guard_name(Claim(change_id=12, fence=345, worker="w"))
    check_variables(BOOK, variables(BOOK, kept, way="there", guard=name))
    assert name == "trimtab-c12-f345"


def test_variables_that_the_playbook_does_not_know_are_not_hidden_from_its_schema():
    odd = replace(TARGET, variables={"bird": "heron"})
    with pytest.raises(InvalidVariables, match="bird"):
        check_variables(BOOK, variables(BOOK, odd, way="there"))
    assert "bird" not in variables(playbook("restore"), odd, way="back")


def test_what_a_check_has_for_one_host_goes_before_what_it_has_for_all():
    check = Check(
        name="c", playbook="p", digest="d", when="both",
        variables={"expect": ["a"], "gone": [], "hosts": {"r1": {"expect": ["b"]}}},
    )  # fmt: skip
    assert of_check(check, TARGET) == {"expect": ["b"], "gone": []}
    assert of_check(check, replace(TARGET, hostname="r2")) == {"expect": ["a"], "gone": []}
