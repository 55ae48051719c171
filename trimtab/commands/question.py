"""`trimtab question`: what an auditor asks, answered from the log and what the rooms keep."""

import sys
from collections.abc import Mapping
from typing import Annotated, Literal

import typer

from changes.questions import asking
from changes.questions.answers import Answer, Row, Value
from changes.questions.files import FORMS, facts
from core.audit import Subject
from trimtab.commands import question_saved
from trimtab.commands.question_given import Param, given_of
from trimtab.console import Column, Json, command_context, err, print_json, show

app = typer.Typer(no_args_is_help=True)
app.command("save")(question_saved.save)
app.command("saved")(question_saved.list_saved)
app.command("schedule")(question_saved.schedule)
app.command("unschedule")(question_saved.unschedule)
app.command("run")(question_saved.run)
app.command("runs")(question_saved.runs)
app.command("download")(question_saved.download)
app.command("remove")(question_saved.remove)


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The questions there are, and what each takes; what it needs is marked with a star."""
    with command_context() as ctx:
        columns = {
            "name": lambda row: row.name,
            "title": lambda row: row.title,
            "parameters": lambda row: [
                f"{one.name}{'*' if one.required else ''}" for one in row.parameters
            ],
        }
        show(asking.list_questions(ctx), columns, as_json=as_json)


@app.command()
def ask(
    name: Annotated[str, typer.Argument(help="The question, as `question list` names it.")],
    *,
    param: Param = None,
    form: Annotated[
        Literal["table", "csv", "jsonl", "ocsf"],
        typer.Option("--format", help="table: a page of it; else all of it, which is recorded."),
    ] = "table",
    limit: Annotated[int, typer.Option(min=1, max=10000, help="Rows of the table.")] = 50,
    after: Annotated[str, typer.Option(help="Where the table before said that it goes on.")] = "",
    as_json: Json = False,
) -> None:
    """Ask a question."""
    given = given_of(param or ())
    with command_context() as ctx:
        if form != "table":
            asked = asking.export(ctx, name, given, form=form)
            given = asking.settled(ctx, asked, given)
            sys.stdout.write(FORMS[form].head(asked))
            for rows in asking.pieces(ctx, name, given):
                sys.stdout.write(FORMS[form].body(asked, rows))
            sys.stdout.flush()
            return
        answer = asking.ask(ctx, name, given, after=after, limit=limit)
        asked = asking.question(ctx, name)
    if as_json:
        print_json(
            {
                "question": name, "note": answer.note, "next": answer.next or None,
                "items": [facts(asked, row) for row in answer.rows],
            }
        )  # fmt: skip
        return
    show(answer.rows, _columns(answer), as_json=False)
    err.print(answer.note)
    if answer.next:
        err.print(f"There may be more: --after {answer.next}")


def _columns(answer: Answer) -> Mapping[str, Column[Row]]:
    return {name: _cell(number) for number, name in enumerate(answer.columns)}


def _cell(number: int) -> Column[Row]:
    def told(row: Row) -> object:
        value: Value = row.cells[number]
        return value.label if isinstance(value, Subject) else value

    return told
