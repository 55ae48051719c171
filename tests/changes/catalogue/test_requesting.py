"""Standard changes and templates used: what is requested, what is refused, what needs nobody."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from changes import approvals
from changes.catalogue import entries, requesting
from changes.catalogue.errors import EntryWrong, OutsideOfEntry, RowsWrong
from changes.catalogue.models import StandardChange
from changes.catalogue.rendering import RENDERER, Template
from changes.catalogue.rows import Row, read_rows, refuse
from changes.catalogue.standing import pre_approved, why_not
from changes.errors import NoSafeCommands, NothingToDo, SecretInPlan
from changes.models import ChangeRequest
from changes.plans import Source
from changes.requests import Wanted, plan_of
from core.errors import InvalidInput, NotFound, NotPermitted
from inventory.models import Device
from tests.changes.catalogue.conftest import INPUTS
from tests.factories import make_device, make_site, make_unit

WANTED = Wanted(title="Describe", reason="asked")


def template(text, **more):
    return Template(name="one.j2", text=text, inputs=INPUTS, **more)


def from_template(shelf, rows, text, **more):
    with shelf.office.acting("engineer") as ctx:
        change = requesting.request_from_template(ctx, template(text, **more), rows, WANTED)
    shelf.office.changes.append(change.id)
    return change


def count(shelf):
    with shelf.office.acting("arranger") as ctx:
        return len(ctx.session.scalars(select(ChangeRequest.id)).all())


@pytest.mark.usefixtures("judged")
def test_a_standard_change_is_approved_and_queued_when_it_is_requested(shelf):
    entry = shelf.approved()
    change = shelf.requested(entry, shelf.rows("r1", "r2"))
    assert shelf.office.state(change) == "approved"
    assert shelf.office.queued() == [change.id]


@pytest.mark.usefixtures("judged")
def test_its_plan_holds_the_rendered_lines_and_where_they_come_from(shelf):
    entry = shelf.approved()
    plan = plan_of(shelf.requested(entry, shelf.rows("r1")))
    assert plan.source == Source(name=entry.name, version=1, digest=entry.digest)
    assert [one.lines for one in plan.targets] == [
        ("interface Loopback0", " description by the book of")
    ]
    assert plan.targets[0].rollback == ("interface Loopback0", " description router id")


@pytest.mark.usefixtures("judged")
def test_a_retired_entry_releases_nothing_any_more(shelf):
    entry = shelf.approved()
    change = shelf.requested(entry, shelf.rows("r1"))
    with shelf.office.acting("arranger") as ctx:
        before = pre_approved(ctx, ctx.get(ChangeRequest, change.id))
    with shelf.office.acting("second") as ctx:
        entries.retire(ctx, entry.id, reason="wrong")
    with shelf.office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        assert (before, approvals.is_complete(ctx, row)) == (True, False)
        assert "is retired" in why_not(ctx, plan_of(row))


def test_a_risk_above_the_ceiling_is_no_standard_change(shelf, judged):
    entry = shelf.approved(risk_ceiling="low")
    before = count(shelf)
    judged("medium")
    with pytest.raises(OutsideOfEntry, match="its risk is medium"):
        shelf.requested(entry, shelf.rows("r1"))
    assert count(shelf) == before


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("changed", ["digest", "kind", "playbook_digest", "risk"])
def test_a_plan_that_is_not_the_entrys_is_not_approved_by_it(shelf, changed):
    plan = plan_of(shelf.requested(shelf.approved(), shelf.rows("r1")))
    other = {
        "digest": {"source": replace(plan.source, digest="0" * 64)}, "kind": {"kind": "normal"},
        "playbook_digest": {"playbook_digest": "0" * 64}, "risk": {"risk": None},
    }[changed]  # fmt: skip
    with shelf.office.acting("arranger") as ctx:
        assert why_not(ctx, plan) == ""
        assert why_not(ctx, replace(plan, **other)) != ""


@pytest.mark.usefixtures("judged")
def test_a_vote_that_is_taken_out_of_the_table_is_missed(shelf):
    change = shelf.requested(shelf.approved(), shelf.rows("r1"))
    with shelf.office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        entry = ctx.session.scalars(
            select(StandardChange).where(StandardChange.name == plan_of(row).source.name)
        ).one()
        ctx.session.delete(entry.votes[0])
        ctx.record("test.altered", entry)
        ctx.session.expire(entry)
        assert why_not(ctx, plan_of(row)).endswith("lacks approvals")


@pytest.mark.usefixtures("judged")
def test_an_entry_is_used_in_its_units_and_on_its_platforms_only(shelf):
    entry = shelf.approved()
    with shelf.office.acting("arranger") as ctx:
        far = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
        other = make_device(ctx, site=make_site(ctx, unit=shelf.unit(ctx)), platform="arista_eos")
        with pytest.raises(OutsideOfEntry, match="lies outside of"):
            requesting.request_standard(ctx, entry.name, [row(far)], reason="asked")
        with pytest.raises(OutsideOfEntry, match="is for cisco_ios"):
            requesting.request_standard(ctx, entry.name, [row(other)], reason="asked")


def row(device):
    return Row(hostname=device.hostname, variables={"text": "x"})


@pytest.mark.usefixtures("judged")
def test_a_device_of_another_jurisdiction_is_not_permitted(shelf):
    entry = shelf.approved()
    with shelf.office.acting("arranger") as ctx:
        far = make_device(ctx, site=make_site(ctx, unit=make_unit(ctx)))
    with pytest.raises(NotPermitted, match=r"device\.read"):
        shelf.requested(entry, [row(far)])


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize(("variables", "what"), [
    ({"text": 7}, "text: 7 is not of type"),
    ({"number": 1}, "text: 'text' is a required property"),
    ({"text": "a" * 21}, "text: .* is too long"),
    ({"text": "x", "more": 1}, "more: Additional properties"),
])  # fmt: skip
def test_a_variable_that_does_not_fit_is_named(shelf, variables, what):
    entry = shelf.approved()
    with pytest.raises(RowsWrong, match=what):
        shelf.requested(entry, shelf.rows("r1", **variables))


@pytest.mark.parametrize(("text", "error", "what"), [
    ("interface Loopback0\n description {{ nothing }}\n", RowsWrong, r"line 2: 'nothing' is undef"),
    ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", RowsWrong,
     "took more than"),
    ("{% for a in range(9999) %}no x\n{% endfor %}", RowsWrong, "9999 lines"),
    ("{{ 1 // 0 }}", RowsWrong, "line 1: integer division"),
    ("{{ (", EntryWrong, "line 1"),
    ("  \n", NoSafeCommands, "makes no lines"),
    ("hostname {{ device.hostname }}", NothingToDo, "would change nothing"),
    ("snmp-server community s3cret RO", SecretInPlan, "holds? a secret"),
])  # fmt: skip
def test_a_template_that_cannot_be_used_is_refused_with_its_reason(
    shelf, text, error, what, monkeypatch
):
    monkeypatch.setattr(RENDERER, "seconds", 0.5)
    before = count(shelf)
    with pytest.raises(error, match=what):
        from_template(shelf, shelf.rows("r1"), text)
    assert count(shelf) == before


def test_a_template_that_does_not_end_is_tried_with_one_device_only(shelf, monkeypatch):
    monkeypatch.setattr(RENDERER, "seconds", 0.5)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(RowsWrong) as wrong:
        from_template(shelf, shelf.rows("r1", "r2", "r3"), endless)
    assert wrong.value.message.count("was stopped") == 1


def test_a_change_from_a_template_is_a_normal_one_that_names_it(shelf):
    text = "interface Loopback0\n description {{ text }}\n"
    change = from_template(shelf, shelf.rows("r1", "r3"), text)
    plan = plan_of(change)
    assert (change.kind, change.state, plan.source.name) == ("normal", "proposed", "one.j2")
    assert plan.source.digest == template(text).digest


def test_a_template_of_ones_own_is_no_standard_change(shelf):
    with shelf.office.acting("engineer") as ctx, pytest.raises(InvalidInput, match="catalogue"):
        requesting.request_from_template(
            ctx, template("no x"), shelf.rows("r1"),
            Wanted(title="t", reason="r", kind="standard"),
        )  # fmt: skip


def test_rollback_lines_of_a_template_are_kept_when_they_lead_back(shelf):
    back = "interface Loopback0\n no description\n description router id\n"
    change = from_template(
        shelf, shelf.rows("r1"), "interface Loopback0\n description {{ text }}\n", rollback=back
    )
    assert plan_of(change).targets[0].rollback == tuple(back.splitlines())


def test_rollback_lines_that_do_not_lead_back_are_refused(shelf):
    with pytest.raises(NoSafeCommands, match="do not lead back"):
        from_template(
            shelf, shelf.rows("r1"), "interface Loopback0\n description {{ text }}\n",
            rollback="interface Loopback0\n no description\n",
        )  # fmt: skip


def test_one_device_under_two_spellings_is_refused(shelf):
    rows = shelf.rows("r1")
    rows.append(Row(hostname=rows[0].hostname.upper(), variables=rows[0].variables))
    with pytest.raises(InvalidInput, match="named twice"):
        from_template(shelf, rows, "interface Loopback0\n description {{ text }}\n")


def test_an_unknown_device_keeps_its_code(shelf):
    with pytest.raises(NotFound, match="no device nowhere"):
        from_template(shelf, [Row(hostname="nowhere", variables={"text": "x"})], "no x")


def test_every_mistake_of_a_csv_is_told_at_once_with_line_and_column(shelf):
    r1, r2 = (one.hostname for one in shelf.rows("r1", "r2"))
    text = f"hostname,text,number\n{r1},fine,0\nnowhere,x,0\n{r2},{'a' * 21},many\n"
    rows, wrong = read_rows(text, INPUTS)
    refuse(wrong)
    before = count(shelf)
    with pytest.raises(RowsWrong) as told:
        from_template(shelf, rows, "interface Loopback0\n description {{ text }}\n")
    assert told.value.message.splitlines()[1:] == [
        "line 3, column hostname: There is no device nowhere; `trimtab device list` shows all.",
        f"line 4, column text: '{'a' * 21}' is too long",
        "line 4, column number: 'many' is not of type 'integer'",
    ]
    assert count(shelf) == before


def test_a_preview_shows_the_lines_and_requests_nothing(shelf):
    rows, before = shelf.rows("r1"), count(shelf)
    with shelf.office.acting("engineer") as ctx:
        [shown] = requesting.preview_template(
            ctx, template("interface Loopback0\n description {{ text }}\n"), rows
        )
    assert shown.lines == ("interface Loopback0", " description by the book")
    assert count(shelf) == before


@pytest.mark.parametrize("text", ["x\nno ntp", "x\rno ntp", "x\u2028no ntp", "x\x15no ntp"])
def test_a_variable_adds_no_line_to_what_was_approved(shelf, text):
    entry = shelf.approved()
    with pytest.raises(RowsWrong, match="text holds a line end"):
        shelf.requested(entry, shelf.rows("r1", text=text))


def test_what_the_inventory_says_of_a_device_adds_no_line(shelf):
    entry = shelf.approved()
    with shelf.office.acting("arranger") as ctx:
        device = ctx.get(Device, shelf.office.ids["r1"])
        device.role = "core\nno ntp"
        ctx.record("test.role", device)
    with pytest.raises(RowsWrong, match="device holds a line end"):
        shelf.requested(entry, shelf.rows("r1"))
