"""The menu: pages by what they are for, each with its key after `g` and what it needs one may."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    name: str
    icon: str
    key: str
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    entries: tuple[Entry, ...]


MENU = (
    Group("", (
        Entry("/", "Dashboard", "layout-dashboard", "h"),
        Entry("/work", "My work", "inbox", "v"),
        Entry("/devices", "Devices", "router", "d", "device.read"),
        Entry("/sites", "Sites", "map-pin", "t", "device.read"),
        Entry("/discovery", "Discovery", "search", "i", "device.read"),
    )),
    Group("Configuration", (
        Entry("/configurations", "Search", "file-search", "q", "snapshot.read"),
        Entry("/findings", "Drift", "git-compare", "f", "drift.read"),
        Entry("/compliance", "Compliance", "shield-check", "m", "drift.read"),
        Entry("/noise", "Noise", "eye-off", "z", "drift.read"),
        Entry("/rollouts", "Roll-outs", "stairs-up", "r", "drift.read"),
    )),
    Group("Change", (
        Entry("/changes", "Requests", "git-pull-request", "c", "change.read"),
        Entry("/catalogue", "Catalogue", "copy", "u", "change.read"),
        Entry("/calendar", "Calendar", "calendar-event", "y", "change.read"),
        Entry("/emergencies", "Emergencies", "alert-octagon", "b", "change.read"),
    )),
    Group("Operate", (
        Entry("/events", "Events", "bell", "e", "event.read"),
        Entry("/problems", "Problems", "bug", "p", "problem.read"),
        Entry("/scans", "Scans", "activity", "n", "drift.read"),
        Entry("/maintenance", "Maintenance", "tool", "w", "maintenance.read"),
        Entry("/schedules", "Schedules", "calendar-time", "s", "schedule.read"),
        Entry("/queues", "Queues", "arrows-left-right", "j", "organization.read"),
        Entry("/knowledge", "Knowledge", "book-2", "k", "knowledge.read"),
    )),
    Group("Govern", (
        Entry("/audit", "Audit", "fingerprint", "a", "audit.read"),
        Entry("/questions", "Questions", "question-mark", "g", "audit.read"),
        Entry("/policies", "Policies", "scale", "l", "policy.read"),
        Entry("/risk", "Risk", "alert-triangle", "x", "policy.read"),
        Entry("/organization", "Organization", "sitemap", "o", "organization.read"),
    )),
)  # fmt: skip
"""Only pages that exist; a new page adds its entry here."""


def menu_for(may: Callable[[str], bool]) -> tuple[Group, ...]:
    """The menu without what the person may not see, and without groups left empty by that."""
    groups = (
        Group(group.name, tuple(one for one in group.entries if _open(one, may))) for group in MENU
    )
    return tuple(group for group in groups if group.entries)


def _open(entry: Entry, may: Callable[[str], bool]) -> bool:
    return entry.permission is None or may(entry.permission)
