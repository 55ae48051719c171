# ruff: noqa: S608 - the statements are ours
"""A log of which the older half is in a file, and manipulations of that file and its rows."""

import gzip
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.evidence.archives.archiving import YOUNGEST, archive
from core.evidence.archives.files import sha256_of
from core.evidence.archives.models import Archive
from core.evidence.archives.shelf import archive_folder
from core.evidence.archives.statement import statement_of_archive
from core.evidence.keys import chain, key_file, read_signer
from core.evidence.sealing import seal
from core.evidence.tree import leaf_hash
from core.records import inspect
from tests.tamper.hands import Due
from tests.tamper.log import Log, build, done
from tests.tamper.trying import Tried


@dataclass
class Archived(Log):
    """The log with its archive; `away` are the positions that are in the file alone."""

    row: Archive | None = None
    away: tuple[int, ...] = ()

    @property
    def file(self) -> Path:
        return archive_folder(self.ctx.settings) / self.row.file

    @property
    def lines(self):
        return gzip.decompress(self.file.read_bytes()).splitlines()

    def pack(self, lines):
        self.file.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)))

    def one(self):
        return self.draw.choice(self.away)


def build_archived(ctx, draw, anchors):
    """Some heads, archived when they are two months old, and some heads more."""
    log = Archived(**vars(build(ctx, draw, anchors, batches=draw.randint(3, 6))))
    begun = ctx.now()
    ctx.now = lambda: begun + YOUNGEST + timedelta(days=2)
    log.row = archive(ctx, until=begun + timedelta(days=1))
    for table in ("audit_archive", "audit_restored"):
        log.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    log.away = tuple(log.sql(
        "SELECT position FROM audit_leaf WHERE position < :size AND audit_record_id NOT IN"
        " (SELECT id FROM audit_record) ORDER BY position", size=log.row.size,
    ).scalars())  # fmt: skip
    for batch in range(draw.randint(1, 3)):
        ctx.record_all(done(draw, batch, number) for number in range(draw.randint(1, 90)))
        log.sizes.append(seal(ctx).size)
    return log


def _altered(log):
    """One byte of a line that is in the file alone; its place and the lines."""
    place, lines = log.one(), log.lines
    line = bytearray(lines[place])
    at = log.draw.randrange(len(line))
    line[at] = line[at] + 1 if line[at] != ord("\n") - 1 else line[at] + 2
    lines[place] = bytes(line)
    return place, lines


def a_byte_of_a_line(log):
    place, lines = _altered(log)
    log.pack(lines)
    return Due("altered", place)


def a_byte_of_a_line_signed_with_the_stolen_key(log):
    place, lines = _altered(log)
    log.pack(lines)
    sign_anew(log)
    return Due("altered", place)


def a_line_with_its_leaf(log):
    place, lines = _altered(log)
    log.pack(lines)
    sign_anew(log)
    log.sql("UPDATE audit_leaf SET hash = :hash WHERE position = :place",
            hash=leaf_hash(lines[place]), place=place)  # fmt: skip
    return Due("altered", place, near=True)


def two_lines_exchanged(log):
    lines = log.lines
    one, other = sorted(log.draw.sample(log.away, 2))
    lines[one], lines[other] = lines[other], lines[one]
    log.pack(lines)
    return Due("reordered", one)


def a_line_cut_out(log):
    lines = log.lines
    del lines[log.one()]
    log.pack([*lines])
    return Due("missing", log.away[-1])


def the_end_of_the_lines_cut_off(log):
    place = log.one()
    log.pack(log.lines[:place])
    return Due("missing", place)


def the_file_cut_off(log):
    content = log.file.read_bytes()
    log.file.write_bytes(content[: log.draw.randrange(len(content))])
    return Due("altered")


def a_byte_of_the_file(log):
    content = bytearray(log.file.read_bytes())
    content[log.draw.randrange(len(content))] ^= log.draw.randint(1, 255)
    log.file.write_bytes(content)
    return Due("altered")


def the_file_packed_anew(log):
    log.pack(log.lines)
    return Due("altered", 0)


def the_file_gone(log):
    log.file.unlink()
    return Due("missing", 0)


def a_column_of_the_archive(log):
    change = log.draw.choice([
        "first = first + 1", "size = size + 1", "root = sha256(root)", "file = file || 'x'",
        "first_root = sha256(root)", "sha256 = sha256(sha256)", "key_id = 'mine'",
        "until = until - interval '1 microsecond'", "signature = sha512(signature)",
        "archived_at = archived_at + interval '1 day'",
    ])  # fmt: skip
    log.sql(f"UPDATE audit_archive SET {change}")
    return Due("wrong_signature")


def the_archive_forgotten(log):
    log.sql("DELETE FROM audit_archive")
    return Due("missing", log.away[0])


def a_restoring_made_up(log):
    log.sql("INSERT INTO audit_restored VALUES (:id, now(), NULL)", id=log.row.id)
    return Due("missing", log.away[0])


def a_leaf_of_an_archived_record(log):
    place = log.one()
    log.sql("UPDATE audit_leaf SET hash = sha256(hash) WHERE position = :place", place=place)
    return Due("altered", place)


def more_records_gone_than_were_archived(log):
    place = log.draw.randrange(log.row.size, log.size)
    log.sql("DELETE FROM audit_record WHERE id = :id", id=log.record_at(place).id)
    return Due("missing", place)


def sign_anew(log):
    """The archive's row for the file as it is now, by the log's key."""
    row = log.row
    told = statement_of_archive(
        Archive(**{
            name: getattr(row, name)
            for name in ("first", "size", "first_root", "root", "until", "file", "archived_at",
                         "key_id")
        }, sha256=sha256_of(log.file)), log=chain(log.ctx.session)[0].id,
    )  # fmt: skip
    signature = read_signer(key_file(log.ctx.settings)).sign(told.canonical)
    log.sql("UPDATE audit_archive SET sha256 = :sha256, signature = :signature",
            sha256=told.sha256, signature=signature)  # fmt: skip


ARCHIVE_HANDS = (
    a_byte_of_a_line, a_byte_of_a_line_signed_with_the_stolen_key, a_line_with_its_leaf,
    two_lines_exchanged, a_line_cut_out, the_end_of_the_lines_cut_off, the_file_cut_off,
    a_byte_of_the_file, the_file_packed_anew, the_file_gone, a_column_of_the_archive,
    the_archive_forgotten, a_restoring_made_up, a_leaf_of_an_archived_record,
    more_records_gone_than_were_archived,
)  # fmt: skip


def attempts_on_archives(log, number):
    """So many manipulations, each taken back in the database and on the disk."""
    content = log.file.read_bytes()
    for turn in range(number):
        hand = ARCHIVE_HANDS[turn % len(ARCHIVE_HANDS)]
        savepoint = log.ctx.session.begin_nested()
        due = hand(log)
        told = inspect(log.ctx, anchors=log.anchors).broken
        savepoint.rollback()
        log.file.write_bytes(content)
        yield Tried(hand=hand.__name__, due=due, told=told)
