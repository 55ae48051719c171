"""The sealer as a service: soon after a record, without anybody's help, and loud when it cannot."""

from threading import Event as Signal

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.audit import Subject
from core.evidence.keys import key_file, last_head
from core.settings import Settings
from operations.models import Event
from scheduler import anchoring, sealing
from scheduler.anchoring import AnchorService
from scheduler.sealing import SealerService
from tests.core.evidence.transit_engine import transit_engine
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


def test_a_log_whose_key_is_gone_is_a_critical_event_once(runtime, sealer):
    write(runtime)
    sealer._survive()
    key_file(runtime.settings).rename(runtime.settings.home / "copy")
    write(runtime)
    sealer._survive()
    sealer._survive()
    assert events(runtime) == [("audit_key", "critical")]


def test_while_vault_is_away_sealing_waits_and_goes_on_then(runtime, sealer, tmp_path, monkeypatch):
    with transit_engine() as vault:
        monkeypatch.setenv("VAULT_ADDR", vault.url)
        monkeypatch.setenv("VAULT_TOKEN", "root")
        runtime.settings = Settings(home=tmp_path, audit_key_vault="transit/trimtab")
        sealer._survive()
        before = sealed(runtime)
        vault.sealed = True
        write(runtime)
        assert sealer._survive() == sealing.REST_SECONDS
        assert (sealed(runtime), events(runtime)) == (before, [("audit_key", "critical")])
        vault.sealed = False
        sealer._survive()
        assert sealed(runtime) > before


class Slow:
    """A place that takes a head when it is told to."""

    name, pause = "slow", 0.0

    def __init__(self):
        self.asked, self.told = Signal(), Signal()

    def lay_down(self, _line):
        self.asked.set()
        self.told.wait(20)
        return "taken"


def test_a_slow_place_delays_no_seal(runtime, sealer, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(anchoring, "all_targets", lambda _: [slow])
    sealer.start()
    write(runtime)
    slow.asked.wait(20)
    before = sealed(runtime)
    write(runtime)
    wait_for(lambda: sealed(runtime) > before)
    slow.told.set()


@pytest.mark.filterwarnings(
    # Apprise's reader of PGP keys imports what Python 3.13 no longer has.
    "ignore:'imghdr' is deprecated:DeprecationWarning:apprise"
)
def test_an_address_that_failed_is_not_asked_again_at_once(runtime, tmp_path, monkeypatch):
    monkeypatch.setattr(anchoring, "SECONDS", 0.01)
    with context(runtime) as ctx:
        make_unit(ctx)
    runtime.settings = Settings(
        home=tmp_path, audit_anchor_notify_urls=(SecretStr("json://127.0.0.1:1/"),)
    )
    SealerService(runtime)._survive()
    service = AnchorService(runtime)
    service._survive()
    service._survive()
    with context(runtime) as ctx:
        event = ctx.session.query(Event).one()
        assert (event.kind, event.severity, event.count) == ("audit_anchor", "major", 1)
