"""Servers: one text of named sections (`[file /etc/motd]`, `[packages]`). Differences only.

A file is corrected as a whole by its own playbook, so that commands are refused here.
"""

from drift.engine.align import common
from drift.engine.model import Assessment, Difference, Refusal
from drift.engine.texts import lines_of

Lines = list[tuple[int, str]]
REASON = "servers are corrected by whole files and packages, not by configuration lines"


def assess(running: str, intended: str) -> Assessment:
    theirs, ours = split(running), split(intended)
    found: list[Difference] = []
    for name in {**theirs, **ours}:
        found += _section(name, theirs.get(name, []), ours.get(name, []))
    if not found:
        return Assessment(in_sync=True)
    places = dict.fromkeys(one.path for one in found)
    return Assessment(
        in_sync=False,
        differences=tuple(found),
        refusals=tuple(Refusal(path=path, reason=REASON) for path in places),
    )


def split(text: str) -> dict[str, Lines]:
    """Lines by section, each with its number; the header's line belongs to nobody."""
    found: dict[str, Lines] = {}
    name = ""
    for number, line in enumerate(lines_of(text), start=1):
        if line.startswith("[") and line.endswith("]"):
            name = line
            found.setdefault(name, [])
        elif line.strip():
            found.setdefault(name, []).append((number, line.removeprefix(" ")))
    return found


def file_of(text: str, section: str) -> str | None:
    """A file's whole content, from its section of the text; None where there is no such file."""
    found = False
    content: list[str] = []
    inside = False
    for line in lines_of(text.removesuffix("\n")):
        if line.startswith("["):
            inside = line == section
            found = found or inside
        elif inside:
            content.append(line.removeprefix(" "))
    return "".join(f"{line}\n" for line in content) if found else None


def _section(name: str, running: Lines, intended: Lines) -> list[Difference]:
    """A file's lines stand in order; packages, users and the like do not."""
    if not name.startswith("[file "):
        running, intended = sorted(running, key=_text), sorted(intended, key=_text)
    kept = common([text for _, text in running], [text for _, text in intended])
    ours, theirs = {i for i, _ in kept}, {j for _, j in kept}
    extra = [
        Difference(path=(name,), line=text, side="extra", running_line=number, intended_line=None)
        for i, (number, text) in enumerate(running)
        if i not in ours
    ]
    missing = [
        Difference(path=(name,), line=text, side="missing", running_line=None, intended_line=number)
        for j, (number, text) in enumerate(intended)
        if j not in theirs
    ]
    return extra + missing


def _text(line: tuple[int, str]) -> str:
    return line[1]
