"""Compliance rules as data, and their judgement of one text. No database, no network.

A rule is an entry of a YAML pack in `packs/`; `model` says what it can ask, `checks` and `judging`
how it is answered.
"""

from drift.rules.judging import judge
from drift.rules.model import Judgement, Rule, RulePack, Target
from drift.rules.reading import RulePackBroken, built_in, read, schema
from drift.rules.sources import InForce, in_force

__all__ = [
    "InForce",
    "Judgement",
    "Rule",
    "RulePack",
    "RulePackBroken",
    "Target",
    "built_in",
    "in_force",
    "judge",
    "read",
    "schema",
]
