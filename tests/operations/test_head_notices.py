"""Heads of the audit log sent by notifiers: seldom, each address alone, no secret in errors."""

import pytest
from pydantic import SecretStr

from core.evidence.anchoring.anchors import anchor
from core.evidence.documents import head_line, read_head
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor
from core.records import inspect
from core.settings import Settings
from operations.head_notices import all_targets
from tests.core.evidence.rows import grow
from tests.factories import make_unit

pytestmark = pytest.mark.filterwarnings(
    # Apprise's reader of PGP keys imports what Python 3.13 no longer has.
    "ignore:'imghdr' is deprecated:DeprecationWarning:apprise"
)


@pytest.fixture
def log(ctx, tmp_path):
    make_unit(ctx)
    ctx.settings = Settings(home=tmp_path)
    grow(ctx, 3)
    return ctx


def told_to(ctx, mailbox, *paths):
    urls = tuple(
        SecretStr(f"json://ann:hunter2@127.0.0.1:{mailbox.server_port}/{path}") for path in paths
    )
    ctx.settings = ctx.settings.model_copy(update={"audit_anchor_notify_urls": urls})


def line_of(ctx):
    return head_line(last_head(ctx.session), log=chain(ctx.session)[0].id)


def test_a_head_is_sent_with_how_to_compare_it(log, mailbox):
    told_to(log, mailbox, "auditor")
    [done] = anchor(log, all_targets(log))
    [(title, body)] = mailbox.got
    name = chain(log.session)[0].id
    assert (done.target, done.receipt, done.fault) == ("notify:1:json", "sent", "")
    assert (mailbox.tried, title) == (
        ["/auditor"],
        f"Trimtab audit log {name[:16]}: head of 5 records",
    )
    assert line_of(log) in body.splitlines()
    assert ("trimtab audit verify --anchors FILE" in body, name in body) == (True, True)


def test_the_lines_of_messages_are_a_file_to_compare_with(log, mailbox, tmp_path):
    told_to(log, mailbox, "auditor")
    anchor(log, all_targets(log))
    lines = [line for line in mailbox.got[0][1].splitlines() if line.startswith("{")]
    (tmp_path / "heads").write_text("\n".join(lines) + "\n")
    assert read_head(lines[0]).statement.size == 5
    assert inspect(log, anchors=tmp_path / "heads").ok


def test_a_head_is_sent_once_in_the_time_that_is_set(log, mailbox, clock):
    told_to(log, mailbox, "auditor")
    for hours in (0, 12, 11, 2):
        clock.forward(hours=hours)
        grow(log, 1)
        anchor(log, all_targets(log))
    assert [read_head(line).statement.size for _, body in mailbox.got
            for line in body.splitlines() if line.startswith("{")] == [6, 9]  # fmt: skip


def test_an_address_that_fails_keeps_no_other_from_its_head(log, mailbox):
    mailbox.refuses = lambda path: path == "/away"
    told_to(log, mailbox, "away", "auditor")
    failed, done = anchor(log, all_targets(log))
    assert ("Address 1 in TRIMTAB_AUDIT_ANCHOR_NOTIFY_URLS" in failed.fault, done.fault) == (
        True, "",
    )  # fmt: skip
    anchor(log, all_targets(log))
    assert mailbox.tried == ["/away", "/auditor", "/away"]


@pytest.mark.parametrize(
    "url", ["nowhere://ann:hunter2@example.net", "hunter2", "x://[hunter2", "mailto://"]
)
def test_an_address_that_is_not_understood_is_told_without_its_secret(log, url):
    log.settings = log.settings.model_copy(update={"audit_anchor_notify_urls": (SecretStr(url),)})
    [failed] = anchor(log, all_targets(log))
    assert "Address 1 in TRIMTAB_AUDIT_ANCHOR_NOTIFY_URLS is not understood" in failed.fault
    assert "hunter2" not in failed.fault + failed.target


def test_no_secret_is_kept_with_the_anchor(log, mailbox):
    told_to(log, mailbox, "auditor")
    anchor(log, all_targets(log))
    [row] = log.session.query(Anchor)
    assert "hunter2" not in row.target + row.receipt


def test_addresses_stand_beside_the_other_places(log, mailbox, tmp_path):
    told_to(log, mailbox, "one", "two")
    log.settings = log.settings.model_copy(update={"audit_anchor_file": tmp_path / "heads"})
    names = [one.name for one in all_targets(log)]
    assert names == [f"file:{tmp_path / 'heads'}", "notify:1:json", "notify:2:json"]
