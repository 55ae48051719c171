"""Old records leave the database for a signed file; the log stays whole."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from core.audit import AuditRecord, Subject
from core.context import Action
from core.errors import InvalidInput, NotPermitted
from core.evidence.archives.archiving import archive
from core.evidence.archives.due import kept_too_long
from core.evidence.archives.files import header_of
from core.evidence.archives.shelf import archive_folder, archived_until, archives_in_force
from core.evidence.archives.statement import statement_of_archive
from core.evidence.archives.staying import STAYING
from core.evidence.keys import chain
from core.evidence.models import Leaf
from core.evidence.nodes import LogBroken
from core.evidence.sealing import seal
from core.evidence.statements import is_signed
from core.records import inspect
from tests.acting import acting
from tests.core.evidence.rows import grow, sql, unguarded, write
from tests.factories import make_person, make_unit

OLD = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def log(ctx, clock):
    """A log of 301 records under three heads, all sealed in August, and one of today."""
    make_unit(ctx)
    now, clock.at = clock.at, OLD - timedelta(days=5)
    grow(ctx, 99, 100)
    ctx.record("change.approved", Subject(type="test", id="1", label="stays"), digest="ab")
    grow(ctx, 100)
    clock.at = now
    grow(ctx, 20)
    return ctx


def here(ctx, one):
    """The positions of the archive whose records are in the database."""
    rows = sql(ctx, "SELECT leaf.position FROM audit_leaf leaf JOIN audit_record record"
               " ON record.id = leaf.audit_record_id WHERE position < :size ORDER BY 1",
               size=one.size)  # fmt: skip
    return list(rows.scalars())


def file_of(ctx, one):
    return archive_folder(ctx.settings) / one.file


def test_records_leave_for_a_file_and_the_log_verifies_with_it(log):
    before = inspect(log)
    made = archive(log, until=OLD, reason="kept for a month")
    assert len(here(log, made)) == 1 + 1  # the key's own record and the vote
    told = inspect(log)
    assert (told.broken, told.size, told.archived) == ((), before.size, made.size - 2)
    assert told.root == before.root


def test_the_file_holds_every_record_as_it_was_hashed_in_order(log):
    rows = sql(log, "SELECT canonical FROM audit_leaf leaf JOIN audit_record record"
                    " ON record.id = leaf.audit_record_id ORDER BY position")  # fmt: skip
    wanted = rows.scalars().all()
    made = archive(log, until=OLD)
    lines = gzip.decompress(file_of(log, made).read_bytes()).splitlines()
    assert lines == [bytes(one) for one in wanted[: made.size]]


def test_the_file_beside_it_says_what_it_is_and_the_logs_key_signed_that(log):
    made = archive(log, until=OLD)
    told = json.loads(header_of(file_of(log, made)).read_bytes())
    [key] = chain(log.session)
    statement = statement_of_archive(made, log=key.id).canonical
    assert is_signed(statement, bytes.fromhex(told.pop("signature")), key.public_key)
    assert told == json.loads(statement)
    assert (told["first"], told["size"], told["log"]) == (0, made.size, key.id)


def test_only_who_writes_an_archive_may_read_it(log):
    file = file_of(log, archive(log, until=OLD))
    assert {one.stat().st_mode & 0o777 for one in (file, header_of(file))} == {0o600}


def test_what_is_archived_is_a_record(log):
    made = archive(log, until=OLD, reason="kept for a month")
    [record] = log.session.query(AuditRecord).filter_by(action="audit.archived")
    assert record.facts["sha256"] == made.sha256.hex()
    assert record.facts["reason"] == "kept for a month"
    assert (record.facts["first"], record.facts["size"]) == (0, made.size)


def test_the_next_archive_goes_on_where_the_last_one_ended(log, clock):
    first = archive(log, until=OLD)
    seal(log)
    clock.forward(days=60)
    second = archive(log, until=clock.at - timedelta(days=31))
    assert (second.first, second.first_root) == (first.size, first.root)
    assert second.size > first.size
    assert inspect(log).broken == ()


def test_records_of_the_last_days_stay(log, clock):
    with pytest.raises(InvalidInput, match="last 30 days"):
        archive(log, until=clock.at - timedelta(days=29))


def test_nothing_to_archive_is_said(log):
    with pytest.raises(InvalidInput, match="Nothing is to be archived"):
        archive(log, until=OLD - timedelta(days=90))
    archive(log, until=OLD)
    with pytest.raises(InvalidInput, match="Nothing is to be archived"):
        archive(log, until=OLD)


def test_records_that_are_not_those_that_were_signed_are_not_archived(log):
    unguarded(log)
    sql(log, "UPDATE audit_record SET canonical = canonical || ' ' WHERE id ="
             " (SELECT audit_record_id FROM audit_leaf WHERE position = 7)")  # fmt: skip
    with pytest.raises(LogBroken, match="do not give the root"):
        archive(log, until=OLD)
    assert list(archive_folder(log.settings).iterdir()) == []
    assert archives_in_force(log.session) == []


def test_a_record_that_is_gone_ends_the_archiving(log):
    unguarded(log)
    sql(log, "DELETE FROM audit_record WHERE id ="
             " (SELECT audit_record_id FROM audit_leaf WHERE position = 7)")  # fmt: skip
    with pytest.raises(LogBroken, match="position 7 is not there"):
        archive(log, until=OLD)


def test_a_file_that_is_there_is_not_written_over(log, tmp_path):
    (tmp_path / "old.gz").write_text("mine")
    with pytest.raises(InvalidInput, match="cannot be written: File exists"):
        archive(log, until=OLD, file=tmp_path / "old.gz")
    assert (tmp_path / "old.gz").read_text() == "mine"
    assert inspect(log).ok


def test_records_leave_only_in_the_transaction_that_wrote_their_archive(log):
    sql(log, "GRANT DELETE ON audit_record TO CURRENT_USER")
    statement = "DELETE FROM audit_record WHERE id = (SELECT max(id) FROM audit_record)"
    with (
        pytest.raises(DatabaseError, match="insert-only: DELETE refused"),
        log.session.begin_nested(),
    ):
        sql(log, statement)
    made = archive(log, until=OLD)
    sql(log, "ALTER TABLE audit_archive DISABLE TRIGGER USER")
    sql(log, "UPDATE audit_archive SET xact = xact - 1")
    sql(log, "GRANT DELETE ON audit_record TO CURRENT_USER")
    with (
        pytest.raises(DatabaseError, match="insert-only: DELETE refused"),
        log.session.begin_nested(),
    ):
        sql(log, "DELETE FROM audit_record WHERE action = 'change.approved'")
    assert len(here(log, made)) == 2


def test_the_right_to_remove_is_gone_with_the_archiving(log):
    archive(log, until=OLD)
    rights = sql(log, "SELECT relacl::text FROM pg_class WHERE relname = 'audit_record'").scalar()
    assert "d" not in rights.partition("=")[2].partition("/")[0].replace("D", "")


@pytest.mark.parametrize("action", sorted(STAYING))
def test_what_the_platform_still_asks_for_is_recorded_somewhere(action):
    page = Path(__file__).parents[4] / "docs/audit-actions.md"
    assert f"`{action}`" in page.read_text(encoding="utf-8")


def test_what_is_away_is_told(log):
    assert archived_until(log) is None
    made = archive(log, until=OLD)
    away = archived_until(log)
    assert (away.first, away.size, away.files) == (0, made.size, (made.file,))
    assert made.file in away.told
    assert str(away.until.date()) in away.told


def test_only_who_may_archives(log):
    with pytest.raises(NotPermitted, match=r"audit\.archive"):
        archive(acting(log, make_person(log)), until=OLD)


def test_a_thousand_records_more_are_archived_by_the_thousand(log, clock):
    clock.at = OLD - timedelta(days=2)
    log.record_all(
        Action(
            action="test.done", subject=Subject(type="test", id="0", label="many"), facts={"n": n}
        )
        for n in range(2500)
    )
    seal(log)
    clock.at = datetime(2026, 11, 24, tzinfo=UTC)
    made = archive(log, until=OLD)
    assert made.size == log.session.query(Leaf).filter(Leaf.position < made.size).count()
    write(log, 3)
    seal(log)
    assert inspect(log).broken == ()


def test_what_the_settings_keep_no_longer_is_proposed(log):
    assert kept_too_long(log) is None
    log.settings = log.settings.model_copy(update={"audit_keep_days": 60})
    span = kept_too_long(log)
    assert (span.first, span.records) == (0, archive(log, until=OLD).size)
    assert kept_too_long(log) is None
