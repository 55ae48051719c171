"""Templates to HTML. Everything is escaped, and device text cannot hide what it holds."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.access import Visit
from api.web.badges import badge_of
from api.web.manifest import Manifest, read_manifest
from api.web.menu import menu_for
from api.web.places import place_of
from changes.models import ExecutionEvent
from changes.questions.periods import PERIODS
from core.counting import counted
from operations.knowledge import html_of

TEMPLATES = Path(__file__).parent / "templates"
NONE = Markup('<span class="none">–</span>')  # noqa: RUF001 - the dash of an empty cell
HEADING = re.compile(r"(PLAY|TASK) \[.*\] \*+")
SPANS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def device_text(value: object) -> str:
    """Text of a device made visible: what does not print shows as its code point.

    Terminal escapes, bidirectional overrides, zero-width and invalid characters thus cannot alter
    what a person reads. HTML is not its matter: templates escape everything.
    """
    return "".join(
        char if char.isprintable() or char in "\n\t" else _code_point(char) for char in str(value)
    )


def log_line(event: ExecutionEvent) -> str:
    """What an execution told once: time, status, device, task, and below it what it said."""
    said = event.text.replace("\r\n", "\n").strip("\n").rstrip()
    if HEADING.fullmatch(said):  # Ansible's own way to tell the task, which stands there already
        said = ""
    words = f"{event.at:%H:%M:%S} {event.status:11} {event.host:20} {event.task}".rstrip()
    return device_text(f"{words}\n{said}" if said else words)


def _code_point(char: str) -> str:
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{{{point:x}}}"


def stamp(value: datetime | str | None) -> Markup:
    """A time in ISO form with its zone, to the minute; the second and the age are in its title."""
    at = _aware(value)
    if at is None:
        return NONE
    return Markup(
        '<time datetime="{}" title="{} ({} ago)">{} <span class="zone">UTC</span></time>'
    ).format(
        at.isoformat(),
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        _span(at),
        at.strftime("%Y-%m-%d %H:%M"),
    )


def clock(value: datetime | str | None) -> Markup:
    """A time to the second, for logs and records."""
    at = _aware(value)
    if at is None:
        return NONE
    return Markup('<time datetime="{}">{} <span class="zone">UTC</span></time>').format(
        at.isoformat(), at.strftime("%Y-%m-%d %H:%M:%S")
    )


def age(value: datetime | str | None) -> Markup:
    """How long ago a time was, in one unit; the time itself is in its title."""
    at = _aware(value)
    if at is None:
        return NONE
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), at.strftime("%Y-%m-%d %H:%M:%S UTC"), _span(at)
    )


def _aware(value: datetime | str | None) -> datetime | None:
    at = datetime.fromisoformat(value) if isinstance(value, str) and value else value
    return at.astimezone(UTC) if isinstance(at, datetime) else None


def _span(at: datetime) -> str:
    return span((datetime.now(UTC) - at).total_seconds(), units=1)


def span(seconds: float, *, units: int = 2) -> str:
    """A length of time in its largest units, at most so many."""
    left, words = max(0, int(seconds)), []
    for size, name in SPANS:
        number, left = divmod(left, size)
        if number:
            words.append(f"{number} {name}")
    return " ".join(words[:units]) or "0 s"


def as_json(value: object) -> str:
    """One line of JSON for people; device text in it is made visible by `device`."""
    return json.dumps(value, ensure_ascii=False, default=str)


def icon(manifest: Manifest, name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>').format(
        manifest.icon(name)
    )


def make_environment(manifest: Manifest) -> Environment:
    """Templates over built assets; an unknown variable, asset or icon is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(
        device=device_text, stamp=stamp, clock=clock, age=age, span=span, as_json=as_json,
        log_line=log_line, counted=counted,
        markdown=lambda body: Markup(html_of(body)),  # noqa: S704 - raw HTML is off in html_of
    )  # fmt: skip
    made.globals.update(
        asset=manifest.address,
        icon=lambda name: icon(manifest, name),
        badge_of=badge_of,
        place_of=place_of,
        periods=tuple(PERIODS),
    )
    return made


@cache
def environment() -> Environment:
    manifest = read_manifest()
    if manifest is None:
        raise RuntimeError("Trimtab was built without pages; api.web.install serves none then.")
    return make_environment(manifest)


def page(name: str, visit: Visit | None, *, status: int = 200, **values: object) -> HTMLResponse:
    """A whole page from a template and its values."""
    may = permissions_of(visit)
    text = environment().get_template(name).render(
        menu=menu_for(may) if visit else (), may=may,
        username=visit.username if visit else "", csrf_token=visit.csrf_token if visit else "",
        **values,
    )  # fmt: skip
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})


def permissions_of(visit: Visit | None) -> Callable[[str], bool]:
    """Whether the visitor has a permission anywhere; asked once each while a page is made."""

    @cache
    def may(permission: str) -> bool:
        return visit is not None and bool(visit.ctx.units(permission))

    return may
