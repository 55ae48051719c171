"""What a page says of a record comes from its bytes."""

import json

import pytest

from api.web.places import place_of
from api.web.record_sight import Pair, sight

FIRST = {
    "format": 1, "record_id": "r", "recorded_at": "2026-11-24T12:00:00.000000+00:00",
    "actor": {"kind": "person", "id": 7, "name": "ann"}, "action": "change.approved",
    "origin": {"door": "web", "address": "10.0.0.9", "request_id": "q"},
    "subject": {"type": "change_request", "id": "12", "label": "C12 x"}, "facts": {"n": [1]},
}  # fmt: skip
SECOND = FIRST | {
    "format": 2, "actor": {"kind": "person", "id": 7, "identity": "ab" * 32, "name": None},
    "acting_for": {"permission": "change.approve", "post": {"id": 3, "title": "approver"},
                   "unit": {"id": 1, "code": "ops"}},
    "state": {"before": "b", "after": None}, "change": 12, "execution": 5,
}  # fmt: skip


def told(record, **more):
    return sight(json.dumps(record).encode(), **more)


def test_a_record_of_format_1_names_its_person():
    found = told(FIRST, actor="somebody else")
    assert found.who[0] == Pair(name="Who", value="ann")
    assert found.subject == Pair(name="subject", value="change request C12 x", link="/changes/12")
    assert (found.states, found.belongs) == ((), ())
    assert found.facts == (Pair(name="n", value="[1]"),)


def test_a_record_of_format_2_tells_post_unit_states_and_what_it_belongs_to():
    found = told(SECOND, actor="ann")
    pairs = {one.name: one.value for one in found.who}
    assert (pairs["Who"], pairs["Known in the record as"]) == ("ann", "ab" * 32)
    assert (pairs["Acting for the post"], pairs["In the unit"]) == ("approver", "ops")
    assert [one.value for one in found.states] == ["b", ""]
    assert found.belongs == (
        Pair(name="Change", value="C12", link="/changes/12"),
        Pair(name="Execution", value="5", link="/changes/12/execution"),
    )


def test_a_person_whom_nobody_names_is_told_by_number():
    assert told(SECOND).who[0].value == "person 7"


@pytest.mark.parametrize("missing", ["actor", "origin", "subject", "facts", "state"])
def test_what_a_record_lacks_or_has_otherwise_breaks_no_page(missing):
    assert told({key: value for key, value in SECOND.items() if key != missing}).action
    assert told(SECOND | {missing: "x"}).action


@pytest.mark.parametrize("key", ["../x", "1/../2", "", "¹", "1 "])
def test_only_a_number_leads_to_a_page(key):
    assert place_of("device", key) == ""
    assert place_of("no_such", "1") == ""
