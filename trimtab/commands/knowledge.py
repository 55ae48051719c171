"""`trimtab knowledge`: articles in Markdown."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InvalidInput
from operations import knowledge
from operations.models import Article
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "event_kind": lambda row: row.event_kind,
    "platform": lambda row: row.platform,
    "problem": lambda row: row.problem_id,
    "version": lambda row: row.versions[-1].version,
}
DETAILS = COLUMNS | {"body": lambda row: row.versions[-1].body}

Key = Annotated[int, typer.Argument(help="The article's id.")]
File = Annotated[Path, typer.Option(help="Its text, Markdown in UTF-8.")]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """All articles."""
    with command_context() as ctx:
        show(knowledge.list_articles(ctx), COLUMNS, as_json=as_json)


@app.command("show")
def show_article(article: Key, *, as_json: Json = False) -> None:
    """An article's newest version."""
    with command_context() as ctx:
        ctx.require("knowledge.read")
        show_one(ctx.get(Article, article), DETAILS, as_json=as_json)


@app.command()
def write(
    title: Annotated[str, typer.Argument(help="What it answers, in one line.")],
    *,
    file: File,
    event_kind: Annotated[str, typer.Option(help="Offer it for events of this kind.")] = "",
    platform: Annotated[str, typer.Option(help="Offer it for devices of this platform.")] = "",
    as_json: Json = False,
) -> None:
    """Write an article."""
    with command_context() as ctx:
        row = knowledge.write_article(
            ctx, title=title, body=_text(file), event_kind=event_kind, platform=platform
        )
        ctx.session.refresh(row, ["versions"])
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def revise(article: Key, *, file: File, as_json: Json = False) -> None:
    """Add the next version of an article."""
    with command_context() as ctx:
        show_one(knowledge.revise(ctx, article, body=_text(file)), COLUMNS, as_json=as_json)


@app.command("link-problem")
def link_problem(
    article: Key,
    problem: Annotated[int, typer.Argument(help="The problem's id.")],
    *,
    as_json: Json = False,
) -> None:
    """Note that an article is about a problem; it is offered for that problem's events."""
    with command_context() as ctx:
        show_one(knowledge.link_problem(ctx, article, problem), COLUMNS, as_json=as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is no UTF-8 text (byte {error.start}).") from error
