"""Plans and their digests: what exactly is approved, and what is never planned."""

import copy
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from changes import planning, requests
from changes.errors import NoSafeCommands, NotActive, NothingToDo, SecretInPlan
from changes.plans import (
    PLAN,
    Check,
    File,
    Guard,
    Plan,
    Source,
    TargetPlan,
    Terms,
    Wave,
    digest_of,
    edited,
    make_plan,
)
from changes.playbooks import shelve
from changes.risk.model import Reason, Risk
from inventory import snapshots
from inventory.models import Device
from tests.factories import make_device

words = st.text(st.characters(codec="utf-8"), max_size=8)
lines = st.lists(words, max_size=3).map(tuple)
files = st.lists(st.builds(File, path=words, content=st.none() | words), max_size=2).map(tuple)
marks = st.lists(st.tuples(lines, words, st.sampled_from(["extra", "missing"])), max_size=2)
targets = st.builds(
    TargetPlan, device_id=st.integers(1, 2**31), hostname=words, platform=words, pre_state=words,
    lines=lines, rollback=lines, files=files, rollback_files=files, declared=marks.map(tuple),
    variables=st.dictionaries(words, words | st.integers(0, 9), max_size=2),
    guard=st.none() | st.builds(Guard, kind=words, minutes=st.integers(1, 60)),
    inventory=st.dictionaries(words, words | st.integers(0, 9), max_size=2),
)  # fmt: skip
waves = st.lists(
    st.builds(
        Wave, devices=st.lists(st.integers(1, 9)).map(tuple), may_fail=st.integers(0, 9)
    ), max_size=2,
)  # fmt: skip
checks = st.lists(
    st.builds(
        Check, name=words, playbook=words, digest=words, when=st.sampled_from(["before", "both"]),
        variables=st.dictionaries(words, words, max_size=2),
    ), max_size=2,
)  # fmt: skip
risks = st.builds(
    Risk, level=st.sampled_from(["low", "high"]), score=st.integers(0, 99),
    reasons=st.lists(st.builds(Reason, code=words, words=words, points=st.integers(0, 9)),
                     max_size=2).map(tuple),
    approvals=st.integers(1, 3), canary=st.integers(1, 3), window_required=st.booleans(),
    stages=lines, policy=words,
)  # fmt: skip
any_plan = st.builds(
    Plan, kind=words, method=words, playbook=words, playbook_digest=words, way_back=words,
    way_back_digest=words, revision=st.integers(1, 9), window_start=st.none() | words,
    window_end=st.none() | words, targets=st.lists(targets, min_size=1, max_size=2).map(tuple),
    waves=waves.map(tuple), checks=checks.map(tuple), risk=st.none() | risks,
    source=st.none() | st.builds(Source, name=words, version=st.integers(1, 9), digest=words),
)  # fmt: skip


def leaves(value, path=()):
    """The way to every single value of a plan's JSON."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, one in inside for leaf in leaves(one, (*path, key))]
    return [path]


def altered(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"{value}x"


@given(any_plan, st.data())
def test_any_changed_value_of_a_plan_changes_its_digest(plan, data):
    told = PLAN.dump_python(plan, mode="json")
    changed = copy.deepcopy(told)
    *way, last = data.draw(st.sampled_from(leaves(changed)))
    place = changed
    for step in way:
        place = place[step]
    place[last] = altered(place[last])
    try:
        other = PLAN.validate_python(changed)
    except ValidationError:
        return  # it is no plan at all any more
    assert digest_of(other) != digest_of(plan)


@given(any_plan)
def test_a_plan_keeps_its_digest_through_the_database_form(plan):
    assert digest_of(PLAN.validate_python(PLAN.dump_python(plan, mode="json"))) == digest_of(plan)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(any_plan, any_plan)
def test_different_plans_have_different_digests(one, other):
    assert (digest_of(one) == digest_of(other)) == (one == other)


def planned(office, *hostnames, **wanted):
    return requests.plan_of(office.requested(*hostnames, **wanted))


def test_a_plan_says_what_is_typed_how_it_goes_back_and_what_will_differ(office):
    (target,) = planned(office, "r1").targets
    assert (target.lines, target.rollback) == (
        ("interface Loopback0", " description by request"),
        ("interface Loopback0", " description router id"),
    )
    assert set(target.declared) == {
        (("interface Loopback0",), "description router id", "extra"),
        (("interface Loopback0",), "description by request", "missing"),
    }


def test_a_plan_says_why_a_device_does_not_go_back_by_itself(office):
    played, by_hand = (
        planned(office, "r1", method=one).targets[0] for one in ("playbook", "by_hand")
    )
    assert "no `archive` with a `path`" in played.unguarded
    assert (played.guard, by_hand.guard, by_hand.unguarded) == (None, None, "")


def test_a_guard_is_planned_from_the_text_that_the_lines_are_planned_from(office):
    with patch.object(snapshots, "text_of", wraps=snapshots.text_of) as read:
        office.requested("r1", checks=())
    assert read.call_count == 1


def test_an_edited_playbook_or_way_back_or_shared_task_is_named(office, tmp_path):
    plan = planned(office, "r1")
    for number, (file, named) in enumerate({
        "correct_drift/playbook.yml": "correct_drift", "restore/meta.yml": "restore",
        "tasks/lines.yml": "correct_drift", "plugins/action/trimtab_lines.py": "correct_drift",
    }.items()):  # fmt: skip
        place = tmp_path / str(number)
        place.mkdir()
        shelf = shelve(place)
        assert edited(plan, shelf) is None
        with (shelf / file).open("a") as text:
            text.write("# edited\n")
        assert edited(plan, shelf) == named


def test_lines_that_change_nothing_are_no_change(office):
    with pytest.raises(NothingToDo, match="would change nothing on r1"):
        office.requested("r1", lines=["interface Loopback0", " description router id"])


@pytest.mark.parametrize("line", [
    "username eve secret hunter2", "snmp-server community hunter2 RO", "enable secret hunter2",
])  # fmt: skip
def test_a_secret_in_clear_gets_into_no_plan(office, line):
    with pytest.raises(SecretInPlan, match="secret in clear") as refused:
        office.requested("r1", lines=[line])
    assert "hunter2" not in refused.value.message


def test_a_redacted_secret_gets_into_no_plan(office):
    with pytest.raises(SecretInPlan, match="redacted secret"):
        office.requested("r1", lines=["enable secret 9 <secret:0123456789ab>"])


def test_a_device_that_is_not_active_is_not_planned_for(office):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        device.state = "maintenance"
        ctx.record("test.maintained", device)
    with pytest.raises(NotActive, match=r"r1.* is maintenance"):
        office.requested("r1")


def test_a_device_that_never_showed_anything_is_not_planned_for(office):
    with office.acting("arranger") as ctx:
        office.ids["new"] = make_device(ctx, site=ctx.get(Device, office.ids["r1"]).site).id
    with pytest.raises(NothingToDo, match="trimtab collect"):
        office.requested("new")


def test_no_lines_are_typed_on_a_platform_that_has_none(office):
    with office.acting("arranger") as ctx:
        office.ids["server"] = make_device(
            ctx, platform="linux", site=ctx.get(Device, office.ids["r1"]).site
        ).id
    with pytest.raises(NoSafeCommands, match="not changed by typing lines"):
        office.requested("server")


def test_a_platform_that_no_playbook_works_on_is_changed_by_hand_only(office):
    with office.acting() as ctx:
        target = planning.typed(ctx, ctx.get(Device, office.ids["r1"]), ["ntp server 10.0.0.8"])
    other = replace(target, platform="mikrotik_routeros")
    with pytest.raises(NoSafeCommands, match="by hand"):
        make_plan([other], Terms(kind="normal", method="playbook", window=None))
    by_hand = Terms(kind="normal", method="by_hand", window=None)
    assert make_plan([other], by_hand).targets == (other,)
