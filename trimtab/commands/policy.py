"""`trimtab policy`: the organization's regulations."""

from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import InvalidInput
from organization import policies, units
from organization.policies import ClauseText
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "code": lambda row: row.policy.code,
    "title": lambda row: row.policy.title,
    "version": lambda row: row.version,
    "published_at": lambda row: row.published_at,
    "clauses": lambda row: [f"{one.number} {one.text}" for one in row.clauses],
}


class ClauseIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: str
    text: str
    rules: tuple[str, ...] = ()


class PolicyIn(BaseModel):
    """A policy file: code, title, unit (code), body (Markdown) and clauses."""

    model_config = ConfigDict(extra="forbid")

    code: str
    title: str
    unit: str = "root"
    body: str
    clauses: tuple[ClauseIn, ...]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The policies in force."""
    with command_context() as ctx:
        show(policies.current(ctx), COLUMNS, as_json=as_json)


@app.command()
def publish(file: Annotated[Path, typer.Argument(help="YAML.")], *, as_json: Json = False) -> None:
    """Publish the next version of a policy: code, title, unit, body, clauses (number, text)."""
    told = _read(file)
    with command_context() as ctx:
        row = policies.publish(
            ctx, code=told.code, title=told.title, unit=units.by_code(ctx, told.unit),
            body=told.body,
            clauses=[
                ClauseText(number=one.number, text=one.text, rules=one.rules)
                for one in told.clauses
            ],
        )  # fmt: skip
        show_one(row, COLUMNS, as_json=as_json)


def _read(file: Path) -> PolicyIn:
    try:
        return PolicyIn.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{file}, {place}: {first['msg']}") from error
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is no UTF-8 text (byte {error.start}).") from error
    except yaml.YAMLError as error:
        raise InvalidInput(f"{file} is no YAML: {error}") from error
