"""Notices to persons: noted once, sent together, in the manner that the person chose."""

import pytest

from core.errors import InvalidInput
from core.settings import Settings
from operations import notices, notifications
from operations.notice_models import Notice
from operations.notices import Note, deliver, list_mine, prefer, put
from tests.acting import acting
from tests.factories import make_person
from tests.operations.notifier_contract import FakeNotifier


class Postman(FakeNotifier):
    """Reaches everybody who has an e-mail address."""

    def send_to(self, ctx, person, *, title, body, severity):
        if person.email is None:
            return False
        self.send(ctx, title=f"{person.email} {title}", body=body, severity=severity)
        return True


@pytest.fixture
def postman(monkeypatch):
    found = Postman()
    monkeypatch.setattr(notifications, "load", lambda *_: (FakeNotifier(), found))
    return found


@pytest.fixture
def ann(ctx):
    person = make_person(ctx, username="ann")
    person.email = "ann@example.net"
    return person


@pytest.fixture
def noted(ctx, ann):
    """Notes that a change waits for Ann."""

    def note(number=1, *, person=ann, topic="vote"):
        made = put(ctx, [
            Note(person_id=person.id, mark=f"{topic}:{number}", topic=topic, title=f"C{number} Do",
                 detail=f"why {number}", path=f"/changes/{number}")
        ])  # fmt: skip
        return made[0] if made else None

    return note


def test_the_same_mark_is_noted_once(noted):
    assert noted(1) is not None
    assert noted(1) is None


def test_one_notice_is_one_message_with_a_link(ctx, postman, noted):
    ctx.settings = Settings(home=ctx.settings.home, public_url="https://trimtab.example/")
    row = noted(1)
    assert deliver(ctx) == {"sent": 1}
    assert postman.sent == [
        ("info ann@example.net C1 Do waits for your vote",
         "why 1\nhttps://trimtab.example/changes/1"),
    ]  # fmt: skip
    assert (row.state, row.sent_at) == ("sent", ctx.now())


def test_a_batch_is_one_message(ctx, postman, noted):
    for number in (1, 2):
        noted(number)
    noted(3, topic="over")
    deliver(ctx)
    assert postman.sent == [(
        "info ann@example.net 2 wait for your vote, 1 has an outcome",
        ("C1 Do waits for your vote\nwhy 1\n\nC2 Do waits for your vote\nwhy 2\n\n"
         "C3 Do has an outcome\nwhy 3"),
    )]  # fmt: skip


def test_nothing_is_sent_twice(ctx, postman, noted):
    noted(1)
    deliver(ctx)
    assert deliver(ctx) == {}
    assert len(postman.sent) == 1


def test_a_message_that_fails_is_tried_again_and_in_the_end_left_to_the_page(
    ctx, postman, noted, clock
):
    row, postman.failing = noted(1), True
    outcomes = []
    for _ in range(notices.ATTEMPTS):
        outcomes.append(deliver(ctx))
        assert deliver(ctx) == {}
        clock.forward(hours=1)
    assert outcomes == [{"waiting": 1}] * 4 + [{"failed": 1}]
    assert (row.state, row.problem, deliver(ctx)) == ("failed", "The memory is full.", {})


@pytest.mark.usefixtures("postman")
def test_one_persons_failure_keeps_nothing_from_another(ctx, noted, monkeypatch):
    noted(1)
    bob = make_person(ctx, username="bob")
    bob.email = "bob@example.net"
    noted(2, person=bob)
    whole = Postman.send

    def send(self, ctx, *, title, **more):
        self.failing = title.startswith("ann@")
        whole(self, ctx, title=title, **more)

    monkeypatch.setattr(Postman, "send", send)
    assert deliver(ctx) == {"waiting": 1, "sent": 1}


def test_who_is_reached_by_nothing_reads_it_on_the_page(ctx, postman, ann, noted):
    ann.email = None
    row = noted(1)
    assert deliver(ctx) == {"unsent": 1}
    assert (row.state, postman.sent) == ("unsent", [])
    assert list_mine(acting(ctx, ann)) == [row]


def test_who_wants_no_messages_gets_none(ctx, postman, ann, noted):
    first = noted(1)
    prefer(acting(ctx, ann), "off")
    second = noted(2)
    ctx.session.refresh(first)
    assert (first.state, second.state, deliver(ctx), postman.sent) == ("unsent", "unsent", {}, [])


def test_who_wants_one_a_day_gets_it_at_the_hour_of_the_setting(ctx, postman, ann, noted, clock):
    prefer(acting(ctx, ann), "daily")
    noted(1)
    clock.forward(hours=18, minutes=59)  # from noon: 6:59
    assert deliver(ctx) == {}
    noted(2)
    clock.forward(minutes=1)
    assert deliver(ctx) == {"sent": 1}
    assert [head for head, _ in postman.sent] == ["info ann@example.net 2 wait for your vote"]


def test_a_worker_is_called_once_and_only_when_something_is_due(ctx, noted):
    assert notices.call(ctx) is None
    noted(1)
    assert notices.call(ctx) is not None
    assert notices.call(ctx) is None


def test_a_manner_that_does_not_exist_is_refused(ctx):
    assert notices.manner(ctx) == "each"
    with pytest.raises(InvalidInput, match="off, each, daily"):
        prefer(ctx, "hourly")


def test_what_was_noted_long_ago_is_deleted(ctx, noted, clock):
    old = noted(1).id
    clock.forward(days=notices.KEPT_DAYS + 1)
    young = noted(2).id
    assert notices.clear(ctx) == 1
    assert ctx.session.get(Notice, young) is not None
    assert ctx.session.get(Notice, old, populate_existing=True) is None
