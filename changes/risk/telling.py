"""A formula as rows that people read: every case with points and words. Pure; judges nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from changes.risk.formula import Case, Formula, RoleCase, Step, Within
from core.counting import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One case: the factor it belongs to, when it holds, its points and words."""

    factor: str
    holds: str
    points: int
    words: str


def rows(formula: Formula) -> tuple[Told, ...]:
    """Every case of the formula, factor by factor."""
    factors = formula.factors
    return tuple(
        Told(factor=name, holds=holds, points=case.points, words=case.words)
        for name in type(factors).model_fields
        for holds, case in _cases("", getattr(factors, name))
    )


def _cases(above: str, told: object) -> Iterator[tuple[str, Case]]:
    """The cases in a part of the formula, each with the words for when it holds."""
    if isinstance(told, Case):
        yield _when(above, told), told
    elif isinstance(told, BaseModel):
        for name in type(told).model_fields:
            yield from _cases(_joined(above, name), getattr(told, name))
    elif isinstance(told, dict):
        for name, case in told.items():
            yield from _cases(_joined(above, name), case)
    elif isinstance(told, tuple):
        for case in told:
            yield from _cases(above, case)


def _joined(above: str, name: str) -> str:
    words = name.replace("_", " ")
    return f"{above} {words}" if above else words


def _when(above: str, case: Case) -> str:
    match case:
        case Step(start=start):
            return _joined(above, f"from {start}")
        case Within(within=days):
            return _joined(above, f"within {counted(days, 'day')}")
        case RoleCase(contains=words):
            return ", ".join(words)
    return above
