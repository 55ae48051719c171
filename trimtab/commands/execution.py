"""`trimtab change pause|resume|stop|rerun|observe|resolve|progress`: steer changes that run."""

from typing import Annotated, Literal

import typer

from changes import oversight
from changes.models import ChangeRequest
from changes.running import observing, reading
from changes.running.observing import Observed
from changes.running.reading import Standing, WaveProgress
from changes.states import State, Target
from core.errors import InvalidInput
from inventory.devices import by_hostname
from trimtab.console import Column, Json, command_context, show, show_one

Key = Annotated[int, typer.Argument(help="The change's id.")]
Note = Annotated[str, typer.Option(help="Why.")]

CHANGE: dict[str, Column[ChangeRequest]] = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "state": lambda row: row.state,
    "devices": lambda row: len(row.targets),
    "reruns": lambda row: row.reruns_id,
    "digest": lambda row: row.digest,
    "outcome": lambda row: row.outcome,
}
PROGRESS: dict[str, Column[tuple[WaveProgress, Standing]]] = {
    "wave": lambda one: one[0].number,
    "device": lambda one: one[1].hostname,
    "state": lambda one: one[1].state,
    "touched_at": lambda one: one[1].touched_at,
    "result": lambda one: one[1].result,
}
OBSERVED: dict[str, Column[Observed]] = {
    "device": lambda one: one.hostname,
    "standing": lambda one: one.standing,
    "detail": lambda one: one.detail,
}
DECIDED = {
    "succeeded": (State.SUCCEEDED, Target.DONE),
    "failed": (State.FAILED, Target.FAILED),
    "rolled_back": (State.ROLLED_BACK, Target.ROLLED_BACK),
}
"""What the devices show, for the whole change and for one device."""


def pause(change: Key, *, note: Note, as_json: Json = False) -> None:
    """Pause a running change after its present wave."""
    with command_context() as ctx:
        show_one(oversight.pause(ctx, change, note=note), CHANGE, as_json=as_json)


def resume(change: Key, *, note: Note, as_json: Json = False) -> None:
    """Have a paused change go on with the devices that wait."""
    with command_context() as ctx:
        show_one(oversight.resume(ctx, change, note=note), CHANGE, as_json=as_json)


def stop(
    change: Key, *, note: Note,
    roll_back: Annotated[
        bool, typer.Option("--roll-back", help="Undo everything that it touched.")
    ] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Stop a running or paused change, or cancel one that has not begun.

    The wave in progress is finished or rolled back; devices of earlier waves stay as declared.
    """
    act = oversight.roll_back if roll_back else oversight.stop
    with command_context() as ctx:
        show_one(act(ctx, change, note=note), CHANGE, as_json=as_json)


def rerun(
    change: Key, *, reason: Annotated[str, typer.Option(help="Why; approvers read it.")],
    as_json: Json = False,
) -> None:  # fmt: skip
    """Request the same change for the devices that it left undone; it needs its own approval."""
    with command_context() as ctx:
        row = oversight.rerun_failed(ctx, change, reason=reason)
        show_one(row, CHANGE, as_json=as_json)


def observe(change: Key, *, as_json: Json = False) -> None:
    """Collect the interrupted devices of a change and say which state each is in."""
    with command_context() as ctx:
        show(observing.observe(ctx, change), OBSERVED, as_json=as_json)


def resolve(
    change: Key, *,
    state: Annotated[
        Literal["succeeded", "failed", "rolled_back"], typer.Option(help="What the devices show.")
    ],
    note: Note,
    device: Annotated[
        str | None, typer.Option(help="Decide about this device only; else about all of them.")
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Say what became of an interrupted change, after looking at its devices."""
    whole, alone = DECIDED[state]
    if not note.strip():
        raise InvalidInput("Say with --note what was found on the devices.")
    with command_context() as ctx:
        if device is None:
            row = oversight.resolve_interrupted(ctx, change, state=whole, note=note)
        else:
            key = by_hostname(ctx, device).id
            row = oversight.resolve_device(ctx, change, key, state=alone, note=note)
        show_one(row, CHANGE, as_json=as_json)


def progress(change: Key, *, as_json: Json = False) -> None:
    """The waves of a change and where each device stands."""
    with command_context() as ctx:
        found = reading.progress(ctx, change)
        rows = [(wave, device) for wave in found.waves for device in wave.devices]
        show(rows, PROGRESS, as_json=as_json, title=f"{found.state} {found.asked}".strip())


COMMANDS = (pause, resume, stop, rerun, observe, resolve, progress)
