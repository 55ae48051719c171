"""Notifications: queued with the transaction, delivered over HTTP on this machine."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.settings import Settings
from operations import notifications
from operations.notifications import (
    AppriseNotifier,
    NotificationFailed,
    Recipient,
    notify,
    send,
)
from tests.operations.notifier_contract import FakeNotifier, NotifierContract

pytestmark = pytest.mark.filterwarnings(
    # Apprise's reader of PGP keys imports what Python 3.13 no longer has.
    "ignore:'imghdr' is deprecated:DeprecationWarning:apprise"
)


def told_to(ctx, *addresses):
    ctx.settings = Settings(home=ctx.settings.home, notify_urls=addresses)


def waiting(ctx):
    jobs = text("SELECT task_name, queue_name, args FROM procrastinate_jobs ORDER BY id")
    return [tuple(row) for row in ctx.session.execute(jobs)]


class TestApprise(NotifierContract):
    @pytest.fixture
    def notifier(self, ctx, mailbox):
        told_to(ctx, mailbox.address)
        return AppriseNotifier()

    @pytest.fixture
    def delivered(self, mailbox):
        return lambda: mailbox.got

    @pytest.fixture
    def broken(self, mailbox):
        return lambda: setattr(mailbox, "refuses", lambda _path: True)


class TestFake(NotifierContract):
    @pytest.fixture
    def notifier(self):
        return FakeNotifier()

    @pytest.fixture
    def delivered(self, notifier):
        return lambda: notifier.sent

    @pytest.fixture
    def broken(self, notifier):
        return lambda: setattr(notifier, "failing", True)


def test_every_address_gets_the_message(ctx, mailbox):
    told_to(ctx, mailbox.address, mailbox.address)
    AppriseNotifier().send(ctx, title="Drift", body="a line", severity="major")
    assert mailbox.got == [("[major] Drift", "a line")] * 2


def test_one_address_that_fails_does_not_keep_the_message_from_the_others(ctx, mailbox):
    told_to(ctx, SecretStr("json://127.0.0.1:1/"), mailbox.address)
    with pytest.raises(NotificationFailed, match="could not be delivered"):
        AppriseNotifier().send(ctx, title="Drift", body="a line", severity="major")
    assert len(mailbox.got) == 1


def test_an_address_that_is_none_is_refused_and_not_repeated(ctx, mailbox):
    told_to(ctx, SecretStr("pigeon://geheim"))
    with pytest.raises(NotificationFailed, match="TRIMTAB_NOTIFY_URLS is not") as refused:
        AppriseNotifier().send(ctx, title="Drift", body="", severity="info")
    assert "geheim" not in refused.value.message
    assert mailbox.got == []


def personal(ctx, url):
    ctx.settings = Settings(home=ctx.settings.home, notify_person_url=url)


def to_person(ctx, *, email):
    person = Recipient(username="a nn", name="Ann", email=email)
    return AppriseNotifier().send_to(ctx, person, title="Vote", body="on C1", severity="info")


def test_a_person_gets_the_message_at_an_address_of_their_own(ctx, mailbox):
    url = SecretStr(mailbox.address.get_secret_value() + "{username}/{email}")
    personal(ctx, url)
    assert to_person(ctx, email="ann@example.net")
    assert mailbox.got == [("[info] Vote", "on C1")]
    assert mailbox.tried == ["/a%20nn/ann@example.net"]


@pytest.mark.parametrize("url", [None, "json://127.0.0.1:1/{email}"])
def test_a_person_without_an_address_is_not_reached(ctx, url):
    personal(ctx, url)
    assert to_person(ctx, email=None) is False


def test_a_person_who_cannot_be_told_is_a_failure(ctx, mailbox):
    personal(ctx, mailbox.address)
    mailbox.refuses = lambda _path: True
    with pytest.raises(NotificationFailed, match="a person could not be delivered"):
        to_person(ctx, email=None)


def test_a_personal_address_that_is_none_is_refused_and_not_repeated(ctx):
    personal(ctx, "pigeon://geheim")
    with pytest.raises(NotificationFailed, match="TRIMTAB_NOTIFY_PERSON_URL is not") as refused:
        to_person(ctx, email=None)
    assert "geheim" not in refused.value.message


def test_the_installed_notifiers_deliver_what_is_sent(ctx, mailbox):
    told_to(ctx, mailbox.address)
    send(ctx, title="Drift", body="a line", severity="major")
    assert mailbox.got == [("[major] Drift", "a line")]


def test_without_an_address_nothing_is_sent_or_queued(ctx, happen):
    send(ctx, title="Drift", body="", severity="info")
    happen()
    assert waiting(ctx) == []


def test_a_notifier_that_fails_does_not_keep_the_others_from_sending(ctx, monkeypatch):
    broken, working = FakeNotifier(failing=True), FakeNotifier()
    monkeypatch.setattr(notifications, "load", lambda *_: (broken, working))
    with pytest.raises(NotificationFailed, match="memory is full"):
        send(ctx, title="Drift", body="", severity="info")
    assert working.sent == [("info Drift", "")]


def test_a_message_is_queued_for_a_worker(ctx, mailbox):
    told_to(ctx, mailbox.address)
    notify(ctx, title="Drift", body="a line", severity="major")
    told = {"title": "Drift", "body": "a line", "severity": "major"}
    assert waiting(ctx) == [("operations.notify", "default", told)]
    assert mailbox.got == []


def test_people_are_told_of_a_new_event_and_when_it_gets_worse(ctx, mailbox, happen):
    told_to(ctx, mailbox.address)
    for severity in ("minor", "minor", "critical", "major"):
        happen(severity=severity)
    assert [args["severity"] for _, _, args in waiting(ctx)] == ["minor", "critical"]
