"""What 50 rules of our own pack for IOS cost on one configuration: part of `make bench-drift`."""

import math
import time

from benchmarks.corpora import configuration
from drift.rules import Target, built_in
from drift.rules.judging import Ruleset, judge

TARGET = Target(platform="cisco_ios")
ROUNDS = 100


def figures() -> dict[str, float]:
    """CPU milliseconds of a judgement by rules that know no block yet, and of the same again."""
    text = configuration("cisco_ios", 900)
    rules = tuple(rule for rule in built_in() if TARGET.fits(rule))[-50:]
    cold = min(_timed(text, Ruleset(rules)) for _ in range(ROUNDS))
    judge(text, rules, target=TARGET)
    again = math.inf
    for _ in range(ROUNDS):
        begun = time.process_time()
        judge(text, rules, target=TARGET)
        again = min(again, time.process_time() - begun)
    return {"rules_cold_ms": round(cold * 1e3, 3), "rules_memo_ms": round(again * 1e3, 3)}


def _timed(text: str, ruleset: Ruleset) -> float:
    begun = time.process_time()
    ruleset.judge(text, TARGET.platform)
    return time.process_time() - begun
