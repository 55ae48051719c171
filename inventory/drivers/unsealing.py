"""Secrets of lines to be typed: put in where they are typed, covered in all that is told of it.

A plan names a secret by its mark, as configurations are shown. Used inside Ansible's worker.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from inventory.drivers.login import Login


def opened(login: Login, lines: Sequence[str]) -> list[str]:
    """The lines with the secrets that were handed over for this host."""
    return [_replaced(line, login.unsealed) for line in lines]


def covered(login: Login, told: Mapping[str, object]) -> dict[str, object]:
    """What is told, with the mark wherever such a secret stands in it."""
    marks = {secret: mark for mark, secret in login.unsealed.items()}
    longest = dict(sorted(marks.items(), key=lambda pair: len(pair[0]), reverse=True))
    return {name: _covered(value, longest) for name, value in told.items()}


def _covered(value: object, marks: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _replaced(value, marks)
    if isinstance(value, Mapping):
        return {name: _covered(one, marks) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_covered(one, marks) for one in cast("Sequence[object]", value)]
    return value


def _replaced(text: str, by: Mapping[str, str]) -> str:
    for old, new in by.items():
        text = text.replace(old, new)
    return text
