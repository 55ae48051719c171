"""How states look: an icon, a tone and a word each. Colour is for exceptions; quiet is the rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tone = Literal["quiet", "good", "active", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Badge:
    icon: str
    tone: Tone
    word: str


_MARKS: Mapping[str, tuple[str, Tone]] = {
    # findings and their verdicts
    "in_sync": ("check", "quiet"),
    "drifted": ("git-compare", "warn"),
    "unauthorised": ("shield-x", "bad"),
    "unexplained": ("question-mark", "warn"),
    "reverted": ("arrow-back-up", "warn"),
    "not_applied": ("clock-pause", "warn"),
    "authorised": ("user-check", "quiet"),
    "noise": ("activity", "quiet"),
    "suppressed": ("eye-off", "quiet"),
    "resolved": ("check", "quiet"),
    # severities
    "critical": ("alert-octagon", "bad"),
    "major": ("alert-triangle", "warn"),
    "minor": ("info-circle", "quiet"),
    "info": ("info-circle", "quiet"),
    # broken glasses and their reviews, and what maintenance saw
    "in_time": ("clock", "active"),
    "overdue": ("alert-octagon", "bad"),
    "reviewed": ("checks", "quiet"),
    "justified": ("check", "quiet"),
    "not_justified": ("ban", "bad"),
    "attention": ("alert-triangle", "warn"),
    # events and problems
    "open": ("circle-dashed", "warn"),
    "acknowledged": ("user-check", "quiet"),
    "closed": ("check", "quiet"),
    "known_error": ("bug", "quiet"),
    # changes, approvals, targets
    "proposed": ("clock", "active"),
    "draft": ("circle-dashed", "active"),
    "asked": ("clock", "active"),
    "approved": ("checks", "active"),
    "running": ("loader-2", "active"),
    "succeeded": ("circle-check", "good"),
    "failed": ("circle-x", "bad"),
    "interrupted": ("alert-octagon", "bad"),
    "rolled_back": ("arrow-back-up", "warn"),
    "rejected": ("ban", "quiet"),
    "cancelled": ("minus", "quiet"),
    "waiting": ("clock", "quiet"),
    "done": ("check", "quiet"),
    "void": ("x", "warn"),
    "as_declared": ("circle-check", "good"),
    "not_as_declared": ("circle-x", "bad"),
    # devices: lifecycle and the outcome of collecting
    "planned": ("circle-dashed", "quiet"),
    "active": ("router", "quiet"),
    "maintenance": ("tool", "active"),
    "retired": ("minus", "quiet"),
    "changed": ("check", "quiet"),
    "unchanged": ("check", "quiet"),
    "never": ("circle-dashed", "quiet"),
    "untrusted": ("alert-triangle", "warn"),
    "unreachable": ("plug-connected-x", "bad"),
    "refused": ("lock", "bad"),
    "host_key_changed": ("key", "bad"),
    "timeout": ("clock", "warn"),
    "unsupported": ("ban", "warn"),
    "error": ("circle-x", "bad"),
    # versions of baselines, and how devices of a roll-out stand
    "upcoming": ("clock", "active"),
    "valid": ("circle-check", "quiet"),
    "ended": ("minus", "quiet"),
    "withdrawn": ("ban", "quiet"),
    "in_grace": ("clock-pause", "active"),
    "not_judged": ("circle-dashed", "quiet"),
    "replaced": ("minus", "quiet"),
    # facts
    "as_expected": ("check", "quiet"),
    "differs": ("git-compare", "warn"),
    "not_expected": ("circle-dashed", "quiet"),
    "not_told": ("question-mark", "quiet"),
    # candidates and searches
    "found": ("circle-dashed", "active"),
    "adopted": ("check", "quiet"),
    "ignored": ("eye-off", "quiet"),
    "merged": ("link", "quiet"),
    "queued": ("clock", "active"),
    "finished": ("check", "quiet"),
    # rules, schedules, people
    "passed": ("check", "quiet"),
    "violated": ("scale", "warn"),
    "enabled": ("player-play", "quiet"),
    "paused": ("player-pause", "warn"),
    "deactivated": ("user-x", "quiet"),
}


def badge_of(state: str) -> Badge:
    """The badge of a state; one that has no look of its own is told quietly."""
    icon, tone = _MARKS.get(state, ("circle-dashed", "quiet"))
    return Badge(icon, tone, state.replace("_", " "))
