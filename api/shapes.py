"""What REST's questions and answers share: strict input, answers made of a row's attributes."""

from typing import Annotated, Self, cast

from fastapi import FastAPI, Path, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from core.errors import InvalidInput

LARGEST = 2**31 - 1  # PostgreSQL's integer


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character cannot be kept; remove it")
    return text


Text = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_storable)]
LongText = Annotated[str, StringConstraints(max_length=20_000_000), AfterValidator(_storable)]
Number = Annotated[int, Field(ge=1, le=LARGEST)]
Key = Annotated[int, Path(ge=1, le=LARGEST)]


def refuse_unknown_parameters(request: Request) -> None:
    """A misspelt filter is refused: it must not silently answer with everything."""
    document = cast("FastAPI", request.app).openapi()
    told = document["paths"][request.scope["route"].path_format][request.method.lower()]
    known = [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"]
    for name in request.query_params:
        if name not in known:
            hint = f"there are {', '.join(known)}" if known else "it takes none"
            raise InvalidInput(f"There is no parameter {name} here; {hint}.", field=name)


class Body(BaseModel):
    """What a client sends; a field that we do not know is refused, not overlooked."""

    model_config = ConfigDict(extra="forbid")


class Note(Body):
    note: Text


class Reason(Body):
    """Why; auditors read it."""

    reason: Text


class OfRow(BaseModel):
    """An answer whose fields are attributes of a row or frozen value of the same names."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, row: object) -> Self:
        return cls.model_validate(row)
