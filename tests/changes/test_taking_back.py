"""What a succeeded change did is taken back by a later one: files, set lines, playbooks."""

import pytest
import yaml

from changes import oversight, planning, requests, revisions
from changes.errors import NoWayBack, PlaybookBroken
from changes.models import ChangeRequest
from changes.plans import File
from changes.playbooks import playbook
from changes.requests import Wanted, plan_of
from changes.states import State
from core.errors import NotPermitted
from inventory import snapshots
from inventory.models import Device
from tests.changes.office import configuration, plain_risk

MOTD = "[file /etc/motd]\n {text}\n[file /etc/issue]\n same\n"
PLAY = """\
- name: Start a service
  hosts: all
  gather_facts: false
  tasks:
    - name: Look
      ansible.builtin.import_tasks: ../tasks/check.yml
"""
INPUTS = {
    "type": "object", "additionalProperties": False, "required": ["service"],
    "properties": {"service": {"type": "string"}},
}  # fmt: skip
ROLLBACK = {"how": ["playbook"], "playbook": "stop", "words": "It is stopped again."}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Playbooks of one's own; `own(name, rollback)` writes one."""
    monkeypatch.setenv("TRIMTAB_PLAYBOOKS", str(tmp_path))

    def write(name, rollback):
        meta = {
            "title": "Start a service", "risk": "low", "platforms": ["cisco_ios"],
            "check_mode": True, "rollback": rollback, "verification": "none_expected",
            "inputs": INPUTS,
        }  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "playbook.yml").write_text(PLAY)
        (tmp_path / name / "meta.yml").write_text(yaml.safe_dump(meta))

    return write


def shown(office, text, *, platform="cisco_ios"):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        device.platform = platform
        snapshots.store(ctx, device, source="running", doubts=(), facts={}, text=text)
        ctx.record("test.collected", device)


def succeeded(office, plan, **wanted):
    """A change of r1 by what `plan(ctx, device)` makes of it, which was carried out."""
    with office.acting("engineer") as ctx, plain_risk():
        target = plan(ctx, ctx.get(Device, office.ids["r1"]))
        change = requests.propose(
            ctx, [(target, None)], Wanted(title="One", reason="asked", **wanted)
        )  # fmt: skip
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        row.state = State.SUCCEEDED
        ctx.record("test.arranged", row)
    return change


def undone(office, change, *, by="engineer"):
    with office.acting(by) as ctx, plain_risk():
        return oversight.request_rollback(ctx, change.id, reason="it made things worse")


def only_target(change):
    (target,) = plan_of(change).targets
    return target


def put(office, content):
    """A change that puts /etc/motd in place, carried out."""
    shown(office, MOTD.format(text="first"), platform="linux")
    files = (File(path="/etc/motd", content=content),)
    return succeeded(office, lambda ctx, one: planning.filed(ctx, one, files))


def test_the_former_files_are_put_back_whole(office):
    change = put(office, "second\n")
    shown(office, MOTD.format(text="second"), platform="linux")
    back = undone(office, change)
    assert (plan_of(back).playbook, plan_of(back).way_back, back.rolls_back_id) == (
        "restore", "restore", change.id,
    )  # fmt: skip
    assert (only_target(back).files, only_target(back).rollback_files) == (
        (File(path="/etc/motd", content="first\n"),), (File(path="/etc/motd", content="second\n"),),
    )  # fmt: skip


def test_a_file_that_was_new_is_taken_away(office):
    shown(office, "[file /etc/issue]\n same\n", platform="linux")
    files = (File(path="/etc/motd", content="second\n"),)
    change = succeeded(office, lambda ctx, one: planning.filed(ctx, one, files))
    shown(office, MOTD.format(text="second"), platform="linux")
    assert only_target(undone(office, change)).files == (File(path="/etc/motd", content=None),)


def test_what_takes_back_is_planned_anew_from_what_is_shown_then(office):
    change = put(office, "second\n")
    shown(office, MOTD.format(text="second"), platform="linux")
    back = undone(office, change)
    shown(office, MOTD.format(text="third"), platform="linux")
    with office.acting("engineer") as ctx:
        target = only_target(revisions.renew(ctx, back.id))
    assert (target.files, target.rollback_files) == (
        (File(path="/etc/motd", content="first\n"),), (File(path="/etc/motd", content="third\n"),),
    )  # fmt: skip


def test_lines_are_taken_back_by_the_plan_of_the_change(office):
    lines = ("interface Loopback0", " description by request")
    change = succeeded(office, lambda ctx, one: planning.typed(ctx, one, lines))
    office.shows("r1", description="by request")
    target = only_target(undone(office, change))
    assert (target.lines, target.rollback, target.intent) == (
        ("interface Loopback0", " description router id"), lines, {"undoes": change.id},
    )  # fmt: skip


JUNOS = "system {{\n    host-name r1;\n    domain-name {name};\n}}\n"


def corrected_junos(office):
    """A correction of set lines, carried out."""
    shown(office, JUNOS.format(name="drifted"), platform="juniper_junos")
    meant = JUNOS.format(name="meant")
    return succeeded(office, lambda ctx, one: planning.correction(ctx, one, meant))


def test_set_lines_are_taken_back_as_long_as_only_the_change_is_between(office):
    change = corrected_junos(office)
    shown(office, JUNOS.format(name="meant"), platform="juniper_junos")
    flipped = {"missing": "extra", "extra": "missing"}
    assert set(only_target(undone(office, change)).declared) == {
        (path, line, flipped[side]) for path, line, side in only_target(change).declared
    }


def test_set_lines_are_not_taken_back_over_a_later_change(office):
    change = corrected_junos(office)
    shown(office, JUNOS.format(name="another"), platform="juniper_junos")
    with pytest.raises(NoWayBack, match="was changed since"):
        undone(office, change)


def test_a_playbook_is_taken_back_by_the_one_that_it_names(office, own):
    own("start", ROLLBACK)
    own("stop", {**ROLLBACK, "playbook": "start"})
    change = succeeded(
        office, lambda ctx, one: planning.by_playbook(ctx, one, {"service": "ntp"}),
        playbook="start",
    )  # fmt: skip
    back = undone(office, change)
    told, variables = plan_of(back), only_target(back).variables
    assert (plan_of(change).way_back, told.playbook, told.way_back, variables) == (
        "stop", "stop", "start", {"service": "ntp"},
    )  # fmt: skip


@pytest.mark.parametrize(("rollback", "told"), [
    ({"how": ["none"], "words": "Nothing is changed."}, "says of itself: Nothing is changed"),
    ({"how": ["lines"], "words": "By lines."}, "name the playbook that undoes it"),
])  # fmt: skip
def test_where_there_is_no_way_back_the_reason_is_told(office, own, rollback, told):
    own("start", rollback)
    change = succeeded(
        office, lambda ctx, one: planning.by_playbook(ctx, one, {"service": "ntp"}),
        playbook="start",
    )  # fmt: skip
    with pytest.raises(NoWayBack, match=told):
        undone(office, change)


@pytest.mark.parametrize("rollback", [
    {"how": ["playbook"], "words": "x"}, {"how": ["lines"], "words": "x", "playbook": "stop"},
])  # fmt: skip
def test_a_playbook_as_the_way_back_has_a_name(own, rollback):
    own("start", rollback)
    with pytest.raises(PlaybookBroken, match="go together"):
        playbook("start")


def test_what_takes_back_is_guarded_where_the_device_has_a_guard(office):
    archive = "archive\n path flash:archive\n"
    lines = ("interface Loopback0", " description by request")
    shown(office, configuration("r1") + archive)
    change = succeeded(office, lambda ctx, one: planning.typed(ctx, one, lines))
    shown(office, configuration("r1", description="by request") + archive)
    assert only_target(undone(office, change)).guard.kind == "revert_timer"


TYPING = """\
- name: Start a service
  hosts: all
  gather_facts: false
  tasks:
    - name: Type
      trimtab_lines:
        lines: "{{ VARIABLE }}"
"""


@pytest.mark.slow
def test_a_playbook_that_altered_the_configuration_is_taken_back_in_its_run(floor, own, tmp_path):
    own("start", ROLLBACK)
    own("stop", {"how": ["none"], "words": "It is itself the way back."})
    for name, variable in (("start", "lines"), ("stop", "back")):
        place = tmp_path / name
        (place / "playbook.yml").write_text(TYPING.replace("VARIABLE", variable))
        meta = yaml.safe_load((place / "meta.yml").read_text())
        named = ("lines", "back") if name == "start" else ("back",)
        meta["inputs"] = {
            "type": "object", "additionalProperties": False, "required": list(named),
            "properties": {one: {"type": "array"} for one in named},
        }  # fmt: skip
        (place / "meta.yml").write_text(yaml.safe_dump(meta))
    device, house = floor.devices[0], floor.house
    house.observe(device.hostname)
    before, line = device.running(), "ntp server 10.99.99.99"
    with house.acting(house.engineer) as ctx, plain_risk():
        row = ctx.get(Device, house.ids[device.hostname])
        target = planning.by_playbook(ctx, row, {"lines": [line], "back": [f"no {line}"]})
        wanted = Wanted(title="Start", reason="asked", playbook="start", checks=())
        change = requests.propose(ctx, [(target, None)], wanted)
    floor.approve(change)
    assert floor.execute(change) is State.ROLLED_BACK, floor.now(change).outcome
    assert device.running() == before
    assert "seen but not declared: ntp server 10.99.99.99" in floor.now(change).outcome


def test_who_may_not_request_takes_nothing_back(office):
    lines = ("interface Loopback0", " description by request")
    change = succeeded(office, lambda ctx, one: planning.typed(ctx, one, lines))
    shown(office, configuration("r1", description="by request"))
    with pytest.raises(NotPermitted):
        undone(office, change, by="approver")
