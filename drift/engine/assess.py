"""Judge one device: running against intended. Pure and deterministic."""

from drift.engine import junos, sections
from drift.engine.commands import Plan, plan
from drift.engine.compare import differences
from drift.engine.model import Assessment, Refusal
from drift.engine.read import lines_of, normalised, tree
from drift.platforms import Platform
from drift.platforms import platform as named

IN_SYNC = Assessment(in_sync=True)


def assess(running: str, intended: str, *, platform: str) -> Assessment:
    """Differences between two texts, and the commands that correct them.

    Raises UnknownPlatform, or NotText when a text is binary.
    """
    data = named(platform)
    if running == intended:
        lines_of(running)
        return IN_SYNC
    if data.style == "junos":
        return junos.assess(running, intended)
    if data.style == "sections":
        return sections.assess(running, intended)
    return _indented(running, intended, data)


def normalise(text: str, *, platform: str) -> str:
    """The text without what comes and goes by itself, one way of writing; raises as `assess`."""
    return normalised(text, named(platform))


def _indented(running: str, intended: str, data: Platform) -> Assessment:
    theirs, ours = tree(running, data), tree(intended, data)
    found = tuple(differences(theirs, ours, data))
    if not found:
        return IN_SYNC
    forward, back = plan(theirs, ours, data), plan(ours, theirs, data)
    return Assessment(
        in_sync=False,
        differences=found,
        remediation=forward.lines(),
        rollback=back.lines(),
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
