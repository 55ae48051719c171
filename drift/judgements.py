"""Judge all devices whose inputs changed: snapshot, baseline or rules. Speaks to no device.

Unchanged inputs cost one comparison of hashes. What is judged is worked out on all cores; each
batch is kept in a transaction of its own.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from core.audit import Subject
from core.context import Context
from core.counting import counted
from core.errors import TrimtabError
from drift import compliance, facts, standing
from drift.attribution import Attribution
from drift.bulk import Task
from drift.observation import Judgement, Observation, conclude
from drift.processes import judge_all
from drift.rules import Rule, Target
from drift.standing import Inputs, Outcome, rules_hash
from inventory import snapshots

log = logging.getLogger(__name__)

BATCH = 500  # devices of one transaction: what a batch costs by itself counts for little then
WORTH_IT = 1000  # devices that are worth the start of other processes

Contexts = Callable[[], AbstractContextManager[Context]]
Progress = Callable[[Observation], None]
Asked = Mapping[Target, tuple[tuple[str, ...], bytes]]
"""By kind of device: the ids of the rules that speak of it, and their hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch's devices with what was found, and what is needed to keep it."""

    pairs: Sequence[Judgement]
    asked: Asked
    attribute: Attribution


def judge_devices(
    contexts: Contexts, device_ids: Sequence[int], *, attribute: Attribution, processes: int,
    progress: Progress = lambda _: None,
) -> tuple[Observation, ...]:  # fmt: skip
    """Judge the devices whose inputs changed, and say how each stands. Needs `drift.scan`.

    Drifted ones are always judged: what explains their drift may have changed. A device without a
    trusted snapshot is left out.
    """
    with contexts() as ctx:
        rules = compliance.rules(ctx.settings)
        ctx.require("drift.scan")
        found = standing.inputs(ctx, device_ids)
    asked = {target: _asked(rules, target) for target in {one.target for one in found}}
    seen: dict[int, Observation] = {}
    stale: dict[int, Inputs] = {}
    for one in found:
        if one.stale(asked[one.target][1]):
            stale[one.device_id] = one
        else:
            seen[one.device_id] = _seen(one, one.outcome or "no_baseline")
            progress(seen[one.device_id])
    workers = processes if len(stale) >= WORTH_IT else 1
    tasks = _tasks(contexts, list(stale.values()))
    for results in judge_all(tasks, rules, processes=workers):
        pairs = [(stale[one.device_id], one) for one in results]
        batch = Batch(pairs=pairs, asked=asked, attribute=attribute)
        for observation in _kept(contexts, batch):
            seen[observation.device_id] = observation
            progress(observation)
    _judge_facts(contexts, list(seen))
    return tuple(seen[key] for key in device_ids if key in seen)


def _judge_facts(contexts: Contexts, device_ids: Sequence[int]) -> None:
    """Facts may change without the text; they cost a few queries a batch."""
    for start in range(0, len(device_ids), BATCH):
        with contexts() as ctx:
            facts.judge_devices(ctx, device_ids[start : start + BATCH])


def _asked(rules: Sequence[Rule], target: Target) -> tuple[tuple[str, ...], bytes]:
    fitting = [rule for rule in rules if target.fits(rule)]
    return tuple(rule.id for rule in fitting), rules_hash(fitting)


def _tasks(contexts: Contexts, stale: Sequence[Inputs]) -> Iterator[list[Task]]:
    """The texts of each batch; a baseline that is the snapshot itself is not read twice."""
    for start in range(0, len(stale), BATCH):
        batch = stale[start : start + BATCH]
        with contexts() as ctx:
            texts = snapshots.packed(ctx, frozenset().union(*(one.texts for one in batch)))
        yield [one.task(texts) for one in batch]


def _kept(contexts: Contexts, batch: Batch) -> list[Observation]:
    """Keep a batch; where that fails for some of its devices, the others' are kept all the same.

    A failure that meets all of them is none of theirs and is raised.
    """
    try:
        return _keep(contexts, batch)
    except Exception as error:  # a defect met at one device must not end the others' judgement
        if len(batch.pairs) == 1:
            [(one, _)] = batch.pairs
            log.exception("what was judged of %s could not be kept", one.hostname)
            detail = error.message if isinstance(error, TrimtabError) else repr(error)
            return [replace(_seen(one, "error"), detail=detail)]
        failure = error
    told = [one for pair in batch.pairs for one in _kept(contexts, replace(batch, pairs=[pair]))]
    if all(one.outcome == "error" for one in told):
        raise failure
    return told


def _keep(contexts: Contexts, batch: Batch) -> list[Observation]:
    """One batch in one transaction: its findings, how each device stands, and one record."""
    with contexts() as ctx:
        told = conclude(ctx, batch.pairs, attribute=batch.attribute)
        outcomes = [
            Outcome(
                inputs=one, outcome=seen.outcome, broken=result.broken,
                rules=batch.asked[one.target][0], asked=batch.asked[one.target][1],
                digest=one.digest(batch.asked[one.target][1]),
            )
            for (one, result), seen in zip(batch.pairs, told, strict=True)
        ]  # fmt: skip
        standing.note(ctx, outcomes)
        ctx.record(
            "drift.judged", Subject(type="scan", id="-", label=counted(len(told), "device")),
            devices=len(told), drifted=[one.hostname for one in told if one.outcome == "drifted"],
        )  # fmt: skip
    return told


def _seen(one: Inputs, outcome: str) -> Observation:
    return Observation(device_id=one.device_id, hostname=one.hostname, outcome=outcome)
