"""Rule packs from YAML files, or an error naming file and place. Judges nothing."""

import json
from collections import Counter
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import ClassVar

import yaml
from pydantic import TypeAdapter, ValidationError
from typing_extensions import override

from core.errors import TrimtabError
from drift.rules.model import Rule

FOLDER = Path(__file__).parent / "packs"
_RULES = TypeAdapter(tuple[Rule, ...])


class RulePackBroken(TrimtabError):
    """A pack of rules cannot be read; the message names file and place."""

    code: ClassVar[str] = "rule_pack_broken"


class _Loader(yaml.SafeLoader):
    """YAML in which no key stands twice: of two lists of patterns one would be lost unseen."""

    @override
    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,
    ) -> dict[Hashable, object]:
        keys = Counter(key.value for key, _ in node.value)
        twice = next((key for key, count in keys.items() if count > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                problem=f"{twice} stands twice in one rule", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


@cache
def built_in() -> tuple[Rule, ...]:
    """The rules that come with Trimtab, by pack and place."""
    return tuple(rule for file in sorted(FOLDER.glob("*.yaml")) for rule in read(file))


def read(file: Path) -> tuple[Rule, ...]:
    """The rules of one pack, or RulePackBroken."""
    found: object = None
    try:
        found = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
        rules = _RULES.validate_python(found)
    except OSError as error:
        raise RulePackBroken(f"The rule pack {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RulePackBroken(f"The rule pack {file} is no UTF-8 text: {error.reason}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise RulePackBroken(f"The rule pack {file} is no YAML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"], found)
        reason = first["msg"].removeprefix("Value error, ")
        raise RulePackBroken(f"The rule pack {file} is wrong at {place}: {reason}.") from error
    twice = [name for name, count in Counter(rule.id for rule in rules).items() if count > 1]
    if twice:
        raise RulePackBroken(f"The rule pack {file} has more than one rule {twice[0]}.")
    return rules


def schema(*, indent: int | None = 2) -> str:
    """The JSON Schema of a rule pack, for editors and other checkers."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | _RULES.json_schema(), indent=indent)


def _place(path: tuple[int | str, ...], found: object) -> str:
    """Where in the pack: the rule by its id, or by its place counted from 1, and the field."""
    if not path:
        return "its top: rules are a list"
    number, *rest = path
    told = f"rule {int(number) + 1}"
    entry = found[int(number)] if isinstance(found, list) else None
    if isinstance(entry, dict) and isinstance(entry.get("id"), str):
        told += f" ({entry['id']})"
    return ", ".join((told, ".".join(map(str, rest)))) if rest else told
