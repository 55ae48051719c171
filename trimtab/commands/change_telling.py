"""A plan in words, as whoever decides on it reads it: all that will run. Decides nothing."""

import json
from collections.abc import Iterable, Iterator

from changes.approving.groups import groups
from changes.plans import File, Plan, Release, TargetPlan, waves_of
from core.counting import counted
from trimtab.console import out, safe


def tell_plan(plan: Plan) -> None:
    """Print what runs, why it needs whom, in which waves, and what happens to alike devices."""
    for line in _whole(plan):
        out.print(safe(line), soft_wrap=True)
    for group in groups(plan):
        names = ", ".join(one.hostname for one in group.targets)
        out.print(f"\n[bold]{safe(names)}[/bold] ({safe(group.shown.platform)})", soft_wrap=True)
        for line in _target(group.shown):
            out.print(f"  {safe(line)}", soft_wrap=True)


def _whole(plan: Plan) -> Iterator[str]:
    if plan.risk is not None:
        yield f"risk {plan.risk.level}, {plan.risk.score} points"
        for reason in plan.risk.reasons:
            yield f"  {reason.points:3} {reason.words}"
    if plan.method == "playbook":
        yield f"playbook {plan.playbook}, way back {plan.way_back}"
    else:
        yield "typed by hand, not by a playbook"
    sizes = [str(len(wave.devices)) for wave, _ in waves_of(plan)]
    yield f"waves of {', '.join(sizes)} {'device' if sizes == ['1'] else 'devices'}"
    for one in plan.checks:
        about = f" of {counted(len(one.devices), 'device')}" if one.devices else ""
        yield f"check {one.name}{about}, before and after each wave"


def _target(target: TargetPlan) -> Iterator[str]:
    yield from target.lines
    yield from _files(target.files)
    for name, value in target.variables.items():
        yield f"{name} = {json.dumps(value, ensure_ascii=False, default=str)}"
    if target.release is not None:
        yield f"reloads from {_reload(target.release)}"
    if target.rollback or target.rollback_files:
        yield "way back:"
        yield from (f"  {line}" for line in (*target.rollback, *_files(target.rollback_files)))
    if target.guard is not None:
        kind = target.guard.kind.replace("_", " ")
        yield f"goes back by itself ({kind}) after {counted(target.guard.minutes, 'minute')}"
    elif target.unguarded:
        yield f"does not go back by itself: {target.unguarded}"
    yield from (f"left out as noise: {mask.label}" for mask in target.masks)


def _files(files: Iterable[File]) -> Iterator[str]:
    """Each file with its whole content."""
    for file in files:
        if file.content is None:
            yield f"file {file.path} is taken away"
            continue
        yield f"file {file.path}:"
        yield from (f"  {line}" for line in file.content.splitlines())


def _reload(release: Release) -> str:
    """An upgrade in words."""
    return (
        f"{release.former_version} ({release.former_image}) to {release.version} "
        f"({release.image}), to be back within {release.wait} s"
    )
