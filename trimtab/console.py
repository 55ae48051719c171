"""What the commands share: whose context, tables or JSON, errors as one line and an exit code."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from platformdirs import user_config_path
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.actor import Actor, Origin
from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput, NotPermitted, TrimtabError
from core.runtime import Runtime, open_runtime
from core.settings import Settings, load_settings
from organization.people import actor_of
from organization.permissions import PostAuthority
from organization.tokens import person_of_token
from trimtab.schema import require_current

Row = TypeVar("Row")
Column = Callable[[Row], object]

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

ORIGIN = Origin(door="cli", address=os.environ.get("SSH_CLIENT", "").split(" ")[0] or None)
NOBODY = Actor(name="nobody")

out = Console(emoji=False)  # ":ab:" in a hardware address is no pictogram
err = Console(stderr=True, emoji=False)

EXIT_CODES: Mapping[str, int] = {
    "not_permitted": 3,
    "range_not_allowed": 3,
    "own_change": 3,
    "sign_in_refused": 3,
    "not_found": 4,
    "conflict": 5,
    "stale_digest": 5,
    "database_unavailable": 6,
    "device_unreachable": 6,
    "ansible_unavailable": 6,
    "git_unavailable": 6,
    "judge_lost": 6,
    "cannot_listen": 6,
    "service_ended": 6,
    "unrecorded_write": 70,
    "defect": 70,
}
"""Exit codes by an error's code or its family's; every other error is 2.

0 is success, 1 a negative answer.
"""


class TokenNotKept(TrimtabError):
    """The file of the sign-in cannot be written."""

    code = "token_not_kept"


def token_file() -> Path:
    """Where `trimtab sign-in` keeps this operating-system user's token."""
    return user_config_path("trimtab", appauthor=False) / "token"


def keep_token(token: str) -> Path:
    """Write the token where only this operating-system user reads it, or raise TokenNotKept."""
    path = token_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
    except OSError as error:
        raise TokenNotKept(
            f"The sign-in cannot be kept in {path} ({error.strerror}). Set XDG_CONFIG_HOME to a "
            "folder that you own."
        ) from error
    return path


def kept_token() -> str:
    """The token of the last sign-in; empty where nobody signed in."""
    path = token_file()
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise NotPermitted(
            f"The sign-in in {path} cannot be read ({error.strerror}). Run `trimtab sign-in` as "
            "the same user, or set TRIMTAB_TOKEN."
        ) from error


@contextmanager
def command_runtime(settings: Settings | None = None) -> Iterator[Runtime]:
    """A runtime on an initialised database."""
    with open_runtime(settings or load_settings(), PostAuthority()) as runtime:
        require_current(runtime.engine)
        yield runtime


def acting_person(runtime: Runtime) -> Actor:
    """The person behind TRIMTAB_TOKEN or the kept token, or NotPermitted."""
    token = (os.environ.get("TRIMTAB_TOKEN") or kept_token()).strip()
    if not token:
        raise NotPermitted("Nobody is signed in. Run `trimtab sign-in`, or set TRIMTAB_TOKEN.")
    with runtime.context(NOBODY, ORIGIN) as ctx:
        return actor_of(person_of_token(ctx, token))


@contextmanager
def command_context() -> Iterator[Context]:
    """One unit of work of the signed-in person."""
    with command_runtime() as runtime, runtime.context(acting_person(runtime), ORIGIN) as ctx:
        yield ctx


def given_text(name: str) -> str:
    """The text of a file, or of standard input for `-`; InvalidInput where there is none."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8")
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is no text: byte {error.start} is not UTF-8.") from error


def show(
    rows: Iterable[Row], columns: Mapping[str, Column[Row]], *, as_json: bool, title: str = ""
) -> None:
    """A table, or a JSON array with the columns' names as keys."""
    cells = [{name: column(row) for name, column in columns.items()} for row in rows]
    if as_json:
        print_json([{name: plain(value) for name, value in row.items()} for row in cells])
        return
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in cells:
        table.add_row(*(safe(value) for value in row.values()))
    out.print(table if cells else "nothing to show")


def show_one(row: Row, columns: Mapping[str, Column[Row]], *, as_json: bool) -> None:
    """One object as lines of name and value, or as a JSON object."""
    cells = {name: column(row) for name, column in columns.items()}
    if as_json:
        print_json({name: plain(value) for name, value in cells.items()})
        return
    table = Table.grid(padding=(0, 2))
    for name, value in cells.items():
        table.add_row(f"[dim]{name.replace('_', ' ')}[/dim]", safe(value))
    out.print(table)


def tell(sentence: str, facts: Mapping[str, object], *, as_json: bool) -> None:
    """A sentence, or what it tells as a JSON object."""
    if as_json:
        print_json(plain(facts))
    else:
        out.print(safe(sentence), soft_wrap=True)


def print_json(value: Fact) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()  # a reader of `trimtab serve --json` waits for this line


def plain(value: object) -> Fact:
    """A value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def safe(value: object) -> str:
    """Text for a terminal: no markup, no control characters of a device's making."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, bytes):
        return value.hex()[:12]
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return escape("".join(char if char.isprintable() or char in "\n\t" else "�" for char in text))


def fail(error: TrimtabError) -> int:
    """Print an error as one line; return its exit code."""
    message = safe(" ".join(line.strip() for line in error.message.splitlines()))
    err.print(f"[bold red]trimtab:[/bold red] {message} [dim]({error.code})[/dim]",
              soft_wrap=True)  # fmt: skip
    codes = (getattr(family, "code", "") for family in type(error).__mro__)
    return next((EXIT_CODES[code] for code in codes if code in EXIT_CODES), 2)
