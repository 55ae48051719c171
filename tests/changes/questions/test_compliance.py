"""How a unit complied on a date, under a version of a policy."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from changes.attribution import attribute
from changes.questions import asking
from core.errors import InvalidInput, NotFound
from drift import observation
from drift.models import Judged
from inventory.models import Device
from organization import policies
from organization.models import Unit
from organization.policies import ClauseText
from tests.changes.questions.asked import answer, column


@pytest.fixture
def unit(office):
    """The office's unit, where only r1 was judged: it asks one rule that r1 breaks."""
    with office.acting("arranger") as ctx:
        key = office.ids["r1"]
        observation.judge_device(ctx, key, attribute=attribute)
        row = ctx.session.scalar(select(Judged).where(Judged.device_id == key))
        if row is None:
            row = Judged(
                device_id=key, snapshot_id=1, inputs=b"", outcome="in_sync", rules=[], failed={},
                judged_at=ctx.now(),
            )  # fmt: skip
        row.rules, row.failed = ["A", "B"], {"B": "no such line"}
        ctx.record("test.judged", ctx.get(Device, key))
        return ctx.get(Unit, ctx.get(Device, key).governing_unit_id)


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


def test_a_date_before_the_last_judgement_is_unknown(office, unit):
    policy = published(office, unit, ("1", ("A",)))
    at = office.clock.at - timedelta(microseconds=1)
    with office.acting("arranger") as ctx:
        ctx.get(Device, office.ids["r1"]).created_at = at - timedelta(days=1)
        ctx.record("test.older", ctx.get(Device, office.ids["r1"]))
    told = asked(office, unit, policy, at=at.isoformat(), version=1)
    assert stands(office, told) == ["unknown"]


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
