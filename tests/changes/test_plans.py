"""Plans and their digests: what exactly is approved, and what is never planned."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes import plans, requests
from changes.errors import NoSafeCommands, NotActive, NothingToDo, SecretInPlan
from changes.plans import PLAN, File, Plan, TargetPlan, digest_of, edited, make_plan
from changes.playbooks import shelve
from inventory.models import Device
from tests.factories import make_device

words = st.text(st.characters(codec="utf-8"), max_size=8)
lines = st.lists(words, max_size=3).map(tuple)
files = st.lists(st.builds(File, path=words, content=st.none() | words), max_size=2).map(tuple)
marks = st.lists(st.tuples(lines, words, st.sampled_from(["extra", "missing"])), max_size=2)
targets = st.builds(
    TargetPlan, device_id=st.integers(1, 2**31), hostname=words, platform=words, pre_state=words,
    lines=lines, rollback=lines, files=files, rollback_files=files, declared=marks.map(tuple),
)  # fmt: skip
any_plan = st.builds(
    Plan, kind=words, method=words, playbook=words, playbook_digest=words, way_back=words,
    way_back_digest=words, revision=st.integers(1, 9), window_start=st.none() | words,
    window_end=st.none() | words, targets=st.lists(targets, min_size=1, max_size=2).map(tuple),
)  # fmt: skip


def leaves(value, path=()):
    """The way to every single value of a plan's JSON."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, one in inside for leaf in leaves(one, (*path, key))]
    return [path]


def altered(value):
    if isinstance(value, int):
        return value + 1
    return "x" if value is None else f"{value}x"


@given(any_plan, st.data())
def test_any_changed_value_of_a_plan_changes_its_digest(plan, data):
    told = PLAN.dump_python(plan, mode="json")
    changed = copy.deepcopy(told)
    *way, last = data.draw(st.sampled_from(leaves(changed)))
    place = changed
    for step in way:
        place = place[step]
    place[last] = altered(place[last])
    assert digest_of(PLAN.validate_python(changed)) != digest_of(plan)


@given(any_plan)
def test_a_plan_keeps_its_digest_through_the_database_form(plan):
    assert digest_of(PLAN.validate_python(PLAN.dump_python(plan, mode="json"))) == digest_of(plan)


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


def test_an_edited_playbook_or_way_back_or_shared_task_is_named(office, tmp_path):
    plan = planned(office, "r1")
    for number, (file, named) in enumerate({
        "correct_drift/playbook.yml": "correct_drift", "restore/meta.yml": "restore",
        "tasks/apply.yml": "correct_drift", "plugins/action/trimtab_lines.py": "correct_drift",
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
        target = plans.typed(ctx, ctx.get(Device, office.ids["r1"]), ["ntp server 10.0.0.8"])
    other = replace(target, platform="cisco_nxos")
    with pytest.raises(NoSafeCommands, match="by hand"):
        make_plan([other], kind="normal", method="playbook", window=None)
    assert make_plan([other], kind="normal", method="by_hand", window=None).targets == (other,)
