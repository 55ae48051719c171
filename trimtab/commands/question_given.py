"""Parameters of questions as commands take them: name=value."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from core.errors import InvalidInput

Param = Annotated[
    list[str] | None, typer.Option(help="What it takes, as person=ann; give it again for more.")
]


def given_of(params: Sequence[str]) -> Mapping[str, str]:
    """The parameters by name, or InvalidInput for what is no name=value."""
    pairs = [one.partition("=") for one in params]
    for name, sign, _ in pairs:
        if not (name and sign):
            raise InvalidInput("Write a parameter as name=value, such as person=ann.")
    return {name: value for name, _, value in pairs}
