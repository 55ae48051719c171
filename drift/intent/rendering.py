"""One template to one text, in Jinja2's sandbox. Reads templates below one folder and nothing else.

Runs in a process of its own (`drift.intent.renderer`): a sandbox cannot bound time and memory.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import TypeAliasType, override

Value = TypeAliasType(
    "Value", "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
)

LARGEST_FILE = 1_000_000  # bytes of one template or file of data
LARGEST_TEXT = 5_000_000  # characters of one rendered configuration
CHANCE = ("random", "shuffle")  # filters: the same data give the same text


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A template by its name below a folder, and the variables it may use."""

    folder: str
    template: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no text: what, in which file and line (0: unknown)."""

    what: str
    file: str
    line: int


def inside(folder: Path, name: str) -> Path | None:
    """The file of that name below the folder, None where there is none or it lies elsewhere."""
    root = folder.resolve()
    file = (root / name).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None


class FolderLoader(BaseLoader):
    """Templates below one folder; a link that leads out of it is not followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @override
    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, None]:
        file = inside(self.folder, template)
        if file is None or file.stat().st_size > LARGEST_FILE:
            raise TemplateNotFound(template)
        return file.read_text(encoding="utf-8"), str(file), None


def render(job: Job) -> str | Fault:
    """The text, or the first fault."""
    folder = Path(job.folder)
    environment = ImmutableSandboxedEnvironment(
        loader=FolderLoader(folder), undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=False,  # the text is a configuration, no page
    )  # fmt: skip
    for name in CHANCE:
        environment.filters.pop(name, None)
    environment.globals.pop("lipsum", None)
    try:
        return _bounded(environment, job)
    except TemplateNotFound as error:
        what = f"there is no template {error.name} in the folder, or it is too large"
        return _fault(what, folder, job.template)
    except TemplateSyntaxError as error:
        name = _within(folder, error.filename) or job.template
        return Fault(what=error.message or "a syntax error", file=name, line=error.lineno)
    except MemoryError:
        return _fault("it needs too much memory", folder, job.template)
    except Exception as error:  # noqa: BLE001 - a template may raise anything
        return _fault(str(error) or type(error).__name__, folder, job.template)


def _bounded(environment: Environment, job: Job) -> str | Fault:
    pieces, size = list[str](), 0
    for piece in environment.get_template(job.template).generate(dict(job.variables)):
        size += len(piece)
        if size > LARGEST_TEXT:
            return Fault(
                what=f"it makes more than {LARGEST_TEXT} characters", file=job.template, line=0
            )
        pieces.append(piece)
    return "".join(pieces)


def _fault(what: str, folder: Path, template: str) -> Fault:
    """At the innermost line of a template that the error being handled came through."""
    place = (template, 0)
    trace: TracebackType | None = sys.exc_info()[2]
    while trace is not None:
        name = _within(folder, trace.tb_frame.f_code.co_filename)
        if name:
            place = (name, trace.tb_lineno)
        trace = trace.tb_next
    return Fault(what=what, file=place[0], line=place[1])


def _within(folder: Path, file: str | None) -> str:
    root = folder.resolve()
    return str(Path(file).relative_to(root)) if file and Path(file).is_relative_to(root) else ""
