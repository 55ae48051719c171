"""One audit record as a page shows it: from the bytes that were sealed, not from columns. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from api.web.places import place_of
from core.audit import Fact

Told = Mapping[str, Fact]
Names = Callable[[Fact], Fact]


def as_it_is(value: Fact) -> Fact:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A name and what stands for it; `link` leads to its page, or is "" where there is none."""

    name: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the bytes say; `actor` is what the caller knows the acting person by."""

    format: str
    record_id: str
    recorded_at: str
    action: str
    subject: Pair
    who: tuple[Pair, ...]
    states: tuple[Pair, ...]
    belongs: tuple[Pair, ...]
    facts: tuple[Pair, ...]
    size: int


def sight(canonical: bytes, *, actor: str = "", names: Names = as_it_is) -> Sight:
    """The record behind these bytes; `names` puts names where its facts tell of persons."""
    told: Told = json.loads(canonical)
    subject, facts = _part(told, "subject"), _part({"facts": names(told.get("facts"))}, "facts")
    type_, key = _text(subject.get("type")), _text(subject.get("id"))
    label = f"{type_.replace('_', ' ')} {_text(subject.get('label')) or key}"
    return Sight(
        format=_text(told.get("format")), record_id=_text(told.get("record_id")),
        recorded_at=_text(told.get("recorded_at")), action=_text(told.get("action")),
        subject=Pair(name="subject", value=label, link=place_of(type_, key)),
        who=tuple(_who(told, actor)), states=tuple(_states(told)), belongs=tuple(_belongs(told)),
        facts=tuple(_fact(name, value) for name, value in facts.items()), size=len(canonical),
    )  # fmt: skip


def _who(told: Told, actor: str) -> Iterator[Pair]:
    by, origin = _part(told, "actor"), _part(told, "origin")
    name = _text(by.get("name")) or actor or f"person {_text(by.get('id'))}"
    yield Pair(name="Who", value=name)
    if by.get("identity"):
        yield Pair(name="Known in the record as", value=_text(by.get("identity")))
    behalf = _part(told, "acting_for")
    if behalf:
        post, unit = _part(behalf, "post"), _part(behalf, "unit")
        yield Pair(name="Acting for the post", value=_text(post.get("title")))
        yield Pair(name="In the unit", value=_text(unit.get("code")))
        yield Pair(name="With the permission", value=_text(behalf.get("permission")))
    yield Pair(name="Through", value=_text(origin.get("door")))
    yield Pair(name="From the address", value=_text(origin.get("address")))
    yield Pair(name="Request", value=_text(origin.get("request_id")))


def _states(told: Told) -> Iterator[Pair]:
    """The subject's row before and after, by its hash; nothing where it was no row."""
    state = _part(told, "state")
    if state:
        for name, words in (("before", "Before"), ("after", "After")):
            yield Pair(name=words, value=_text(state.get(name)))


def _belongs(told: Told) -> Iterator[Pair]:
    change = told.get("change")
    if change is not None:
        key = _text(change)
        yield Pair(name="Change", value=f"C{key}", link=place_of("change_request", key))
    run = told.get("execution")
    if run is not None:
        link = f"{place_of('change_request', _text(change))}/execution" if change else ""
        yield Pair(name="Execution", value=_text(run), link=link)


def _fact(name: str, value: Fact) -> Pair:
    return Pair(name=name.replace("_", " "), value=_text(value))


def _part(told: Told, name: str) -> Told:
    found = told.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Fact) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
