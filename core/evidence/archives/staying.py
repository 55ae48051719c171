"""Actions whose records stay in the database when they are archived. Plain values.

An archive holds every record of its positions. These stay here as well, because the platform goes
on asking for them, however old they are; they are few.
"""

from collections.abc import Mapping

STAYING: Mapping[str, str] = {
    "change.requested": "a change runs only when the log says who asked for it",
    "change.approved": "a change runs only on votes that the log knows",
    "change.glass_broken": "the same of an emergency; who approved and executed",
    "standard_change.approved": "an entry of the catalogue rests on these votes for years",
    "change.queued": "who approved a change and had it executed",
    "change.resumed": "who approved a change and had it executed",
    "change.roll_back_requested": "who approved a change and had it executed",
    "post.assigned": "when a post was written down: who could have approved at a time",
    "credential.created": "how old a login's password is",
    "credential.rotated": "how old a login's password is",
    "device.retired": "whether a device was there on a past day: compliance of a unit then",
    "finding.accepted": "whether persons acted upon a finding",
    "audit.archived": "what left the database, and when",
    "audit.restored": "what came back",
    "audit.key_made": "the log's keys",
    "audit.key_rotated": "the log's keys",
}
"""By action, what asks for it."""
