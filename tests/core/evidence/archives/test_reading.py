"""Archived records: verified from their files, proven, exported, brought back."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from core.audit import AuditRecord, Subject
from core.errors import InvalidInput, NotFound, NotPermitted
from core.evidence.archives.archiving import archive
from core.evidence.archives.files import sha256_of
from core.evidence.archives.lines import RecordAway
from core.evidence.archives.restoring import restore
from core.evidence.archives.shelf import archive_folder, archived_until, archives_in_force
from core.evidence.proofs import prove
from core.evidence.tree import leaf_hash, root_of_inclusion
from core.records import canonical_lines, inspect, verify
from tests.acting import acting
from tests.core.evidence.rows import grow, sql, unguarded
from tests.factories import make_person, make_unit

OLD = datetime(2026, 9, 1, tzinfo=UTC)
ODD = Subject(type="test", id="0", label='an "odd" \u00e4 label')


@pytest.fixture
def log(ctx, clock):
    """A log of which all but twenty records are archived, and its rows as they were before."""
    make_unit(ctx)
    now, clock.at = clock.at, OLD - timedelta(days=5)
    grow(ctx, 99, 100)
    ctx.record("test.odd", ODD, share=0.1, large=1e21, nothing=None, names=["\u2028", "\x7f"])
    grow(ctx, 100)
    clock.at = now
    grow(ctx, 20)
    return ctx


@pytest.fixture
def away(log):
    made = archive(log, until=OLD)
    unguarded(log)
    for table in ("audit_archive", "audit_restored"):
        sql(log, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return made


def file_of(ctx, one):
    return archive_folder(ctx.settings) / one.file


def rewrite(ctx, one, change):
    """The archive's file with other lines."""
    file = file_of(ctx, one)
    lines = gzip.decompress(file.read_bytes()).splitlines()
    file.write_bytes(gzip.compress(b"".join(line + b"\n" for line in change(lines))))


def breaks(ctx):
    return [(one.kind, one.position) for one in inspect(ctx).broken]


def rows(ctx):
    found = sql(ctx, "SELECT to_jsonb(record) - 'xact' FROM audit_record record ORDER BY id")
    return list(found.scalars())


def test_a_line_that_was_altered_is_told_where_it_stands(log, away):
    def change(lines):
        lines[7] = lines[7].replace(b"test.done", b"test.gone")
        return lines

    rewrite(log, away, change)
    [told] = inspect(log).broken
    assert (told.kind, told.position) == ("altered", 7)
    assert away.file in told.what


def test_two_lines_that_were_exchanged_are_told(log, away):
    def change(lines):
        lines[7], lines[8] = lines[8], lines[7]
        return lines

    rewrite(log, away, change)
    assert breaks(log) == [("reordered", 7), ("reordered", 8)]


def test_a_file_that_ends_early_is_told(log, away):
    rewrite(log, away, lambda lines: lines[:50])
    assert breaks(log) == [("missing", 50)]


def test_a_file_that_was_cut_is_told_from_there_on(log, away):
    content = file_of(log, away).read_bytes()
    file_of(log, away).write_bytes(content[: len(content) // 2])
    [told] = inspect(log).broken
    assert told.kind == "altered"
    assert "cannot be read from this position on" in told.what


def test_a_file_that_only_was_packed_anew_is_told(log, away):
    rewrite(log, away, lambda lines: lines)
    [told] = inspect(log).broken
    assert (told.kind, told.position) == ("altered", 0)
    assert "not the file that was signed" in told.what


def test_a_file_that_is_not_there_is_told_with_its_name_and_what_to_do(log, away, tmp_path):
    file = file_of(log, away)
    (tmp_path / "tape").mkdir()
    file.rename(tmp_path / "tape" / file.name)
    [told] = inspect(log).broken
    assert (told.kind, told.position) == ("missing", 0)
    assert away.file in told.what
    assert "--archives" in told.what
    assert inspect(log, archives=tmp_path / "tape").broken == ()


@pytest.mark.usefixtures("away")
def test_an_archive_whose_row_was_changed_is_told(log):
    sql(log, "UPDATE audit_archive SET size = size - 1")
    assert ("wrong_signature", 0) in breaks(log)


@pytest.mark.usefixtures("away")
def test_an_archive_that_leads_out_of_the_folder_is_not_read(log):
    sql(log, "UPDATE audit_archive SET file = '../secret.key'")
    kinds = {one.kind for one in inspect(log).broken}
    assert kinds == {"wrong_signature", "missing"}


@pytest.mark.usefixtures("away")
def test_an_archive_whose_row_is_gone_leaves_records_missing(log):
    sql(log, "DELETE FROM audit_archive")
    kind, position = breaks(log)[0]
    assert (kind, position) == ("missing", 0)


@pytest.mark.usefixtures("away")
def test_a_leaf_of_an_archived_record_that_was_changed_is_told(log):
    sql(log, "UPDATE audit_leaf SET hash = sha256(hash) WHERE position = 7")
    assert breaks(log) == [("altered", 7)]


@pytest.mark.usefixtures("away")
def test_a_record_that_stayed_and_was_removed_later_is_read_from_the_archive(log):
    sql(log, "DELETE FROM audit_record WHERE id ="
             " (SELECT audit_record_id FROM audit_leaf WHERE position = 0)")  # fmt: skip
    assert breaks(log) == []


def test_what_was_verified_before_needs_no_archive(log, away):
    verify(log)
    file_of(log, away).unlink()
    assert verify(log, since="last").broken == ()


def test_an_archived_record_is_proven_by_its_number_and_its_identity(log):
    [record] = log.session.query(AuditRecord).filter_by(action="test.odd")
    wanted, number, identity = record.canonical, record.id, record.record_id
    log.session.expire_all()
    archive(log, until=OLD)
    for asked in (number, identity):
        found = prove(log, asked)
        [one], [head] = found.records, found.heads
        assert one.canonical == wanted
        path = root_of_inclusion(leaf_hash(wanted), one.position, one.size, one.path)
        assert path == head.root


def test_an_archived_record_cannot_be_proven_without_its_file(log, away):
    number = sql(log, "SELECT audit_record_id FROM audit_leaf WHERE position = 50").scalar()
    file_of(log, away).unlink()
    with pytest.raises(RecordAway, match=away.file):
        prove(log, number)
    with pytest.raises(NotFound):
        prove(log, 10**9)


def test_the_export_holds_archived_records_in_their_places(log):
    before = list(canonical_lines(log))
    archive(log, until=OLD)
    assert list(canonical_lines(log))[: len(before)] == before


def test_an_export_begins_only_when_every_file_is_there(log, away):
    file_of(log, away).unlink()
    with pytest.raises(RecordAway, match=away.file):
        canonical_lines(log)


def test_records_come_back_as_they_were(log):
    before = rows(log)
    made = archive(log, until=OLD)
    assert len(rows(log)) < len(before)
    restore(log, file_of(log, made), reason="an auditor asked")
    assert rows(log)[: len(before)] == before
    assert archives_in_force(log.session) == []
    assert archived_until(log) is None
    told = inspect(log)
    assert (told.broken, told.archived) == ((), 0)


def test_records_that_came_back_may_leave_again(log, tmp_path):
    first = archive(log, until=OLD)
    restore(log, file_of(log, first))
    second = archive(log, until=OLD, file=tmp_path / "again.gz")
    assert second.sha256 == first.sha256
    assert inspect(log, archives=tmp_path).broken == ()


def test_an_archive_of_which_a_line_was_altered_does_not_come_back(log, away):
    rewrite(log, away, lambda lines: [*lines[:7], b"{}", *lines[8:]])
    with pytest.raises(InvalidInput, match="not the file that was signed"):
        restore(log, file_of(log, away))
    sha256 = sha256_of(file_of(log, away))
    sql(log, "UPDATE audit_archive SET sha256 = :sha256", sha256=sha256)
    with pytest.raises(InvalidInput, match="the line of position 7"):
        restore(log, file_of(log, away))


def test_a_file_that_is_no_archive_of_this_log_does_not_come_back(log, tmp_path):
    (tmp_path / "other.gz").write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(NotFound, match="no archive of this log"):
        restore(log, tmp_path / "other.gz")
    with pytest.raises(InvalidInput, match="trimtab audit archives"):
        restore(log, tmp_path / "none.gz")


def test_only_who_may_brings_records_back(log, away):
    with pytest.raises(NotPermitted, match=r"audit\.archive"):
        restore(acting(log, make_person(log)), file_of(log, away))
