"""A device that is gone is retired at once; what refers to it is told, open changes stop that."""

import pytest
from sqlalchemy import select

from changes.errors import StillThere, WrongState
from changes.lifecycle.retiring import retire
from core.audit import AuditRecord
from core.errors import InvalidInput, NotPermitted


def retired(life, *, by="engineer", reason="burnt", **more):
    with life.office.acting(by) as ctx:
        return retire(ctx, life.office.ids["r1"], reason=reason, **more)


def told_of(life):
    with life.office.acting("arranger") as ctx:
        rows = select(AuditRecord).where(
            AuditRecord.action == "device.retired_at_once",
            AuditRecord.subject_id == str(life.office.ids["r1"]),
        )
        return [one.facts for one in ctx.session.scalars(rows)]


def test_what_refers_to_it_still_is_told_and_recorded(life):
    life.put("r1", redundancy_group="core")
    done = retired(life)
    assert (done.device.state, [one.kind for one in done.remains]) == (
        "retired", ["group", "credential"],
    )  # fmt: skip
    [facts] = told_of(life)
    assert (facts["reason"], facts["remain"], facts["open_changes"]) == ("burnt", 2, [])
    assert facts["remains"][0] == "group: redundancy group core"


def test_an_open_change_keeps_it_until_that_is_left_as_it_is(life):
    change = life.office.requested("r1", "r2")
    with pytest.raises(StillThere, match=rf"{change.label} \(proposed\).*--force"):
        retired(life)
    assert life.device().state == "active"
    assert retired(life, open_changes="leave").device.state == "retired"
    assert told_of(life)[0]["open_changes"] == [change.id]


def test_a_device_that_a_change_has_in_work_is_not_retired(life):
    change = life.office.approved("r1")
    life.office.begun(change)
    with pytest.raises(WrongState, match="is running and has"):
        retired(life, open_changes="leave")


def test_it_is_retired_with_a_reason_by_who_may_write_it(life):
    with pytest.raises(InvalidInput, match="Say why"):
        retired(life, reason=" ")
    with pytest.raises(NotPermitted, match=r"device\.write"):
        retired(life, by="auditor")
    assert life.device().state == "active"
