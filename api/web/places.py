"""Where the page about a thing stands, by its type and id. Pure."""

from collections.abc import Mapping

PLACES: Mapping[str, str] = {
    "device": "/devices/", "finding": "/findings/", "change_request": "/changes/",
    "event": "/events/", "problem": "/problems/", "article": "/knowledge/",
    "snapshot": "/snapshots/", "break_glass": "/emergencies/", "site": "/sites/",
    "maintenance_plan": "/maintenance/", "candidate": "/discovery/candidates/",
    "noise_mask": "/noise/", "saved_question": "/questions/saved/", "scan": "/scans/",
}  # fmt: skip
"""Of the types whose ids are numbers."""


def place_of(type: str, id: str) -> str:  # noqa: A002 - as a subject names them
    """The path of the page; "" where there is none."""
    return f"{PLACES[type]}{id}" if type in PLACES and id.isascii() and id.isdecimal() else ""
