"""A row as an event of the Open Cybersecurity Schema Framework, version 1.3.0. Pure.

The class is API Activity (6003): a person or the platform did something to a resource through a
door of the platform. Attributes that the class requires are always there. https://schema.ocsf.io
"""

from collections.abc import Mapping
from importlib.metadata import version

from changes.questions.answers import Row
from core.audit import Fact

VERSION = "1.3.0"
CATEGORY, CLASS = 6, 6003
INFORMATIONAL = 1
USER, SYSTEM = 1, 3
CREATE, READ, UPDATE, DELETE, OTHER = 1, 2, 3, 4, 99
KINDS: Mapping[str, int] = {
    **dict.fromkeys(("created", "added", "opened", "requested", "raised", "issued", "given"),
                    CREATE),
    **dict.fromkeys(("exported", "verified", "revealed", "previewed"), READ),
    **dict.fromkeys(("revoked", "removed", "withdrawn", "forgotten", "retired", "ended"), DELETE),
    **dict.fromkeys(("approved", "rejected", "revised", "changed", "edited", "set", "assigned",
                     "released", "published", "rotated", "state_changed"), UPDATE),
}  # fmt: skip
"""By the last word of the action; every other one is of the kind Other, named by the action."""
NAMES: Mapping[int, str] = {CREATE: "Create", READ: "Read", UPDATE: "Update", DELETE: "Delete"}


def event_of(row: Row, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The event; `facts` are the row's cells by name, kept as what OCSF has no place for."""
    activity = KINDS.get(row.did.rpartition(".")[2], OTHER)
    person = row.who.id.isdecimal()
    return {
        "activity_id": activity, "activity_name": NAMES.get(activity, row.did),
        "category_uid": CATEGORY, "category_name": "Application Activity",
        "class_uid": CLASS, "class_name": "API Activity", "type_uid": CLASS * 100 + activity,
        "severity_id": INFORMATIONAL, "time": int(row.at.timestamp() * 1000),
        "metadata": {
            "version": VERSION,
            "product": {"name": "Trimtab", "vendor_name": "Trimtab", "version": version("trimtab")},
        },
        "actor": {
            "user": {
                "name": row.who.label, "type_id": USER if person else SYSTEM,
                **({"uid": row.who.id} if person else {}),
            }
        },
        "api": {"operation": row.did, "service": {"name": "trimtab"}},
        "src_endpoint": {
            "svc_name": row.door or "trimtab", **({"ip": row.address} if row.address else {}),
        },
        "resources": [{"type": row.what.type, "uid": row.what.id, "name": row.what.label}],
        "unmapped": dict(facts),
    }  # fmt: skip
