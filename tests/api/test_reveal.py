"""Trust and revealed secrets over REST and on the page."""

import pytest

from core.audit import AuditRecord
from inventory import commitments, hidden_parts, originals, snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot
from organization.people import by_username
from tests.api.forms import send, sign_in
from tests.factories import make_post

REDACTED = "hostname x\nsnmp-server community <secret:000000000000> RO\nend\n"
ORIGINAL = "hostname x\nsnmp-server community s3cret RO\nend\n"


@pytest.fixture
def kept(world, drifted):
    """A snapshot with an original; the engineer may reveal it."""
    with world.context() as ctx:
        device = ctx.get(Device, drifted.device_id)
        snapshot = snapshots.store(
            ctx, device, source="running", text=REDACTED, doubts=(), facts={}
        ).snapshot
        originals.keep(ctx, device, digest=snapshot.digest, text=ORIGINAL)
        ctx.record("device.collected", device)
        make_post(
            ctx, unit=device.site.unit, permissions=["snapshot.reveal"],
            holder=by_username(ctx, "engineer"),
        )  # fmt: skip
        return snapshot.id


def looks(world):
    with world.context() as ctx:
        return ctx.session.query(AuditRecord).filter_by(action="snapshot.revealed").count()


def test_the_score_of_a_capture_is_told(rest, kept):
    told = rest("auditor").get(f"/snapshots/{kept}").json()
    assert (told["trusted"], told["score"], told["doubts"]) == (True, 100, [])


def test_a_text_with_its_secrets_is_given_for_a_reason(world, rest, kept):
    before = looks(world)
    answer = rest("engineer").post(f"/snapshots/{kept}/revelations", json={"reason": "restore"})
    assert answer.json() == {"snapshot_id": kept, "line": None, "text": ORIGINAL}
    assert answer.headers["cache-control"] == "no-store"
    assert looks(world) == before + 1


def test_one_line_with_its_secret_is_given(rest, kept):
    answer = rest("engineer").post(
        f"/snapshots/{kept}/revelations", json={"reason": "restore", "line": 2}
    )
    assert answer.json()["text"] == "snmp-server community s3cret RO\n"


def test_one_secret_is_opened_with_the_salt_that_proves_it(world, rest, kept):
    with world.context() as ctx:
        snapshot = ctx.get(Snapshot, kept)
        shown = commitments.Shown(
            device_id=snapshot.device_id, digest=snapshot.digest, original=ORIGINAL,
            read=lambda: REDACTED, known=False,
        )  # fmt: skip
        commitments.tell_all(ctx, [shown])
        [leaf] = commitments.redaction_of(ctx, snapshot.digest).secrets
    body = {"reason": "audit", "index": 1}
    told = rest("engineer").post(f"/snapshots/{kept}/openings", json=body).json()
    assert told["secret"] == "s3cret"
    assert hidden_parts.leaf(bytes.fromhex(told["salt"]), "s3cret") == leaf
    refused = rest("auditor").post(f"/snapshots/{kept}/openings", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


def test_who_may_not_reveal_sees_no_secret_and_no_form(world, rest, browser, kept):
    before = looks(world)
    answer = rest("auditor").post(f"/snapshots/{kept}/revelations", json={"reason": "curious"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    sign_in(browser, "auditor")
    assert "Reveal the secrets" not in browser.get(f"/snapshots/{kept}").text
    assert looks(world) == before


def test_a_page_reveals_the_secrets_once(world, browser, kept):
    sign_in(browser, "engineer")
    page = f"/snapshots/{kept}"
    assert "s3cret" not in browser.get(page).text
    before = looks(world)
    shown = send(browser, page, f"{page}/revelation", reason="restore")
    assert "snmp-server community s3cret RO" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "s3cret" not in browser.get(page).text
    assert looks(world) == before + 1


def test_a_page_tells_the_score(browser, kept):
    sign_in(browser, "auditor")
    assert "100 of 100" in browser.get(f"/snapshots/{kept}").text
