"""Templates to lines, device by device, in the sandbox of drift.intent. Keeps and sends nothing."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from changes.catalogue.content import properties
from changes.catalogue.errors import RowsWrong
from core.audit import Fact
from drift.intent.model import IntentWrong, RenderingStopped
from drift.intent.renderer import Renderer
from drift.intent.rendering import Job
from inventory.models import Device

MOST_LINES = 5_000  # of one device
RENDERER = Renderer()  # one process for all requests; it ends when nobody asks any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What the lines of many devices are made from; `inputs` is the schema of its variables."""

    name: str
    text: str
    inputs: Mapping[str, Fact]
    rollback: str = ""
    platforms: tuple[str, ...] = ()  # none: all that are changed by typing lines

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of both texts."""
        return hashlib.sha256(f"{self.text}\0{self.rollback}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The lines for one device, and those that undo them where a template gives these."""

    lines: tuple[str, ...]
    rollback: tuple[str, ...]


class TooMuch(RowsWrong):
    """A template that does not end, or makes too much: no other device is tried with it."""

    code: ClassVar[str] = "template_too_much"


@dataclass(frozen=True, slots=True)
class Bench:
    """The templates in a folder of their own, from which nothing else can be read."""

    folder: Path
    files: Mapping[str, str] = field(default_factory=dict)

    def render(self, device: Device, variables: Mapping[str, Fact]) -> Rendered:
        """The lines, or RowsWrong with the template's line and the reason.

        Who uses a template fills its lines in and adds none: a text with a line end is refused.
        """
        told = {**variables, "device": facts(device)}
        _require_single_lines(told)
        lines, rollback = (self._lines(name, told) for name in ("lines.j2", "rollback.j2"))
        return Rendered(lines=lines, rollback=rollback)

    def _lines(self, name: str, variables: Mapping[str, Fact]) -> tuple[str, ...]:
        if name not in self.files:
            return ()
        try:
            text = RENDERER.render(Job(folder=str(self.folder), template=name, variables=variables))
        except RenderingStopped as error:
            raise TooMuch(f"template {error.message}") from error
        except IntentWrong as error:
            raise RowsWrong(f"template {error.message}") from error
        lines = tuple(line.rstrip() for line in text.splitlines() if line.strip())
        if len(lines) > MOST_LINES:
            raise TooMuch(
                f"template {name} makes {len(lines)} lines; {MOST_LINES} a device are allowed. "
                "Make its loops shorter."
            )
        return lines


def _require_single_lines(variables: Mapping[str, Fact]) -> None:
    odd = next((name for name, value in variables.items() if not _printable(value)), None)
    if odd is not None:
        raise RowsWrong(
            f"{odd} holds a line end or another character that does not print. A variable fills "
            "one line; for more lines the template loops over a list."
        )


def _printable(value: Fact) -> bool:
    """Whether every text in it is one line of characters that print, or tabs."""
    if isinstance(value, str):
        return value.replace("\t", " ").isprintable()
    if isinstance(value, Mapping):
        return all(_printable(one) for pair in value.items() for one in pair)
    return not isinstance(value, Sequence) or all(map(_printable, value))


@contextmanager
def bench(template: Template) -> Iterator[Bench]:
    """The templates laid out as long as the body runs."""
    texts = {"lines.j2": template.text, "rollback.j2": template.rollback}
    files = {name: text for name, text in texts.items() if text.strip()}
    with tempfile.TemporaryDirectory(prefix="trimtab-template-") as place:
        for name, text in files.items():
            (Path(place) / name).write_text(text, encoding="utf-8")
        yield Bench(folder=Path(place).resolve(), files=files)


def facts(device: Device) -> dict[str, Fact]:
    """What a template may know of a device, under the name `device`."""
    return {
        "hostname": device.hostname, "platform": device.platform, "role": device.role,
        "site": device.site.code, "address": device.address,
    }  # fmt: skip


def filled(inputs: Mapping[str, Fact], variables: Mapping[str, Fact]) -> dict[str, Fact]:
    """The variables, with the schema's defaults for those that are not given."""
    given = {name: one["default"] for name, one in properties(inputs).items() if "default" in one}
    return {**given, **variables}
