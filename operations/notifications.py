"""Notifications: queued with the transaction, sent by a worker, never in the way of the work.

Which persons are told of what is the matter of `operations.notices`.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from urllib.parse import quote

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A single person who is told something."""

    username: str
    name: str
    email: str | None = None


@runtime_checkable
class PersonNotifier(Protocol):
    """What a notifier has besides, when it reaches single persons."""

    def send_to(
        self, ctx: Context, person: Recipient, *, title: str, body: str, severity: str
    ) -> bool:
        """Deliver to this person alone, or raise NotificationFailed; False where it knows no way.

        It has delivered when it returns True, and is not asked twice for the same.
        """
        ...


class AppriseNotifier:
    """Every address of the setting `notify_urls`, a person's by `notify_person_url`: Apprise."""

    def send(self, ctx: Context, *, title: str, body: str, severity: str) -> None:
        if not ctx.settings.notify_urls:
            return
        sender = apprise.Apprise()
        for url in ctx.settings.notify_urls:
            if not sender.add(url.get_secret_value()):
                raise NotificationFailed("An address in TRIMTAB_NOTIFY_URLS is not understood.")
        if not sender.notify(title=f"[{severity}] {title}", body=body or title):  # never empty
            raise NotificationFailed("A notification could not be delivered; see the log.")

    def send_to(
        self, ctx: Context, person: Recipient, *, title: str, body: str, severity: str
    ) -> bool:
        told = ctx.settings.notify_person_url
        url = None if told is None else _address(told.get_secret_value(), person)
        if url is None:
            return False
        sender = apprise.Apprise()
        if not sender.add(url):
            raise NotificationFailed(
                "The address in TRIMTAB_NOTIFY_PERSON_URL is not understood; correct it."
            )
        if not sender.notify(title=f"[{severity}] {title}", body=body or title):
            raise NotificationFailed("A notice to a person could not be delivered.")
        return True


def _address(told: str, person: Recipient) -> str | None:
    """The person's own address; None where it needs an e-mail address and the person has none."""
    if "{email}" in told and not person.email:
        return None
    return told.replace("{email}", quote(person.email or "", safe="@")).replace(
        "{username}", quote(person.username, safe="")
    )


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


def send_to(ctx: Context, person: Recipient, *, title: str, body: str, severity: str) -> bool:
    """Tell one person through every notifier that reaches them; False where none does.

    Raises the last failure when no notifier delivered: what one has delivered is not sent again.
    """
    failed: NotificationFailed | None = None
    delivered = False
    for notifier in load("trimtab.notifiers", Notifier):  # type: ignore[type-abstract]
        if not isinstance(notifier, PersonNotifier):
            continue
        try:
            delivered |= notifier.send_to(ctx, person, title=title, body=body, severity=severity)
        except NotificationFailed as error:
            failed = error
    if failed is not None and not delivered:
        raise failed
    return delivered
