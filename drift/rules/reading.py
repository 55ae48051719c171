"""Rule packs from YAML files, or an error naming file and place. Judges nothing."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import ClassVar

import yaml
from pydantic import TypeAdapter, ValidationError

from core.errors import TrimtabError
from drift.rules.model import Rule

FOLDER = Path(__file__).parent / "packs"
_RULES = TypeAdapter(tuple[Rule, ...])


class RulePackBroken(TrimtabError):
    """A pack of rules cannot be read; the message names file and place."""

    code: ClassVar[str] = "rule_pack_broken"


@cache
def built_in() -> tuple[Rule, ...]:
    """The rules that come with Trimtab, by pack and place."""
    return tuple(rule for file in sorted(FOLDER.glob("*.yaml")) for rule in read(file))


def read(file: Path) -> tuple[Rule, ...]:
    """The rules of one pack, or RulePackBroken."""
    try:
        rules = _RULES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulePackBroken(f"The rule pack {file} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulePackBroken(f"The rule pack {file} is wrong at {place}: {first['msg']}") from error
    twice = [name for name, count in Counter(rule.id for rule in rules).items() if count > 1]
    if twice:
        raise RulePackBroken(f"The rule pack {file} has more than one rule {twice[0]}.")
    return rules


def schema() -> str:
    """The JSON Schema of a rule pack, for editors and other checkers."""
    return json.dumps(_RULES.json_schema(), indent=2)
