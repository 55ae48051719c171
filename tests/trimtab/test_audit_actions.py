"""The table of what is recorded is whole, and says nothing that is not so."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import TOLD

ROOT = Path(__file__).parents[2]
ROOMS = (
    "core", "organization", "inventory", "operations", "drift", "changes", "scheduler", "api",
    "trimtab",
)  # fmt: skip
RECORDING = {"record", "Action"}
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


def texts(node: ast.AST) -> Iterator[str]:
    """The names that an expression may become; of an f-string its pattern."""
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)
        case ast.JoinedStr(values=values):
            yield "".join(one.value if isinstance(one, ast.Constant) else "*" for one in values)
        case _:
            return


@cache
def nodes() -> tuple[ast.AST, ...]:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    return tuple(
        node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )


@cache
def recorded() -> frozenset[str]:
    """Every action that the code names where it records; `*` stands for a part that it computes."""
    found: set[str] = set()
    for node in nodes():
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = [one.value for one in node.keywords if one.arg == "action"]
            for argument in [*node.args[:1], *given] if name in RECORDING else ():
                found.update(texts(argument))
    return frozenset(found)


def patterns() -> list[re.Pattern[str]]:
    return [
        re.compile(re.escape(one).replace(r"\*", "[a-z_]+")) for one in recorded() if "*" in one
    ]


def test_every_action_that_code_records_is_in_the_table():
    plain = {one for one in recorded() if NAME.fullmatch(one)}
    assert plain - TOLD == set()
    assert len(plain) > 100


def test_every_pattern_of_actions_has_rows_in_the_table():
    unknown = [one.pattern for one in patterns() if not any(one.fullmatch(row) for row in TOLD)]
    assert unknown == []


def test_every_row_is_recorded_by_somebody():
    said = {
        one.value for one in nodes()
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }  # fmt: skip
    computed = {row for row in TOLD for one in patterns() if one.fullmatch(row)}
    assert TOLD - said - computed == set()
