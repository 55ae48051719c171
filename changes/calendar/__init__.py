"""Maintenance windows, freezes with exceptions, conflicts between changes, and when to run."""

from changes.calendar.clashes import Conflict, conflicts, conflicts_of
from changes.calendar.opening import next_opening, require_open

__all__ = ["Conflict", "conflicts", "conflicts_of", "next_opening", "require_open"]
