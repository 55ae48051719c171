"""Answers as files."""

import csv
import io
import json
from datetime import UTC, datetime

from changes.questions.answers import Question, Row
from changes.questions.files import FORMS
from core.audit import Subject

AT = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
ASKED = Question(
    name="x", title="X?", note="", parameters=(), columns=("at", "who did", "note"),
    read=lambda *_: (),
)  # fmt: skip
REQUIRED = {
    "activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id",
    "src_endpoint", "time", "type_uid",
}  # fmt: skip


def row(did="change.approved", who="7", note="=cmd()"):
    person = Subject(type="person", id=who, label="ann")
    what = Subject(type="change_request", id="3", label="C3 Describe")
    return Row(
        place="1", at=AT, who=person, did=did, what=what, cells=(AT, person, note), door="web",
        address="127.0.0.1",
    )  # fmt: skip


def event(**values):
    [line] = FORMS["ocsf"].body(ASKED, [row(**values)]).splitlines()
    return json.loads(line)


def test_csv_holds_labels_and_no_formula():
    told = FORMS["csv"].head(ASKED) + FORMS["csv"].body(ASKED, [row()])
    assert list(csv.reader(io.StringIO(told))) == [
        ["at", "who did", "note"], ["2026-11-24T12:00:00.250000+00:00", "ann", "'=cmd()"],
    ]  # fmt: skip


def test_json_lines_hold_things_whole():
    assert json.loads(FORMS["jsonl"].body(ASKED, [row()])) == {
        "at": "2026-11-24T12:00:00.250000+00:00",
        "who_did": {"type": "person", "id": "7", "label": "ann"},
        "note": "=cmd()",
    }


def test_an_ocsf_event_has_what_its_class_requires():
    told = event()
    assert set(told) >= REQUIRED
    assert (told["class_uid"], told["type_uid"], told["time"]) == (6003, 600303, 1795521600250)
    assert told["metadata"]["version"] == "1.3.0"
    assert told["actor"]["user"] == {"name": "ann", "uid": "7", "type_id": 1}
    assert told["src_endpoint"] == {"svc_name": "web", "ip": "127.0.0.1"}


def test_an_action_without_a_kind_is_other_and_named():
    told = event(did="change.told")
    assert (told["activity_id"], told["activity_name"]) == (99, "change.told")


def test_what_the_platform_did_is_a_systems():
    assert event(who="")["actor"]["user"] == {"name": "ann", "type_id": 3}
