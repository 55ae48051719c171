"""The pure drift engine: two texts in, differences and commands out. No database, no network."""

from drift.engine.assess import assess, normalise
from drift.engine.model import Assessment, Difference, NotText, Refusal, fingerprint

__all__ = [
    "Assessment",
    "Difference",
    "NotText",
    "Refusal",
    "assess",
    "fingerprint",
    "normalise",
]
