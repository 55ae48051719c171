"""Normalise, compare, judge and remember differences."""

from drift.engine import Assessment, Difference, NotText, Refusal, assess, fingerprint, normalise

__all__ = [
    "Assessment",
    "Difference",
    "NotText",
    "Refusal",
    "assess",
    "fingerprint",
    "normalise",
]
