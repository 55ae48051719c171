"""What people write: drafts as YAML, variables of a template as CSV. Reads no database."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Annotated

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from changes.catalogue.content import LINES, NO_VARIABLES, Content
from changes.catalogue.errors import EntryWrong
from changes.catalogue.rendering import Template
from changes.catalogue.rows import HOSTNAME, Row, read_rows, refuse
from changes.risk.model import Level
from core.audit import Fact

LARGEST = 1_000_000  # characters of a draft


class Draft(BaseModel):
    """A standard change as a file or REST brings it; see docs/playbooks.md."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str
    description: str
    platforms: list[str]
    risk_ceiling: Level = "low"
    template: str = ""
    rollback_template: str = ""
    playbook: str = LINES
    inputs: Annotated[dict[str, Fact], Field(default_factory=lambda: dict(NO_VARIABLES))]
    units: list[str] = Field(default_factory=list)
    valid_until: AwareDatetime | None = None

    @property
    def content(self) -> Content:
        told = self.model_dump(exclude={"name", "platforms", "units"})
        return Content(**told, platforms=tuple(self.platforms), units=tuple(self.units))


def read_draft(text: str) -> Draft:
    """A draft written as YAML, or EntryWrong with the line or the name of what is wrong."""
    if len(text) > LARGEST:
        raise EntryWrong(f"The draft has more than {LARGEST} characters.")
    try:
        return Draft.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        places = (
            f"{'.'.join(str(part) for part in one['loc']) or 'as a whole'}: {one['msg']}"
            for one in error.errors()
        )
        raise EntryWrong(f"The draft is wrong: {'; '.join(places)}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise EntryWrong(f"The draft is no YAML{place}: {problem}.") from error


def rows_of(text: str, inputs: Mapping[str, Fact]) -> tuple[Row, ...]:
    """The rows of a CSV text, those that cannot be read with their faults.

    So all mistakes are told at once, with what is wrong with the devices. RowsWrong without a row.
    """
    rows, mistakes = read_rows(text, inputs)
    if not rows:
        refuse(mistakes)
    wrong = (Row(hostname="", line=one.line, faults=(one,)) for one in mistakes)
    return (*rows, *wrong)


def template_with(
    name: str, text: str, rollback: str, *, names: Sequence[str],
    inputs: Mapping[str, Fact] | None = None,
) -> Template:  # fmt: skip
    """A template of one's own; without a schema all these variables are texts of any kind."""
    schema: Mapping[str, Fact] = inputs or {
        "type": "object", "additionalProperties": False, "required": list(names),
        "properties": {one: {} for one in names},
    }  # fmt: skip
    return Template(name=name, text=text, rollback=rollback, inputs=schema)


def columns_of(text: str) -> tuple[str, ...]:
    """The variables that a CSV text's first line names, each once."""
    try:
        header = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), [])
    except csv.Error:
        return ()
    return tuple(dict.fromkeys(one.strip() for one in header if one.strip() not in {"", HOSTNAME}))
