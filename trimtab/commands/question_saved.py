"""`trimtab question`: questions saved under a name, and the answers that are kept."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from changes.questions import saved, saved_answers
from changes.questions.saved import MOST_KEPT, Wanted
from core.errors import InvalidInput
from trimtab.commands.question_given import Param, given_of
from trimtab.console import Json, command_context, show, show_one, tell

COLUMNS = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "question": lambda row: row.question,
    "parameters": lambda row: row.parameters,
    "form": lambda row: row.form,
    "keep": lambda row: row.keep,
    "unit": lambda row: row.unit.code if row.unit else None,
    "owner": lambda row: row.owner.username,
    "trigger": lambda row: row.schedule.trigger if row.schedule else None,
    "next_at": lambda row: row.schedule.next_fire_at if row.schedule else None,
}
RUNS = {
    "id": lambda row: row.id,
    "asked_at": lambda row: row.asked_at,
    "rows": lambda row: row.rows,
    "size": lambda row: row.size,
    "sha256": lambda row: row.sha256,
    "problem": lambda row: row.problem,
}

Name = Annotated[str, typer.Argument(help="The saved question's name or number.")]


def save(
    name: Annotated[str, typer.Argument(help="The name to save it under.")],
    question: Annotated[str, typer.Argument(help="The question, as `question list` names it.")],
    *,
    param: Param = None,
    form: Annotated[
        Literal["csv", "jsonl", "ocsf"], typer.Option("--format", help="How answers are kept.")
    ] = "csv",
    unit: Annotated[str | None, typer.Option(help="Share it with this unit, by its code.")] = None,
    keep: Annotated[int, typer.Option(min=1, max=MOST_KEPT, help="Answers that stay.")] = 12,
    as_json: Json = False,
) -> None:
    """Save a question under a name; times may be in words, such as since="last month"."""
    with command_context() as ctx:
        wanted = Wanted(
            name=name, question=question, parameters=given_of(param or ()), form=form, unit=unit,
            keep=keep,
        )  # fmt: skip
        show_one(saved.save(ctx, wanted), COLUMNS, as_json=as_json)


def list_saved(
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Questions that you saved, and those that others share; the newest first."""
    with command_context() as ctx:
        show(saved.list_saved(ctx, limit=limit), COLUMNS, as_json=as_json)


def schedule(
    name: Name,
    trigger: Annotated[str, typer.Argument(help='"every 1d", or a crontab line: "0 6 1 * *".')],
    *,
    timezone: Annotated[str, typer.Option(help="Time zone of a crontab line.")] = "UTC",
    as_json: Json = False,
) -> None:
    """Have a saved question asked by the clock."""
    with command_context() as ctx:
        row = saved.find(ctx, name)
        saved.put_on_schedule(ctx, row.id, trigger=trigger, timezone=timezone)
        show_one(row, COLUMNS, as_json=as_json)


def unschedule(name: Name, *, as_json: Json = False) -> None:
    """Have it asked by the clock no more; its answers stay."""
    with command_context() as ctx:
        row = saved.find(ctx, name)
        show_one(saved.take_off_schedule(ctx, row.id), COLUMNS, as_json=as_json)


def run(name: Name, *, as_json: Json = False) -> None:
    """Ask a saved question of your own now, and keep the answer; exit 1 when there is none."""
    with command_context() as ctx:
        kept = saved_answers.ask_now(ctx, saved.find(ctx, name).id)
        show_one(kept, RUNS, as_json=as_json)
    if kept.problem:
        raise typer.Exit(1)


def runs(
    name: Name,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """The answers that are kept, and why there was none; the newest first."""
    with command_context() as ctx:
        found = saved_answers.list_answers(ctx, saved.find(ctx, name).id, limit=limit)
        show(found, RUNS, as_json=as_json)


def download(
    name: Name,
    answer: Annotated[int | None, typer.Argument(help="Its id, else the last one.")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="A new file; default: standard output.")] = None,
    as_json: Json = False,
) -> None:
    """The file of an answer; that it left the house is recorded."""
    with command_context() as ctx:
        kept = saved_answers.download(ctx, saved.find(ctx, name).id, answer)
        content = kept.content or b""
        if file is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        try:
            with file.open("xb") as target:
                target.write(content)
        except OSError as error:
            raise InvalidInput(f"{file} cannot be written: {error.strerror}.") from error
    tell(f"{file} is written, SHA-256 {kept.sha256}.",
         {"file": str(file), "sha256": kept.sha256}, as_json=as_json)  # fmt: skip


def remove(name: Name, *, as_json: Json = False) -> None:
    """Remove a saved question with its schedule and all its answers."""
    with command_context() as ctx:
        row = saved.find(ctx, name)
        saved.remove(ctx, row.id)
    tell(f"{row.name} is removed.", {"removed": row.name}, as_json=as_json)
