"""The folder's data of one device: YAML of all, its platform, site, role and itself, merged.

Later ones win; mappings are merged, lists and single values replaced. Reads files, no database.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import yaml

from drift.intent.model import IntentWrong
from drift.intent.rendering import LARGEST_FILE, Value, inside

NAME = re.compile(r"[\w-][\w.-]*")  # what a group or host may be called as a file
MOST, DEEPEST = 100_000, 20  # values of one file, levels of them


def merged(folder: Path, *, platform: str, site: str, role: str, hostname: str) -> dict[str, Value]:
    """The device's data, or IntentWrong naming the file and place that is wrong."""
    files = ["all", *_named({"platforms": platform, "sites": site, "roles": role,
                             "hosts": hostname})]  # fmt: skip
    found: dict[str, Value] = {}
    for name in files:
        file = inside(folder, f"data/{name}.yaml")
        if file is not None:
            found = _merge(found, _read(file, f"data/{name}.yaml"))
    return found


def _named(groups: Mapping[str, str]) -> Iterator[str]:
    return (f"{group}/{name}" for group, name in groups.items() if NAME.fullmatch(name))


def _merge(under: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    found = dict(under)
    for key, value in over.items():
        below = found.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        found[key] = _merge(below, value) if both else value  # type: ignore[arg-type]
    return found


def _read(file: Path, name: str) -> Mapping[str, Value]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise IntentWrong(f"{name} is larger than {LARGEST_FILE} bytes; split it by groups.")
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read as YAML"
        raise IntentWrong(f"{name}{line}: {problem}.", file=name) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IntentWrong(f"{name} cannot be read: {error}.", file=name) from error
    value = _Reading(name).value(data, ()) if data is not None else {}
    if not isinstance(value, Mapping):
        raise IntentWrong(f"{name} holds no names with values at its top.", file=name)
    return value


class _Reading:
    """Counts the values of one file; a value that others repeat counts each time."""

    def __init__(self, name: str) -> None:
        self.name, self.left = name, MOST

    def value(self, data: object, place: tuple[str, ...]) -> Value:
        self.left -= 1
        if self.left < 0 or len(place) > DEEPEST:
            raise IntentWrong(
                f"{self.name} at {'.'.join(place[:5])} holds more than {MOST} values or more than "
                f"{DEEPEST} levels.", file=self.name,
            )  # fmt: skip
        if data is None or isinstance(data, str | int | float | bool):
            return data
        if isinstance(data, date):
            return data.isoformat()
        if isinstance(data, Mapping):
            return {str(key): self.value(one, (*place, str(key))) for key, one in data.items()}
        if isinstance(data, Sequence) and not isinstance(data, bytes):
            return [self.value(one, (*place, str(index))) for index, one in enumerate(data)]
        raise IntentWrong(
            f"{self.name} at {'.'.join(place)} is a {type(data).__name__}; write it as text.",
            file=self.name,
        )
