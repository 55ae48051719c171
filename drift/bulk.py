"""Judge many texts one after the other. Pure: takes compressed texts, gives judgements back."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import zstandard

from drift.engine import Assessment, NotText
from drift.intent.sections import assess
from drift.rules import Rule, Target
from drift.rules.judging import Ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One device's texts, zstd-compressed. `intended` is None where it is known to be the same.

    `sections` are the managed ones; none: all.
    """

    device_id: int
    running: bytes
    intended: bytes | None
    target: Target
    sections: tuple[str, ...] = ()


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
        running = _text(task.running)
        if task.target not in self.rulesets:
            fitting = tuple(rule for rule in self.rules if task.target.fits(rule))
            self.rulesets[task.target] = Ruleset(fitting)
        judged = self.rulesets[task.target].judge(running, task.target.platform)
        broken = {one.rule.id: one.detail for one in judged if not one.passed}
        assessment, trouble = None, ""
        if task.intended is not None:
            try:
                assessment = assess(
                    running, _text(task.intended), platform=task.target.platform,
                    sections=task.sections,
                )  # fmt: skip
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


def _text(body: bytes) -> str:
    return zstandard.ZstdDecompressor().decompress(body).decode()
