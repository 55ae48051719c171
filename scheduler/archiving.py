"""Proposes that old audit records be archived. Archives nothing: a person does."""

from sqlalchemy import select

from core.audit import Fact
from core.context import Context
from core.evidence.archives.due import kept_too_long
from operations import events
from operations.models import Event

KIND = "audit_archive_due"


def propose(ctx: Context) -> Fact:
    """An event, once, when records are older than the settings keep them; how many there are."""
    span = kept_too_long(ctx)
    if span is None:
        return 0
    alive = select(Event.id).where(Event.fingerprint == KIND, Event.state != "closed")
    if ctx.session.scalar(alive) is None:
        until = f"{span.head.sealed_at:%F}"
        events.raise_event(
            ctx, fingerprint=KIND, kind=KIND, severity="info",
            title=f"{span.records} audit records may be archived",
            detail=f"They were sealed by {until}, more than {ctx.settings.audit_keep_days} days "
            "ago. `trimtab audit archive --until DATE` writes them to a signed file and removes "
            "them from the database; nothing happens by itself.",
        )  # fmt: skip
    return span.records
