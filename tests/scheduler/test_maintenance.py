"""Maintenance: every step on its own, recorded in the end."""

from dataclasses import replace
from datetime import timedelta
from threading import Event as Sign

import pytest
from sqlalchemy import text

from core.audit import AuditRecord
from core.errors import InvalidInput
from core.evidence.sealing import seal_all
from operations.job_kinds import KINDS
from operations.models import Event
from organization.models import WebSession
from scheduler import maintenance
from scheduler.maintenance import MaintenanceIncomplete, Step, maintain, mend
from scheduler.work import Work
from tests.factories import make_person, make_unit
from tests.scheduler.running import context


@pytest.fixture
def work(runtime):
    with context(runtime) as ctx:
        make_unit(ctx)
    return Work(
        runtime=runtime, kind=KINDS["operations.maintenance"], worker="here:1", stopping=Sign()
    )


def last_facts(runtime):
    with context(runtime) as ctx:
        record = ctx.session.query(AuditRecord).order_by(AuditRecord.id.desc()).first()
        return record.action, record.facts


def test_a_sound_installation_is_told_so(runtime, work):
    maintain(work)
    action, facts = last_facts(runtime)
    assert (action, facts["failed"]) == ("maintenance.done", {})
    assert facts["done"]["audit"] == {"records": 1, "broken": 0}
    assert set(facts["done"]) == {step.name for step in maintenance.STEPS}


def test_a_broken_audit_record_is_a_critical_event(runtime, work):
    with runtime.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit_record SET action = 'test.forged'"))
    maintain(work)
    with context(runtime) as ctx:
        event = ctx.session.query(Event).one()
        assert (event.kind, event.severity, event.title) == (
            "audit_broken", "critical", "The audit log is broken in 1 places",
        )  # fmt: skip
        assert "column action differs" in event.detail


def test_sessions_that_are_over_are_deleted(runtime, work, clock):
    with context(runtime) as ctx:
        person = make_person(ctx)
        for hours in (-1, 1):
            ctx.add(
                WebSession(
                    token_hash=str(hours), person_id=person.id, csrf_token="x",
                    created_at=clock(), expires_at=clock() + timedelta(hours=hours),
                )
            )  # fmt: skip
    maintain(work)
    with context(runtime) as ctx:
        assert [row.token_hash for row in ctx.session.query(WebSession)] == ["1"]


def test_a_step_that_fails_does_not_keep_the_others_from_their_work(runtime, work, monkeypatch):
    def refused(_ctx):
        raise InvalidInput("not today")

    def broken(ctx):
        ctx.session.execute(text("SELECT FROM nowhere"))

    def fine(_ctx):
        return 3

    monkeypatch.setattr(
        maintenance,
        "STEPS",
        (Step(name="a", act=refused), Step(name="b", act=broken), Step(name="c", act=fine)),
    )
    with pytest.raises(MaintenanceIncomplete, match=r"a: not today; b: .*nowhere"):
        maintain(work)
    action, facts = last_facts(runtime)
    assert (action, facts["done"], set(facts["failed"])) == (
        "maintenance.done", {"c": 3}, {"a", "b"},
    )  # fmt: skip


def test_the_reaper_tells_what_it_found(work):
    assert mend(work).startswith("jobs again 0, given up 0, changes ")


def test_records_older_than_the_settings_keep_them_are_proposed_once(runtime, work, clock):
    with context(runtime) as ctx:
        seal_all(ctx)
    settings = runtime.settings.model_copy(update={"audit_keep_days": 30})
    clock.forward(days=31)
    asked = replace(work, runtime=replace(runtime, settings=settings))
    maintain(asked)
    maintain(asked)
    assert last_facts(runtime)[1]["done"]["audit_records_to_archive"] == 2
    with context(runtime) as ctx:
        [event] = ctx.session.query(Event).filter_by(kind="audit_archive_due")
        assert (event.title, event.count) == ("2 audit records may be archived", 1)
        assert ctx.session.query(AuditRecord).filter_by(action="audit.archived").count() == 0
