"""Erasing a person's name: the records and their proofs stay."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from changes.erasing import TIES, erase_person
from core.audit import Subject
from core.errors import Conflict, InvalidInput, NotPermitted
from core.evidence.documents import document
from core.evidence.proofs import prove_all
from core.evidence.sealing import seal
from core.evidence.standalone.program import main
from core.identities import PersonIdentity, identity_of, names_of
from core.records import inspect, list_records
from drift.scan_models import Scan
from operations.models import Event
from operations.notice_models import Notice, NoticePreference
from organization.models import ApiToken, Person
from organization.people import create_person, deactivate, in_records
from organization.permissions import POST_TEMPLATES
from organization.posts import assign, release
from organization.tokens import issue
from tests.acting import acting
from tests.core.old_record import an_old_record
from tests.factories import make_person, make_post, make_unit

SUBJECT = Subject(type="test", id="0", label="test")
REASON = "asked for it"


@pytest.fixture
def erin(ctx):
    """Was here, did things, is deactivated."""
    post = make_post(ctx, unit=make_unit(ctx), permissions=["device.read"])
    person = create_person(
        ctx, username="erin.example", name="Erin Example", email="e@example.net",
        password="correct horse battery",
    )  # fmt: skip
    assign(ctx, post=post, person=person)
    acting(ctx, person).record("test.done", SUBJECT)
    issue(ctx, person=person, name="script")
    release(ctx, post=post, person=person)
    deactivate(ctx, person)
    return person


def test_after_erasure_nothing_in_the_database_but_free_text_holds_the_name(ctx, erin):
    commitment = identity_of(ctx.session, erin.id)
    told = erase_person(ctx, "erin.example", reason=REASON)
    shown = f"erased person {commitment.hex()[:8]}"
    assert (told.username, told.name, told.old_records) == (f"erased-{erin.id}", shown, 0)
    assert (erin.email, erin.password_hash, erin.active) == (None, None, False)
    rows = ctx.session.scalars(
        select(PersonIdentity).where(PersonIdentity.person_id == erin.id),
        execution_options={"populate_existing": True},
    ).all()
    assert {(row.salt, row.username, row.name) for row in rows} == {(None, None, None)}
    assert all(row.erased_at == ctx.now() for row in rows)
    for mapper in Person.registry.mappers:
        table = mapper.local_table.name
        found = ctx.session.scalar(
            text(f"SELECT count(*) FROM {table} one WHERE one::text ILIKE '%erin%example%'")  # noqa: S608
        )
        assert (table, found) == (table, 0)


def test_records_show_the_pseudonym_and_are_found_by_it(ctx, erin):
    told = erase_person(ctx, "erin.example", reason=REASON)
    [done] = list_records(ctx, actor=told.name)
    assert (done.action, done.actor_name, done.actor_id) == ("test.done", told.name, erin.id)
    [erased, *_] = list_records(ctx, subject_type="person", subject_id=str(erin.id))
    assert (erased.action, erased.facts) == (
        "person.erased",
        {"reason": REASON, "identities": 1, "old_records": 0,
         "identity": done.actor_identity.hex()},
    )  # fmt: skip


def test_notices_tokens_scans_and_texts_of_the_platform_are_rid_of_the_name(ctx, erin):
    other, now = make_person(ctx), ctx.now()
    detail = "Erin Example broke the glass at noon. Erin Example is on a device."
    for person in (erin, other):
        ctx.add(Notice(person_id=person.id, mark="m", topic="over", title="t", detail=detail,
                       path="/", noted_at=now, next_at=now))  # fmt: skip
    ctx.add(NoticePreference(person_id=erin.id, manner="off"))
    event = ctx.add(
        Event(fingerprint="erasure", kind="break_glass", title="t", detail=detail, severity="info",
              first_at=now, last_at=now)
    )  # fmt: skip
    scan = ctx.add(
        Scan(kind="scan", started_by="erin.example", started_at=now, asked=0, resting=0,
             outcomes={}, slowest=[], failed=[], cut={})
    )  # fmt: skip
    told = erase_person(ctx, "erin.example", reason=REASON)
    rest = f"{told.name} broke the glass at noon. Erin Example is on a device."
    ctx.session.refresh(scan)
    assert (event.detail, scan.started_by) == (rest, told.name)
    assert [one.detail for one in ctx.session.scalars(select(Notice))] == [rest]
    assert ctx.session.get(NoticePreference, erin.id) is None
    live = select(ApiToken).where(ApiToken.person_id == erin.id, ApiToken.revoked_at.is_(None))
    assert ctx.session.scalar(live) is None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _, one: setattr(one, "active", True), "is active"),
        (lambda ctx, one: make_post(ctx, unit=make_unit(ctx), permissions=[], holder=one), "post"),
        (lambda ctx, one: setattr(ctx, "person", replace(ctx.person, person_id=one.id)), "themsel"),
        (lambda ctx, _: erase_person(ctx, "erin.example", reason=REASON), "no person"),
    ],
)
def test_who_is_still_needed_is_not_erased(ctx, erin, spoil, said):
    spoil(ctx, erin)
    ctx.session.flush()
    with pytest.raises((Conflict, InvalidInput), match=said):
        erase_person(ctx, "erin.example", reason=REASON)


@pytest.mark.usefixtures("erin")
def test_who_is_erased_is_not_erased_again(ctx):
    told = erase_person(ctx, "erin.example", reason=REASON)
    with pytest.raises(Conflict, match="erased already"):
        erase_person(ctx, told.username, reason=REASON)


@pytest.mark.parametrize(
    "reason", [" ", "Erin Example asked", "of erin.example", "Erin wished it", "ERIN.EXAMPLE left"]
)
def test_the_reason_is_given_and_names_nobody(ctx, erin, reason):
    with pytest.raises(InvalidInput):
        erase_person(ctx, "erin.example", reason=reason)
    assert erin.username == "erin.example"


@pytest.mark.usefixtures("erin")
def test_it_needs_a_permission_that_administrators_have_and_auditors_lack(ctx):
    assert "person.erase" in POST_TEMPLATES["administrator"]
    assert "person.erase" not in POST_TEMPLATES["auditor"]
    with pytest.raises(NotPermitted, match=r"person\.erase"):
        erase_person(acting(ctx, make_person(ctx)), "erin.example", reason=REASON)


def test_records_of_format_1_that_name_the_person_are_counted(ctx, erin):
    old = an_old_record(name="erin.example", person_id=erin.id)
    ctx.session.add(old)
    ctx.session.flush()
    assert erase_person(ctx, "erin.example", reason=REASON).old_records == 1
    assert old.actor_name == "erin.example"


def test_nobody_takes_the_name_of_an_erased_person(ctx):
    make_unit(ctx)
    with pytest.raises(InvalidInput, match="erased-"):
        create_person(ctx, username="erased-7", name="x")


def test_filters_that_leave_the_house_tell_of_persons_by_number(ctx, erin):
    told = in_records(ctx, {"actor": "erin.example", "state": "open"})
    commitment = identity_of(ctx.session, erin.id).hex()
    assert told == {"actor": {"person": erin.id, "identity": commitment}, "state": "open"}


def test_every_tie_lets_go_of_who_is_tied_to_nothing(ctx):
    assert [one.holds(ctx, make_person(ctx)) for one in TIES] == [None] * len(TIES)


def _did(ctx, person):
    return acting(ctx, person).record("test.done", SUBJECT, to=ctx.identified(person.id))


@given(doings=st.lists(st.integers(0, 2), min_size=1, max_size=30), whom=st.integers(0, 2))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=8
)
def test_every_proof_holds_after_an_erasure(ctx, tmp_path, doings, whom):
    persons = [make_person(ctx) for _ in range(3)]
    make_unit(ctx)
    made = [_did(ctx, persons[one]) for one in doings]
    seal(ctx)
    numbers = [record.id for record in made]
    before = document(prove_all(ctx, numbers))
    gone, size = persons[whom], inspect(ctx).size
    gone.active = False
    ctx.session.flush()
    known = {identity_of(ctx.session, one.id): one for one in persons}
    told = erase_person(ctx, gone.username, reason=REASON)
    assert inspect(ctx).ok
    assert document(prove_all(ctx, numbers, size=size)) == before
    seal(ctx)
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(document(prove_all(ctx, numbers))))
    assert main([str(file)]) == 0
    names = names_of(ctx.session, list(known))
    assert {names[key] for key, one in known.items() if one is gone} == {told.name}
