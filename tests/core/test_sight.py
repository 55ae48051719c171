"""All records are for who audits all; whoever forgets to say which are in sight is refused."""

import pytest
from sqlalchemy import false, true

from core.audit import ALL
from core.errors import NotFound, NotPermitted
from core.evidence.proofs import prove, prove_all
from core.evidence.sealing import seal
from core.evidence.standing import standing
from core.record_search import Sought, search
from core.records import canonical_lines, list_records, verify
from core.sight import row_of
from tests.acting import acting
from tests.factories import make_person, make_post, make_unit

READS = {
    "list": list_records,
    "search": lambda ctx, **within: search(ctx, Sought(), **within).records,
    "row": lambda ctx, **within: row_of(ctx, newest(ctx), **within),
    "proof": lambda ctx, **within: prove(ctx, newest(ctx), **within).records,
    "proofs": lambda ctx, **within: prove_all(ctx, [newest(ctx)], **within).records,
}


def newest(ctx):
    return list_records(ctx, limit=1, within=lambda _record: true())[0].id


@pytest.fixture
def units(ctx):
    root = make_unit(ctx)
    return root, make_unit(ctx, parent=root)


def auditing(ctx, unit):
    person = make_person(ctx)
    make_post(ctx, unit=unit, permissions=["audit.read"], holder=person)
    return acting(ctx, person)


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_without_a_condition_records_are_for_who_audits_all(ctx, units, read):
    whole, partial = (auditing(ctx, unit) for unit in units)
    seal(ctx)
    assert read(whole)
    with pytest.raises(NotPermitted, match=r"no permission audit\.read on the whole audit log"):
        read(partial)
    assert read(partial, within=lambda _record: true())


@pytest.mark.parametrize("read", [READS["proof"], READS["proofs"]], ids=["proof", "proofs"])
def test_a_record_that_does_not_meet_the_condition_is_not_there(ctx, units, read):
    partial = auditing(ctx, units[1])
    seal(ctx)
    with pytest.raises(NotFound, match="There is no audit record"):
        read(partial, within=lambda _record: false())
    assert list_records(partial, within=lambda _record: false()) == []
    assert row_of(partial, newest(partial), within=lambda _record: false()) is None


def test_a_record_out_of_sight_is_not_told_from_none_while_it_waits_to_be_sealed(ctx, units):
    partial = auditing(ctx, units[1])
    record = ctx.record("test.done", units[0])
    with pytest.raises(NotFound) as refused:
        prove(partial, record.id, within=lambda _record: false())
    assert refused.value.code == "not_found"


def test_all_lines_are_for_who_audits_all(ctx, units):
    whole, partial = (auditing(ctx, unit) for unit in units)
    assert list(canonical_lines(whole))
    with pytest.raises(NotPermitted, match="the whole audit log"):
        canonical_lines(partial)


def test_any_auditor_verifies_the_whole_log(ctx, units):
    whole, partial = (auditing(ctx, unit) for unit in units)
    first, second = verify(partial), verify(whole)
    assert (first.ok, second.ok) == (True, True)
    assert second.records == first.records + 1  # that it was verified


@pytest.mark.parametrize(
    ("seen", "told"), [(true, True), (false, False), (None, False)], ids=["seen", "unseen", "bare"]
)
def test_who_verified_last_is_told_where_that_record_is_in_sight(ctx, units, seen, told):
    partial = auditing(ctx, units[1])
    record = ctx.record("audit.verified", ALL, records=3, broken=0, size=3, root="00")
    within = None if seen is None else lambda _record: seen()
    last = standing(partial, within=within).verified
    assert (last.record, last.records) == (record.id, 3)
    assert last.by == (record.actor_name if told else "")


def test_who_audits_all_is_told_who_verified_last(ctx, units):
    record = ctx.record("audit.verified", ALL, records=3, broken=0, size=3, root="00")
    assert standing(auditing(ctx, units[0])).verified.by == record.actor_name
