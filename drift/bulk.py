"""Judge many texts one after the other. Pure: takes texts as stored, gives judgements back."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from drift.engine import Assessment, NotText
from drift.intent.sections import assess
from drift.noise.masks import Mask, masked
from drift.rules import Rule, Target
from drift.rules.judging import Ruleset
from inventory.store.frames import Packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One device's texts as they are stored. `intended` is None where it is known to be the same.

    `sections` are the managed ones; none: all. `masks` name lines that change by themselves.
    """

    device_id: int
    running: Packed
    intended: Packed | None
    target: Target
    sections: tuple[str, ...] = ()
    masks: tuple[Mask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it: `assessment` is None for a device in sync; `broken` has rules by id.

    `trouble` says why there is no judgement of the differences.
    """

    device_id: int
    assessment: Assessment | None
    broken: dict[str, str]
    trouble: str = ""


@dataclass(slots=True)
class Judge:
    """Judges one text after the other and keeps what it learned of their blocks."""

    rules: tuple[Rule, ...]
    rulesets: dict[Target, Ruleset] = field(default_factory=dict)

    def judge(self, tasks: Sequence[Task]) -> list[Result]:
        """A text that cannot be judged stops none of the others."""
        return [self._one(task) for task in tasks]

    def _one(self, task: Task) -> Result:
        running = task.running.text()
        if task.target not in self.rulesets:
            fitting = tuple(rule for rule in self.rules if task.target.fits(rule))
            self.rulesets[task.target] = Ruleset(fitting)
        judged = self.rulesets[task.target].judge(running, task.target.platform)
        broken = {one.rule.id: one.detail for one in judged if not one.passed}
        assessment, trouble = None, ""
        if task.intended is not None:
            platform, intended = task.target.platform, task.intended.text()
            try:
                steady = masked(running, intended, task.masks, platform=platform)
                assessment = assess(steady, intended, platform=platform, sections=task.sections)
            except NotText as error:
                trouble = error.message
        if assessment is not None and assessment.in_sync:
            assessment = None
        return Result(
            device_id=task.device_id, assessment=assessment, broken=broken, trouble=trouble
        )


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
