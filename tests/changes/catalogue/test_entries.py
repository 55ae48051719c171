"""Standard changes in the catalogue: who may draft, approve and retire which."""

from datetime import timedelta

import pytest

from changes.catalogue import entries
from changes.catalogue.content import digest_now
from changes.catalogue.errors import EntryWrong, NotOffered, OwnDraft
from changes.catalogue.models import StandardChange
from changes.errors import AlreadyDecided, StaleDigest, WrongState
from core.errors import InvalidInput, NotFound, NotPermitted
from organization.models import Person
from tests.factories import make_post, make_unit


def state(shelf, entry):
    with shelf.office.acting("arranger") as ctx:
        return ctx.get(StandardChange, entry.id).state


def test_a_draft_becomes_approved_with_the_second_other_person(shelf):
    entry = shelf.drafted()
    shelf.voted(entry, by="approver")
    between = state(shelf, entry)
    shelf.voted(entry, by="second")
    assert (between, state(shelf, entry)) == ("draft", "approved")


def test_who_drafted_it_does_not_approve_it_whatever_posts_are_held(shelf):
    with shelf.office.acting("arranger") as ctx:
        person = ctx.get(Person, shelf.office.people["approver"].person_id)
        make_post(ctx, unit=shelf.unit(ctx), permissions=["change.request"], holder=person)
    entry = shelf.drafted(by="approver")
    with pytest.raises(OwnDraft, match="two other"):
        shelf.voted(entry, by="approver")


def test_one_person_has_one_voice(shelf):
    entry = shelf.drafted()
    shelf.voted(entry, by="approver")
    with pytest.raises(AlreadyDecided, match="has approved"):
        shelf.voted(entry, by="approver")


def test_an_engineer_may_not_approve(shelf):
    with pytest.raises(NotPermitted, match=r"change\.approve"):
        shelf.voted(shelf.drafted(), by="operator")


def test_an_approver_may_not_draft(shelf):
    with pytest.raises(NotPermitted, match=r"change\.request"):
        shelf.drafted(by="approver")


def test_a_vote_is_for_exactly_the_digest_that_was_shown(shelf):
    entry = shelf.drafted()
    with shelf.office.acting("approver") as ctx, pytest.raises(StaleDigest, match="another"):
        entries.approve(ctx, entry.id, digest="0" * 64, note="")


def test_a_row_that_was_altered_gets_no_vote(shelf):
    entry = shelf.drafted()
    with shelf.office.acting("arranger") as ctx:
        ctx.get(StandardChange, entry.id).template = "no logging\n"
        ctx.record("test.altered", entry)
    with pytest.raises(StaleDigest):
        shelf.voted(entry, by="approver")


def test_an_altered_row_is_not_offered(shelf):
    entry = shelf.approved()
    with shelf.office.acting("arranger") as ctx:
        ctx.get(StandardChange, entry.id).risk_ceiling = "high"
        ctx.record("test.altered", entry)
    with shelf.office.acting("engineer") as ctx, pytest.raises(NotOffered, match="altered"):
        entries.offered(ctx, entry.name)


def test_another_content_is_the_next_version_and_replaces_the_former_when_approved(shelf):
    first = shelf.approved()
    second = shelf.drafted(title="Describe it better")
    between = state(shelf, first)
    for name in ("approver", "second"):
        shelf.voted(second, by=name)
    assert (second.version, between, state(shelf, first)) == (2, "approved", "retired")
    with shelf.office.acting("engineer") as ctx:
        assert entries.offered(ctx, first.name).id == second.id


def test_a_draft_is_taken_back_by_its_drafter_and_an_approved_one_only_by_an_approver(shelf):
    draft, used = shelf.drafted(), None
    with shelf.office.acting("engineer") as ctx:
        entries.retire(ctx, draft.id, reason="wrong")
    used = shelf.approved()
    with shelf.office.acting("engineer") as ctx, pytest.raises(NotPermitted):
        entries.retire(ctx, used.id, reason="wrong")
    with shelf.office.acting("second") as ctx:
        entries.retire(ctx, used.id, reason="wrong")
    assert (state(shelf, draft), state(shelf, used)) == ("retired", "retired")


def test_retiring_needs_a_reason_and_happens_once(shelf):
    entry = shelf.drafted()
    with shelf.office.acting("approver") as ctx:
        with pytest.raises(InvalidInput, match="Say why"):
            entries.retire(ctx, entry.id, reason=" ")
        entries.retire(ctx, entry.id, reason="wrong")
        with pytest.raises(WrongState, match="already"):
            entries.retire(ctx, entry.id, reason="again")


def test_neither_a_draft_nor_a_retired_nor_an_unknown_one_is_offered(shelf):
    entry = shelf.drafted()
    with shelf.office.acting("engineer") as ctx:
        with pytest.raises(NotOffered, match="not approved yet"):
            entries.offered(ctx, entry.name)
        entries.retire(ctx, entry.id, reason="wrong")
        with pytest.raises(NotOffered, match="retired"):
            entries.offered(ctx, entry.name)
        with pytest.raises(NotFound):
            entries.offered(ctx, "nothing_of_the_kind")


def test_a_version_ends_with_its_time(shelf):
    entry = shelf.approved(valid_until=shelf.office.clock.at + timedelta(days=1))
    shelf.office.clock.forward(days=2)
    with shelf.office.acting("engineer") as ctx, pytest.raises(NotOffered, match="valid until"):
        entries.offered(ctx, entry.name)


@pytest.mark.parametrize(("content", "place"), [
    ({"title": " "}, "title, description"),
    ({"platforms": ()}, "platforms: none given"),
    ({"platforms": ("cisco_ios", "juniper_junos")}, "platforms: juniper_junos is not changed by"),
    ({"platforms": ("linux",)}, "linux is not changed by typing lines"),
    ({"risk_ceiling": "none"}, "risk_ceiling"),
    ({"template": ""}, "template: write the lines"),
    ({"template": "{% for x %}"}, "template, line 1"),
    ({"template": "a\n{{ x", "rollback_template": ""}, "template, line 2"),
    ({"rollback_template": "{% if %}"}, "rollback_template, line 1"),
    ({"template": "x", "playbook": "pre_check"}, "only the playbook correct_drift types lines"),
    ({"inputs": {"type": "nothing"}}, "inputs.type"),
    ({"inputs": {"type": "object"}}, "additionalProperties: false"),
    ({"inputs": {"type": "object", "additionalProperties": False,
                 "properties": {"device": {}}}}, "device is a name of Trimtab's own"),
])  # fmt: skip
def test_a_draft_that_cannot_be_used_is_refused_with_the_place(shelf, content, place):
    with pytest.raises(EntryWrong, match=place):
        shelf.drafted(**content)


def test_everything_that_is_wrong_is_told_at_once(shelf):
    with pytest.raises(EntryWrong) as wrong:
        shelf.drafted(title="", template="{{", risk_ceiling="none")
    assert all(word in wrong.value.message for word in ("title", "line 1", "risk_ceiling"))


def test_a_unit_elsewhere_and_a_past_end_are_refused(shelf):
    with pytest.raises(EntryWrong, match="valid_until"):
        shelf.drafted(valid_until=shelf.office.clock.at - timedelta(days=1))
    with shelf.office.acting("arranger") as ctx:
        other = make_unit(ctx).code
    with pytest.raises(EntryWrong, match=f"units: {other}"):
        shelf.drafted(units=(other,))


def test_the_digest_is_that_of_the_stored_row(shelf):
    entry = shelf.approved(valid_until=shelf.office.clock.at + timedelta(days=1))
    with shelf.office.acting("arranger") as ctx:
        row = ctx.get(StandardChange, entry.id)
        assert digest_now(row) == row.digest


def test_the_catalogue_lists_the_newest_versions(shelf):
    first = shelf.approved()
    second = shelf.drafted(title="Better")
    with shelf.office.acting("auditor") as ctx:
        listed = {one.name: one.id for one in entries.listed(ctx)}
        assert listed[first.name] == second.id
        assert [one.version for one in entries.versions(ctx, first.name)] == [2, 1]
