"""Heads laid down outside: in a file, at a syslog server; what contradicts them is noticed."""

import json
import re
import socket
import threading

import pytest

from core.errors import InvalidInput, NotPermitted, SettingsError
from core.evidence.anchoring.anchors import Anchored, anchor
from core.evidence.anchoring.file_target import FileTarget
from core.evidence.anchoring.syslog_target import SyslogTarget
from core.evidence.documents import head_line, read_head
from core.evidence.errors import AnchorFailed
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.evidence.nodes import LogBroken
from core.evidence.statements import is_signed
from core.records import inspect
from core.settings import Settings
from tests.acting import acting
from tests.core.evidence.rows import grow, sql, unguarded
from tests.factories import make_person, make_unit


@pytest.fixture
def log(ctx, tmp_path):
    make_unit(ctx)
    ctx.settings = Settings(home=tmp_path, audit_anchor_file=tmp_path / "mount" / "heads")
    (tmp_path / "mount").mkdir()
    grow(ctx, 3)
    return ctx


def line_of(ctx):
    return head_line(last_head(ctx.session), log=chain(ctx.session)[0].id)


def test_the_newest_head_is_added_to_the_file_with_its_signature(log):
    [done] = anchor(log)
    [line] = log.settings.audit_anchor_file.read_text().splitlines()
    assert (done.size, done.fault, line) == (5, "", line_of(log))
    signed = read_head(line)
    assert signed.statement.size == 5
    assert is_signed(signed.statement.canonical, signed.signature, chain(log.session)[0].public_key)


def test_a_head_is_laid_down_once_at_each_target(log):
    anchor(log)
    [again] = anchor(log)
    grow(log, 1)
    [newer] = anchor(log)
    assert (again.receipt, newer.size) == ("has it already", 6)
    lines = log.settings.audit_anchor_file.read_text().splitlines()
    assert [json.loads(line)["size"] for line in lines] == [5, 6]
    assert [row.size for row in log.session.query(Anchor).order_by(Anchor.id)] == [5, 6]


def test_a_log_without_a_head_lays_nothing_down(ctx, tmp_path):
    make_unit(ctx)
    [done] = anchor(ctx, [FileTarget(tmp_path / "heads")])
    assert (done.size, (tmp_path / "heads").exists()) == (0, False)


def test_a_target_that_fails_keeps_no_other_from_its_head(log, tmp_path):
    bad, good = FileTarget(tmp_path / "nowhere" / "heads"), FileTarget(tmp_path / "heads")
    failed, done = anchor(log, [bad, good])
    assert "TRIMTAB_AUDIT_ANCHOR_FILE" in failed.fault
    assert (done.fault, good.path.read_text()) == ("", line_of(log) + "\n")


def test_what_was_laid_down_is_compared_in_each_verification(log):
    anchor(log)
    assert inspect(log).ok
    unguarded(log)
    sql(log, "DELETE FROM audit_record WHERE id = (SELECT max(id) FROM audit_record)")
    for table in ("audit_leaf", "audit_head"):
        sql(log, f"DELETE FROM {table}")  # noqa: S608
    assert ("missing", 0) in [(one.kind, one.position) for one in inspect(log).broken]


def test_a_log_that_was_set_back_lays_nothing_over_its_own_past(log):
    before = line_of(log)
    grow(log, 4)
    anchor(log)
    [refused] = _laid(log, before)
    assert (refused.contradicted, "cut off or rewritten" in refused.fault) == (True, True)


def _laid(log, line):
    """What the target says to an older line."""
    try:
        FileTarget(log.settings.audit_anchor_file).lay_down(line)
    except LogBroken as error:
        return [Anchored(target="file", size=5, fault=error.message, contradicted=True)]
    return []


def test_logs_may_share_a_file(log):
    file = log.settings.audit_anchor_file
    other = json.loads(line_of(log)) | {"log": "ff" * 32, "size": 900}
    file.write_text(json.dumps(other) + "\n")
    [done] = anchor(log)
    assert (done.fault, len(file.read_text().splitlines())) == ("", 2)


@pytest.fixture
def heard():
    """What a syslog server on this machine hears: `heard("tcp")` gives its address and messages."""
    links, threads, messages = [], [], []

    def listen(how):
        kind = socket.SOCK_STREAM if how == "tcp" else socket.SOCK_DGRAM
        link = socket.socket(socket.AF_INET, kind)
        links.append(link)
        link.bind(("127.0.0.1", 0))
        if how == "tcp":
            link.listen()

        def take():
            if how == "udp":
                messages.append(link.recv(65536))
                return
            with link.accept()[0] as peer:
                messages.append(b"".join(iter(lambda: peer.recv(65536), b"")))

        threads.append(threading.Thread(target=take, daemon=True))
        threads[-1].start()
        return f"{how}://127.0.0.1:{link.getsockname()[1]}", lambda: (threads[-1].join(5), messages)

    yield listen
    for link in links:
        link.close()


@pytest.mark.parametrize("how", ["udp", "tcp"])
def test_a_head_goes_to_a_syslog_server_as_rfc_5424_has_it(log, heard, how):
    address, hear = heard(how)
    [done] = anchor(log, [SyslogTarget(address, lambda: "2026-11-24T12:00:00.000000+00:00")])
    message = hear()[1][0]
    assert (done.fault, done.receipt[:5]) == ("", "sent ")
    if how == "tcp":
        length, _, message = message.partition(b" ")
        assert int(length) == len(message)
    head = rb"<110>1 2026-11-24T12:00:00\.000000\+00:00 \S+ trimtab \d+ audit-head - "
    assert re.match(head, message)
    assert re.sub(head, b"", message).decode() == line_of(log)


def test_a_head_goes_to_a_local_socket(log, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.bind(str(tmp_path / "log"))
        [done] = anchor(log, [SyslogTarget(str(tmp_path / "log"), lambda: "-")])
        assert (done.fault, link.recv(65536).decode().endswith(line_of(log))) == ("", True)


def test_a_syslog_server_that_is_not_there_is_told(log, tmp_path):
    with pytest.raises(AnchorFailed, match="TRIMTAB_AUDIT_ANCHOR_SYSLOG"):
        SyslogTarget(str(tmp_path / "none"), lambda: "-").lay_down(line_of(log))


@pytest.mark.parametrize("address", ["", "host:514", "http://host", "udp://", "udp://host:x"])
def test_an_address_that_cannot_be_one_is_refused(log, tmp_path, address):
    log.settings = Settings(home=tmp_path, audit_anchor_syslog=address or "none")
    with pytest.raises(SettingsError, match="audit_anchor_syslog"):
        anchor(log)


def test_heads_are_laid_down_by_who_may_seal(log):
    with pytest.raises(NotPermitted, match=r"audit\.seal"):
        anchor(acting(log, make_person(log)))


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"log": 1}', "\x00", "[" * 9999])
def test_what_is_no_head_is_not_read_as_one(line):
    with pytest.raises(InvalidInput, match="no signed tree head"):
        read_head(line)
