"""Judge one device: running against intended. Pure and deterministic."""

from drift.engine import flat, junos, paths, sections
from drift.engine.commands import plan
from drift.engine.delta import delta
from drift.engine.differences import differences
from drift.engine.leaving import typed
from drift.engine.model import Assessment, Refusal
from drift.engine.read import normalised
from drift.engine.steps import Plan
from drift.engine.texts import refuse_binary
from drift.platforms import Platform
from drift.platforms import platform as named

IN_SYNC = Assessment(in_sync=True)


def assess(running: str, intended: str, *, platform: str) -> Assessment:
    """Differences between two texts, and the commands that correct them.

    Raises UnknownPlatform, or NotText when what differs is binary.
    """
    data = named(platform)
    if running == intended:
        return IN_SYNC
    if data.style == "indent":
        return _indented(running, intended, data)
    if data.style == "sections":
        return sections.assess(running, intended)
    if data.style == "json":
        return flat.assess_json(running, intended, data)
    if data.style == "set":
        return paths.assess(running, intended, data)
    return junos.assess(running, intended, data)


def normalise(text: str, *, platform: str) -> str:
    """The text without what comes and goes by itself, one way of writing; raises as `assess`."""
    return normalised(text, named(platform))


def _indented(running: str, intended: str, data: Platform) -> Assessment:
    for pattern, reason in data.shown.by_lines:
        if pattern.search(running) or pattern.search(intended):
            return flat.by_lines(running, intended, data, reason=reason)
    found = delta(running, intended, data)
    if found.empty:
        return IN_SYNC
    told = tuple(differences(found))
    refuse_binary("\n".join(one.line for one in told))
    if data.typed.nothing:
        places = dict.fromkeys(one.path or (one.line,) for one in told)
        refusals = tuple(Refusal(path=path, reason=data.typed.nothing) for path in places)
        return Assessment(in_sync=False, differences=told, refusals=refusals)
    forward, back = plan(found, data), plan(found.turned(), data)
    return Assessment(
        in_sync=False,
        differences=told,
        remediation=typed(forward.lines(), data),
        rollback=typed(back.lines(), data),
        refusals=_refusals(forward, back),
    )


def _refusals(forward: Plan, back: Plan) -> tuple[Refusal, ...]:
    """What has no commands forward, and what could not be undone."""
    undo = [
        Refusal(path=one.path, reason=f"no rollback: {one.reason}")
        for one in back.refusals
        if one not in forward.refusals
    ]
    return tuple(dict.fromkeys([*forward.refusals, *undo]))
