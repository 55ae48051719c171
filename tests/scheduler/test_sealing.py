"""The sealer as a service: soon after a record, without anybody's help, and loud when it cannot."""

import pytest
from sqlalchemy import text

from core.audit import Subject
from core.evidence.keys import last_head
from core.settings import Settings
from operations.models import Event
from scheduler import sealing
from scheduler.sealing import SealerService
from tests.factories import make_unit
from tests.scheduler.running import context, wait_for

SUBJECT = Subject(type="test", id="0", label="of the log")


@pytest.fixture
def sealer(runtime):
    with context(runtime) as ctx:
        make_unit(ctx)
    service = SealerService(runtime)
    yield service
    service.stop()


def sealed(runtime):
    with context(runtime) as ctx:
        head = last_head(ctx.session)
        return head.size if head else 0


def write(runtime, *, number=1):
    with context(runtime) as ctx:
        for one in range(number):
            ctx.record("test.done", SUBJECT, number=one)


def test_what_is_recorded_is_sealed_by_itself(runtime, sealer):
    sealer.start()
    write(runtime, number=3)
    wait_for(lambda: sealed(runtime) == 5)
    write(runtime)
    wait_for(lambda: sealed(runtime) == 6)
    assert sealer.alive


def test_what_is_recorded_last_is_sealed_at_the_stop(runtime, sealer, monkeypatch):
    monkeypatch.setattr(sealing, "SECONDS", 60.0)
    sealer.start()
    wait_for(lambda: sealed(runtime) == 2)
    write(runtime)
    sealer.stop()
    assert (sealed(runtime), sealer.alive) == (3, False)


def test_heads_are_laid_down_by_themselves(runtime, sealer, tmp_path):
    runtime.settings = Settings(home=tmp_path, audit_anchor_file=tmp_path / "heads")
    sealer.start()
    wait_for((tmp_path / "heads").exists)


def test_a_target_that_takes_no_head_is_an_event(runtime, sealer, tmp_path):
    runtime.settings = Settings(home=tmp_path, audit_anchor_file=tmp_path / "none" / "heads")
    sealer.start()
    wait_for(lambda: events(runtime))
    assert events(runtime) == [("audit_anchor", "major")]


def events(runtime):
    with context(runtime) as ctx:
        return [(event.kind, event.severity) for event in ctx.session.query(Event)]


def test_a_log_that_cannot_be_sealed_any_further_is_a_critical_event_once(
    runtime, sealer, monkeypatch
):
    monkeypatch.setattr(sealing, "REST_SECONDS", 0.05)
    write(runtime)
    sealer._survive()
    with runtime.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_leaf DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit_leaf SET hash = sha256('x')"))
    write(runtime)
    sealer._survive()
    sealer._survive()
    assert events(runtime) == [("audit_broken", "critical")]
    with context(runtime) as ctx:
        assert ctx.session.query(Event).one().count == 1
