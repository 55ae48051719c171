"""What a playbook says of itself in meta.yml, read strictly. Runs no playbook."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from jsonschema import Draft202012Validator, SchemaError
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from core.audit import Fact

Risk = Literal["none", "low", "medium", "high"]
Undone = Literal["lines", "files", "replace", "playbook", "none"]
Verification = Literal["exact", "none_expected"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)


class MetaWrong(Exception):
    """A meta.yml that cannot be used; the words begin with the place."""


class Rollback(BaseModel):
    """How what the playbook did is undone: by which means, and in words for the approver.

    By `playbook` it is another one, of this name, with those of the variables that it takes.
    """

    model_config = STRICT

    how: Annotated[tuple[Undone, ...], Field(min_length=1, strict=False)]
    words: Words
    playbook: Words | None = None

    @model_validator(mode="after")
    def _names_the_playbook(self) -> Self:
        if ("playbook" in self.how) != (self.playbook is not None):
            raise ValueError("`how: [playbook]` and the name `playbook: NAME` go together")
        return self

    @model_validator(mode="after")
    def _none_stands_alone(self) -> Self:
        if "none" in self.how and len(self.how) > 1:
            raise ValueError("`none` stands alone: either there is a way back or there is none")
        return self


class Meta(BaseModel):
    """What meta.yml says.

    `inputs` is a JSON Schema (2020-12) of each host's variables. `verification` is what the device
    must show afterwards: exactly the declared difference, or the configuration as it was.
    """

    model_config = STRICT

    title: Words
    risk: Risk
    platforms: Annotated[tuple[Words, ...], Field(min_length=1, strict=False)]
    inputs: dict[str, Fact]
    check_mode: bool
    rollback: Rollback
    verification: Verification

    @field_validator("inputs")
    @classmethod
    def _is_a_schema_of_an_object(cls, inputs: dict[str, Fact]) -> dict[str, Fact]:
        try:
            Draft202012Validator.check_schema(inputs)
        except SchemaError as error:
            place = ".".join(str(one) for one in error.path)
            raise ValueError(f"{place}: {error.message}" if place else error.message) from error
        if inputs.get("type") != "object" or inputs.get("additionalProperties") is not False:
            raise ValueError(
                "a host's variables are an object without others than those named: say "
                "`type: object` and `additionalProperties: false`"
            )
        return inputs


def read_meta(file: Path) -> Meta:
    """What the file says, or MetaWrong with the place: a line, or the name of what is wrong."""
    try:
        return Meta.model_validate(read_yaml(file))
    except ValidationError as error:
        raise MetaWrong("; ".join(_places(error, file.name))) from error


def read_yaml(file: Path) -> object:
    """The file's content, or MetaWrong with the line."""
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise MetaWrong(f"{file.name}{place}: {error.problem or 'no YAML'}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise MetaWrong(f"{file.name}: {error}") from error


def _places(error: ValidationError, name: str) -> Iterable[str]:
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"]) or "as a whole"
        yield f"{name}, {place}: {fault['msg']}"
