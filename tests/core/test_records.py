"""Reading and exporting audit records."""

import json

import pytest

from core.audit import Subject
from core.errors import NotPermitted
from core.records import canonical_lines, list_records, verify
from tests.acting import acting
from tests.factories import make_person, make_unit


@pytest.fixture
def records(ctx):
    make_unit(ctx)
    one = ctx.record("unit.created", Subject(type="unit", id="1", label="berlin"))
    two = ctx.record("test.renamed", Subject(type="unit", id="1", label="berlin"))
    three = ctx.record("post.created", Subject(type="post", id="1", label="operator"))
    return one, two, three


def test_records_are_listed_newest_first_and_in_pages(ctx, records):
    one, two, three = records
    assert list_records(ctx, limit=2) == [three, two]
    assert list_records(ctx, limit=1, before=two.id) == [one]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"action": "test.renamed"}, [1]),
        ({"subject_type": "unit"}, [1, 0]),
        ({"subject_type": "post", "subject_id": "1"}, [2]),
        ({"subject_id": "2"}, []),
        ({"actor": "nobody"}, []),
    ],
)
def test_records_are_found_by_what_they_are_about(ctx, records, asked, found):
    assert list_records(ctx, **asked) == [records[number] for number in found]


def test_records_are_found_by_who_acted(ctx, records):
    assert list_records(ctx, actor="tester", limit=3) == list(reversed(records))


def test_the_export_is_every_record_as_it_was_hashed_in_order(ctx, records):
    lines = list(canonical_lines(ctx))
    assert lines[-3:] == [record.canonical for record in records]
    assert [json.loads(line)["action"] for line in lines[-3:]] == [
        "unit.created", "test.renamed", "post.created",
    ]  # fmt: skip


def test_all_records_verify_sealed_and_it_is_recorded(ctx, records):
    assert records
    told = verify(ctx)
    assert (told.ok, told.size, told.unsealed) == (True, told.records, 0)
    newest = list_records(ctx, limit=1)[0]
    assert (newest.action, newest.facts["size"], newest.facts["root"], newest.facts["broken"]) == (
        "audit.verified", told.size, told.root.hex(), 0,
    )  # fmt: skip


def test_a_verification_goes_on_where_the_last_one_ended(ctx):
    make_unit(ctx)
    before = verify(ctx)
    ctx.record("test.closed", Subject(type="unit", id="1", label="berlin"))
    told = verify(ctx, since="last")
    assert (told.since, told.ok) == (before.size, True)
    assert told.size > before.size


def test_the_first_verification_of_what_came_last_is_one_of_everything(ctx):
    make_unit(ctx)
    assert verify(ctx, since="last").since == 0


@pytest.mark.parametrize("read", [list_records, verify, canonical_lines])
def test_records_are_for_those_who_may_read_them(ctx, read):
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        read(acting(ctx, make_person(ctx)))
