"""Heads of the audit log sent through notifiers: by mail to an auditor, or as Apprise reaches them.

Each address is a target of its own, so that one which fails keeps no other from its head and none
gets a head twice.
"""

from dataclasses import dataclass

import apprise
from pydantic import SecretStr

from core.context import Context
from core.evidence.anchoring.anchors import Target, targets
from core.evidence.documents import read_head
from core.evidence.errors import AnchorFailed
from core.evidence.statements import moment

EXPLAINED = """\
Keep this message. The line below is the signed head of the audit log {log}: it had {size} records \
on {at}. Nothing of them can be altered any more without contradicting it.

{line}

To compare: save the lines of such messages in a file, each on a line and nothing else, and run
`trimtab audit verify --anchors FILE`, or with an exported pack
`python3 verify_evidence.py evidence.json --anchors FILE`. The log's name has to be the one that \
you wrote down.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTarget:
    """One address of the setting `audit_anchor_notify_urls`, by its number there."""

    number: int
    url: SecretStr
    pause: float

    @property
    def name(self) -> str:
        """The number and the kind of service: an address may hold a password."""
        kind, there, _ = self.url.get_secret_value().partition("://")
        return f"notify:{self.number}:{kind if there else ''}"

    def lay_down(self, line: str) -> str:
        sender = apprise.Apprise()
        if not sender.add(self.url.get_secret_value()):
            raise AnchorFailed(
                f"Address {self.number} in TRIMTAB_AUDIT_ANCHOR_NOTIFY_URLS is not understood; "
                "write it as Apprise's documentation has it."
            )
        head = read_head(line).statement
        at = moment(head.sealed_at)
        sent = sender.notify(
            title=f"Trimtab audit log {head.log[:16]}: head of {head.size} records",
            body=EXPLAINED.format(log=head.log, size=head.size, at=at, line=line),
            body_format=apprise.NotifyFormat.TEXT,
        )
        if not sent:
            raise AnchorFailed(
                f"Address {self.number} in TRIMTAB_AUDIT_ANCHOR_NOTIFY_URLS took no head of the "
                "audit log. Check the service; Trimtab's own log says what it answered."
            )
        return "sent"


def all_targets(ctx: Context) -> list[Target]:
    """Every place for heads that the settings name, those who are told by notifiers included."""
    pause = 3600.0 * ctx.settings.audit_anchor_notify_hours
    told = [
        NoticeTarget(number=number, url=url, pause=pause)
        for number, url in enumerate(ctx.settings.audit_anchor_notify_urls, start=1)
    ]
    return [*targets(ctx), *told]
