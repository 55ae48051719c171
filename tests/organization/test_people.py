"""Persons, their passwords and their sign-in."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from core.audit import AuditRecord
from core.errors import Conflict, InvalidInput, NotPermitted
from organization import people, tokens, web_sessions
from organization.models import Person, WebSession
from organization.people import (
    SignInRefused,
    Throttled,
    authenticate,
    by_username,
    create_person,
    deactivate,
    list_people,
    set_password,
)
from organization.permissions import POST_TEMPLATES
from organization.posts import assign, holders
from tests.acting import acting
from tests.factories import make_person, make_post, make_unit

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Argon2 that costs little; one test looks at what it costs outside of the tests."""
    monkeypatch.setattr(people, "hasher", PasswordHasher(1, 8, 1))


@pytest.fixture
def erin(ctx):
    make_unit(ctx)
    person = create_person(ctx, username="erin", name="Erin Engineer", password=PASSWORD)
    ctx.recorded.clear()
    return person


@pytest.fixture
def chief(ctx):
    """The context of somebody who administers the whole organization."""
    person = make_person(ctx)
    make_post(ctx, unit=make_unit(ctx), permissions=POST_TEMPLATES["administrator"], holder=person)
    return acting(ctx, person)


def fail(ctx, times, username="erin"):
    for _ in range(times):
        with pytest.raises(SignInRefused):
            authenticate(ctx, username, "wrong")


def test_passwords_are_hashed_as_expensively_as_rfc_9106_asks_of_small_machines():
    assert people.UNKNOWN_HASH.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_person_is_made_with_a_hash_of_the_password(chief):
    person = create_person(chief, username="ada", name="Ada", email="a@b.c", password=PASSWORD)
    assert (person.label, person.email, person.active, person.governing_unit_id) == (
        "ada", "a@b.c", True, None,
    )  # fmt: skip
    assert person.password_hash.startswith("$argon2id$")
    assert PASSWORD not in person.password_hash
    assert chief.recorded == ["person.created"]


@pytest.mark.parametrize("username", ["", " ", " ada", "ada ", "a\nb", "a\0b", "x" * 201])
def test_a_username_that_nobody_could_type_is_refused(ctx, erin, username):
    assert erin
    with pytest.raises(InvalidInput, match="username"):
        create_person(ctx, username=username, name="Ada")


def test_a_username_is_given_once(ctx, erin):
    with pytest.raises(Conflict, match="person erin already"):
        create_person(ctx, username=erin.username, name="Other")


def test_a_short_password_is_refused(ctx, erin):
    with pytest.raises(InvalidInput, match="at least 10 characters"):
        create_person(ctx, username="ada", name="Ada", password="x" * 9)
    with pytest.raises(InvalidInput, match="at least 10 characters"):
        set_password(ctx, erin, "x" * 9)


def test_persons_are_listed_by_username_and_found_by_it(ctx, erin):
    ada = make_person(ctx, username="ada")
    assert list_people(ctx)[:2] == [ada, erin]
    assert by_username(ctx, "erin") is erin
    with pytest.raises(InvalidInput, match="no person eve"):
        by_username(ctx, "eve")


def test_name_and_password_sign_in(ctx, erin):
    assert authenticate(ctx, "erin", PASSWORD) is erin
    assert ctx.recorded == ["sign_in.accepted"]


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("erin", "wrong"), ("erin", ""), ("eve", PASSWORD), ("Erin", PASSWORD), ("", ""),
        ("er\0in", PASSWORD), ("\ud800", PASSWORD), ("x" * 5000, PASSWORD),
    ],
    ids=["password", "no password", "name", "case", "nothing", "nul", "surrogate", "long"],
)  # fmt: skip
def test_a_refusal_is_recorded_and_does_not_tell_what_was_wrong(ctx, erin, username, password):
    assert erin
    with pytest.raises(SignInRefused, match=r"^Name or password is wrong\.$"):
        authenticate(ctx, username, password)
    assert ctx.recorded == ["sign_in.refused"]
    record = ctx.session.query(AuditRecord).order_by(AuditRecord.id.desc()).first()
    assert len(record.subject_id) <= 200
    assert record.facts == {}


def test_a_person_without_a_password_cannot_sign_in(ctx):
    make_person(ctx, username="otto")
    with pytest.raises(SignInRefused):
        authenticate(ctx, "otto", "")


def test_five_failures_close_the_name_for_a_quarter_of_an_hour(ctx, clock, erin):
    fail(ctx, 5)
    with pytest.raises(Throttled, match="15 minutes"):
        authenticate(ctx, "erin", PASSWORD)
    clock.forward(minutes=15)
    assert authenticate(ctx, "erin", PASSWORD) is erin


def test_the_failures_of_one_name_do_not_close_another(ctx, erin):
    fail(ctx, 5, "eve")
    assert authenticate(ctx, "erin", PASSWORD) is erin


def test_a_success_forgives_the_failures_before_it(ctx, clock, erin):
    fail(ctx, 4)
    clock.forward(seconds=1)
    authenticate(ctx, "erin", PASSWORD)
    clock.forward(seconds=1)
    fail(ctx, 4)
    assert authenticate(ctx, "erin", PASSWORD) is erin


def test_a_hash_of_older_costs_is_made_anew_at_the_next_sign_in(ctx, erin, monkeypatch):
    monkeypatch.setattr(people, "hasher", PasswordHasher(2, 8, 1))
    authenticate(ctx, "erin", PASSWORD)
    assert "$m=8,t=2,p=1$" in erin.password_hash
    assert authenticate(ctx, "erin", PASSWORD) is erin


def test_one_sets_ones_own_password_and_an_administrator_anybodys(ctx, erin, chief):
    set_password(acting(ctx, erin), erin, "battery staple")
    assert authenticate(ctx, "erin", "battery staple") is erin
    set_password(chief, erin, "another horse")
    assert authenticate(ctx, "erin", "another horse") is erin
    assert chief.recorded == ["person.password_set"]


def test_nobody_else_sets_a_password(ctx, erin, administrator):
    for other in (administrator, acting(ctx, make_person(ctx))):
        with pytest.raises(NotPermitted):
            set_password(other, erin, "battery staple")


def test_a_new_password_ends_the_sessions_that_the_old_one_opened(ctx, erin):
    _, cookie = web_sessions.open_session(ctx, erin)
    set_password(ctx, erin, "battery staple")
    assert web_sessions.find(ctx, cookie) is None


def test_who_is_deactivated_loses_everything_at_once(ctx, clock, erin, chief):
    unit = make_unit(ctx)
    post = make_post(ctx, unit=unit, permissions=["event.read"], holder=erin)
    other = make_post(ctx, unit=unit, permissions=["event.read"])
    assign(ctx, post=other, person=erin, until=clock() + timedelta(days=9))
    _, token = tokens.issue(ctx, person=erin, name="laptop")
    _, cookie = web_sessions.open_session(ctx, erin)
    deactivate(chief, erin)
    assert chief.recorded == ["person.deactivated"]
    assert (holders(ctx, post), holders(ctx, other)) == ([], [])
    assert acting(ctx, erin).units("event.read") == set()
    assert web_sessions.find(ctx, cookie) is None
    with pytest.raises(tokens.TokenRefused):
        tokens.person_of_token(ctx, token)
    with pytest.raises(SignInRefused):
        authenticate(ctx, "erin", PASSWORD)


def test_what_was_lost_does_not_come_back_with_the_person(ctx, erin, chief):
    post = make_post(ctx, unit=make_unit(ctx), permissions=["event.read"], holder=erin)
    _, token = tokens.issue(ctx, person=erin, name="laptop")
    web_sessions.open_session(ctx, erin)
    deactivate(chief, erin)
    ctx.session.expire_all()
    ctx.get(Person, erin.id).active = True
    assert (holders(ctx, post), ctx.session.query(WebSession).count()) == ([], 0)
    with pytest.raises(tokens.TokenRefused):
        tokens.person_of_token(ctx, token)


def test_a_person_is_deactivated_by_who_administers_the_whole_only(ctx, erin, administrator):
    with pytest.raises(NotPermitted):
        deactivate(administrator, erin)
    assert (erin.active, ctx.recorded) == (True, [])
