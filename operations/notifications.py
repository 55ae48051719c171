"""Notifications: queued with the transaction, sent by a worker, never in the way of the work."""

from typing import Protocol, runtime_checkable

import apprise

from core.context import Context
from core.errors import TrimtabError
from core.plugins import load
from core.queue import enqueue

TASK = "operations.notify"


class NotificationFailed(TrimtabError):
    code = "notification_failed"


@runtime_checkable
class Notifier(Protocol):
    """Sends one message somewhere."""

    def send(self, ctx: Context, *, title: str, body: str, severity: str) -> None:
        """Deliver, or raise NotificationFailed."""
        ...


class AppriseNotifier:
    """Every address of the setting `notify_urls`, through Apprise."""

    def send(self, ctx: Context, *, title: str, body: str, severity: str) -> None:
        if not ctx.settings.notify_urls:
            return
        sender = apprise.Apprise()
        for url in ctx.settings.notify_urls:
            if not sender.add(url.get_secret_value()):
                raise NotificationFailed("An address in TRIMTAB_NOTIFY_URLS is not understood.")
        if not sender.notify(title=f"[{severity}] {title}", body=body or title):  # never empty
            raise NotificationFailed("A notification could not be delivered; see the log.")


def notify(ctx: Context, *, title: str, body: str, severity: str) -> None:
    """Queue a message where anybody is to be told; it commits with what it is about."""
    if ctx.settings.notify_urls:
        enqueue(ctx, TASK, args={"title": title, "body": body, "severity": severity})


def send(ctx: Context, *, title: str, body: str, severity: str) -> None:
    """Send through every notifier; the last failure is raised after all were tried."""
    failed: NotificationFailed | None = None
    for notifier in load("trimtab.notifiers", Notifier):  # type: ignore[type-abstract]
        try:
            notifier.send(ctx, title=title, body=body, severity=severity)
        except NotificationFailed as error:
            failed = error
    if failed is not None:
        raise failed
