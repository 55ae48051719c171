"""How a unit complied on a date, under a version of a policy."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from changes.attribution import attribute
from changes.questions import asking
from core.errors import InvalidInput, NotFound
from drift import observation, standing_history
from drift.models import Judged
from drift.standing_models import Standing
from inventory import devices
from inventory.models import Device
from organization import policies
from organization.models import Unit
from organization.policies import ClauseText
from tests.changes.questions.asked import answer, column


def stood(office, rules, failed, *, hostname="r1", digest=b"d" * 32):
    """From now on the device was asked these rules and broke some of them."""
    with office.acting("arranger") as ctx:
        key = office.ids[hostname]
        asked = (digest, tuple(rules))
        name = standing_history.name_rules(ctx, {asked})[asked]
        ctx.session.merge(Standing(
            device_id=key, since=ctx.now(), outcome="in_sync", rule_set=name, failed=failed
        ))  # fmt: skip
        ctx.record("test.judged", ctx.get(Device, key))


@pytest.fixture
def unit(office):
    """The office's unit, where only r1 was judged: it asks two rules of which r1 breaks one."""
    stood(office, ["A", "B"], {"B": "no such line"})
    with office.acting("arranger") as ctx:
        return ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)


def published(office, unit, *clauses):
    with office.acting("arranger") as ctx:
        policies.publish(
            ctx, code=f"P-{unit.code}", title="P", unit=ctx.get(Unit, unit.id), body="B",
            clauses=[ClauseText(number=number, text="T", rules=rules) for number, rules in clauses],
        )  # fmt: skip
    return f"P-{unit.code}"


def asked(office, unit, policy, **given):
    given = {"at": office.clock.at.isoformat()} | given
    return answer(office, "compliance", unit=unit.code, policy=policy, **given)


def stands(office, told, hostname="r1"):
    return [
        row.cells[4] for row in told.rows if row.cells[0].id == str(office.ids[hostname])
    ]  # fmt: skip


def test_each_clause_is_kept_broken_not_asked_or_not_watched(office, unit):
    policy = published(office, unit, ("1", ("A",)), ("2", ("A", "B")), ("3", ("C",)), ("4", ()))
    told = asked(office, unit, policy)
    assert stands(office, told) == ["kept", "broken", "not asked", "not watched"]
    assert column(told, "why")[1] == "B: no such line"


def test_a_device_that_was_never_judged_is_unknown(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    assert stands(office, asked(office, unit, policy), "r2") == ["unknown"]


def aged(office, hostname="r1", **since):
    """The device has been there for that much longer."""
    with office.acting("arranger") as ctx:
        ctx.get(Device, office.ids[hostname]).created_at = office.clock.at - timedelta(**since)
        ctx.record("test.older", ctx.get(Device, office.ids[hostname]))


def test_a_date_before_the_first_judgement_is_unknown(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    aged(office, days=2)
    at = office.clock.at - timedelta(microseconds=1)
    told = asked(office, unit, policy, at=at.isoformat(), version=1)
    assert stands(office, told) == ["unknown"]
    assert "not judged by then" in column(told, "why")[0]


def test_each_date_is_answered_by_what_was_judged_then(office, unit):
    policy = published(office, unit, ("1", ("A",)), ("2", ("B",)), ("3", ("C",)))
    first = office.clock.at
    office.clock.forward(days=1)
    stood(office, ["A", "B", "C"], {"A": "gone"}, digest=b"e" * 32)
    second = office.clock.at
    office.clock.forward(days=1)
    stood(office, ["A"], {})
    answers = [asked(office, unit, policy, at=at.isoformat()) for at in (
        first, second - timedelta(microseconds=1), second, office.clock.at
    )]  # fmt: skip
    assert [stands(office, one) for one in answers] == [
        ["kept", "broken", "not asked"], ["kept", "broken", "not asked"],
        ["broken", "kept", "kept"], ["kept", "not asked", "not asked"],
    ]  # fmt: skip
    assert [row.cells[8] for row in answers[2].rows if row.cells[6]] == [(b"e" * 32).hex()] * 3


def test_a_judgement_from_before_the_history_was_kept_counts_from_its_time(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    with office.acting("arranger") as ctx:
        key = office.ids["r2"]
        observation.judge_device(ctx, key, attribute=attribute)
        ctx.session.execute(delete(Standing).where(Standing.device_id == key))
        ctx.session.merge(Judged(
            device_id=key, snapshot_id=1, inputs=b"", outcome="in_sync", rules=["A"],
            failed={"A": "none"}, judged_at=ctx.now(),
        ))  # fmt: skip
        ctx.record("test.judged", ctx.get(Device, key))
    told = asked(office, unit, policy)
    assert stands(office, told, "r2") == ["broken"]


def test_a_device_that_is_retired_counts_for_the_dates_before(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    before = office.clock.at
    office.clock.forward(days=1)
    with office.acting("arranger") as ctx:
        devices.retire_device(ctx, office.ids["r1"], reason="old")
    assert stands(office, asked(office, unit, policy, at=before.isoformat())) == ["kept"]
    assert stands(office, asked(office, unit, policy)) == []


def test_a_device_whose_retirement_no_record_tells_is_unknown(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    with office.acting("arranger") as ctx:
        ctx.get(Device, office.ids["r1"]).state = "retired"
        ctx.record("test.archived", ctx.get(Device, office.ids["r1"]))
    told = asked(office, unit, policy)
    assert (stands(office, told), "no record here" in column(told, "why")[0]) == (
        ["unknown"], True,
    )  # fmt: skip


def test_dates_that_the_retention_let_go_say_so(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    aged(office, days=9)
    office.clock.forward(days=20)
    at = (office.clock.at - timedelta(days=25)).isoformat()
    with office.acting("auditor") as ctx:
        ctx.settings = ctx.settings.model_copy(update={"keep_standings_days": 7})
        given = {"unit": unit.code, "policy": policy, "at": at, "version": "1"}
        [told] = asking.ask(ctx, "compliance", given).rows
    assert "keep_standings_days" in told.cells[5]


def test_the_version_is_the_one_in_force_then_or_the_one_that_is_asked_for(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    at = office.clock.at.isoformat()
    office.clock.forward(hours=1)
    published(office, unit, ("1", ("B",)))
    assert stands(office, asked(office, unit, policy, at=at)) == ["kept"]
    assert stands(office, asked(office, unit, policy)) == ["broken"]
    assert stands(office, asked(office, unit, policy, version=1)) == ["kept"]


def test_a_version_that_was_not_in_force_yet_is_not_found(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    with pytest.raises(NotFound, match="in force"):
        asked(office, unit, policy, at=(office.clock.at - timedelta(days=1)).isoformat())


def test_a_date_to_come_is_refused(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    with pytest.raises(InvalidInput, match="yet to come"):
        asked(office, unit, policy, at=(office.clock.at + timedelta(days=1)).isoformat())


def test_pages_of_any_size_hold_every_row_once(office, unit):
    policy = published(office, unit, ("1", ("A",)), ("2", ("B",)))
    given = {"unit": unit.code, "policy": policy, "at": office.clock.at.isoformat()}
    places, after = [], ""
    with office.acting("auditor") as ctx:
        while page := asking.ask(ctx, "compliance", given, after=after, limit=4).rows:
            places += [one.place for one in page]
            after = page[-1].place
    assert (len(places), len(set(places))) == (6, 6)
