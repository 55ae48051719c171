"""What every notifier must do, and a double that does it: for ours and for plugins."""

from dataclasses import dataclass, field

import pytest

from core.context import Context
from operations.notifications import NotificationFailed, Notifier


class NotifierContract:
    """Subclass it and give the fixtures `notifier`, `delivered` and `broken`.

    `delivered()` lists what arrived as (title and severity in one text, body); `broken` makes the
    next message fail.
    """

    def test_it_is_a_notifier(self, notifier):
        assert isinstance(notifier, Notifier)

    def test_it_delivers_a_message_whole(self, ctx, notifier, delivered):
        notifier.send(ctx, title="Drift on küste-1", body="line one\nline two", severity="major")
        [(head, body)] = delivered()
        assert "Drift on küste-1" in head
        assert "major" in head
        assert body == "line one\nline two"

    def test_it_delivers_a_title_alone(self, ctx, notifier, delivered):
        notifier.send(ctx, title="Drift", body="", severity="info")
        assert len(delivered()) == 1

    def test_it_says_when_it_failed(self, ctx, notifier, delivered, broken):
        broken()
        with pytest.raises(NotificationFailed):
            notifier.send(ctx, title="Drift", body="", severity="info")
        assert delivered() == []

    def test_it_writes_nothing(self, ctx, notifier):
        notifier.send(ctx, title="Drift", body="", severity="info")
        ctx.commit()
        assert ctx.recorded == []


@dataclass
class FakeNotifier:
    """Keeps what it is told, with the manners of a real notifier."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    failing: bool = False

    def send(self, _ctx: Context, *, title: str, body: str, severity: str) -> None:
        if self.failing:
            raise NotificationFailed("The memory is full.")
        self.sent.append((f"{severity} {title}", body))
