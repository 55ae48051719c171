"""What a standard change says, its digest, and whether it can be used. Reads no database."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import cast

import rfc8785
from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jsonschema import Draft202012Validator, SchemaError

from changes.catalogue.models import StandardChange
from changes.playbooks import NAME, Playbook
from changes.risk.model import LEVELS, Level
from core.audit import Fact
from drift.platforms import platform as rules_of

LINES = "correct_drift"  # the playbook that types lines
NO_VARIABLES: Mapping[str, Fact] = {
    "type": "object", "additionalProperties": False, "properties": {},
}  # fmt: skip
RESERVED = frozenset({"hostname", "device"})  # the CSV's first column, and the CMDB's facts
LONGEST = 100_000  # characters of a template


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A standard change as its drafter writes it; `units` are codes, none is the owner's."""

    title: str
    description: str
    platforms: tuple[str, ...]
    risk_ceiling: Level = "low"
    template: str = ""
    rollback_template: str = ""
    playbook: str = LINES
    inputs: Mapping[str, Fact] = field(default_factory=lambda: NO_VARIABLES)
    units: tuple[str, ...] = ()
    valid_until: datetime | None = None


def digest_of(name: str, version: int, content: Content, *, playbook_digest: str) -> str:
    """SHA-256 (hex) over RFC 8785 canonical JSON of all that approvers sign."""
    until = content.valid_until.isoformat() if content.valid_until else None
    told = {**asdict(content), "valid_until": until, "platforms": list(content.platforms),
            "units": list(content.units), "name": name, "version": version,
            "playbook_digest": playbook_digest}  # fmt: skip
    return hashlib.sha256(rfc8785.dumps(cast("dict[str, Fact]", told))).hexdigest()


def content_of(entry: StandardChange) -> Content:
    """What a stored version says."""
    return Content(
        title=entry.title, description=entry.description, platforms=tuple(entry.platforms),
        risk_ceiling=cast("Level", entry.risk_ceiling), template=entry.template,
        rollback_template=entry.rollback_template, playbook=entry.playbook, inputs=entry.inputs,
        units=tuple(entry.units), valid_until=entry.valid_until,
    )  # fmt: skip


def digest_now(entry: StandardChange) -> str:
    """The digest of what stands in the row, whatever the row says that it is."""
    return digest_of(
        entry.name, entry.version, content_of(entry), playbook_digest=entry.playbook_digest
    )


def wrong(name: str, content: Content, book: Playbook) -> Iterator[str]:
    """Everything that is wrong with a draft, each in words that begin with the place."""
    if NAME.fullmatch(name) is None:
        yield "name: write it in small letters, digits and _, beginning with a letter"
    if not (content.title.strip() and content.description.strip()):
        yield "title, description: say what it does, for those who approve it and those who use it"
    if content.risk_ceiling not in LEVELS:
        yield f"risk_ceiling: it is one of {', '.join(LEVELS)}"
    unknown = sorted(set(content.platforms) - set(book.platforms))
    if not content.platforms or unknown:
        yield (
            f"platforms: {', '.join(unknown) or 'none'} given; the playbook {book.name} works on "
            f"{', '.join(book.platforms)}"
        )
    yield from wrong_inputs(content.inputs)
    yield from _wrong_templates(content)


def wrong_inputs(inputs: Mapping[str, Fact]) -> Iterator[str]:
    """What is wrong with a schema of variables, beginning with the place."""
    try:
        Draft202012Validator.check_schema(inputs)
    except SchemaError as error:
        place = ".".join(str(one) for one in error.path)
        yield f"inputs{f'.{place}' if place else ''}: {error.message}"
        return
    if inputs.get("type") != "object" or inputs.get("additionalProperties") is not False:
        yield "inputs: it describes an object: say type: object and additionalProperties: false"
        return
    taken = sorted(RESERVED & set(properties(inputs)))
    if taken:
        yield f"inputs.properties: {', '.join(taken)} is a name of Trimtab's own; choose another"


def properties(inputs: Mapping[str, Fact]) -> Mapping[str, Mapping[str, Fact]]:
    """The variables that a schema names, each with its own schema."""
    found = inputs.get("properties")
    named = found if isinstance(found, Mapping) else {}
    return {key: one if isinstance(one, Mapping) else {} for key, one in named.items()}


def _wrong_templates(content: Content) -> Iterator[str]:
    if content.template.strip() and content.playbook != LINES:
        yield f"template: only the playbook {LINES} types lines; leave one of the two out"
    if not content.template.strip() and content.playbook == LINES:
        yield "template: write the lines that are typed, or name a playbook"
    if content.rollback_template.strip() and not content.template.strip():
        yield "rollback_template: it goes with a template"
    for place in ("template", "rollback_template"):
        text = str(getattr(content, place))
        fault = syntax_fault(text)
        if fault:
            yield f"{place}, {fault}"
    if content.template.strip():
        for name in content.platforms:
            if rules_of(name).style != "indent":
                yield f"platforms: {name} is not changed by typing lines"


def syntax_fault(template: str) -> str:
    """What is wrong with a template's syntax and in which line, or nothing."""
    if len(template) > LONGEST:
        return f"it has more than {LONGEST} characters"
    try:
        ImmutableSandboxedEnvironment(autoescape=False).parse(template)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message or 'a syntax error'}"
    except RecursionError:
        return "it nests too deeply"
    return ""
