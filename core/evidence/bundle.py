"""Put the parts of the stand-alone verifier into one file. Byte for byte the same each time.

Each part keeps its text; its imports of other parts go, the rest are gathered at the top.
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = "core.evidence.standalone"
MAIN: Final = "program"
PARTS: Final = (
    "telling", "reading", "merkle", "signing", "der", "certificates", "timestamps", "receipts",
    "records", "evidence", "container", "stream", "persons", "configurations", "runs", "contents",
    "packs", "summary", MAIN,
)  # fmt: skip
"""In the order in which they can be read, and in which each only needs what stands before it."""
Imports = defaultdict[str, set[str]]
"""What is imported from each module; "" is the module itself."""
_FUTURE: Final = "__future__"
_WIDTH: Final = 100
_RULE: Final = "# " + "-" * 97


@cache
def bundled() -> bytes:
    """The program as one file, in UTF-8."""
    folder, modules = Path(__file__).with_name("standalone"), defaultdict[str, set[str]](set)
    bodies = [_part(folder / f"{name}.py", modules) for name in PARTS]
    main = ast.get_docstring(
        _tree((folder / f"{MAIN}.py").read_text(encoding="utf-8")), clean=False
    )
    head = f'"""{main}"""\n\nfrom __future__ import annotations\n\n{_imports(modules).rstrip()}'
    return "\n\n".join([head, *bodies]).encode()


def _part(file: Path, modules: Imports) -> str:
    """The part without docstring and imports, under its first line; its imports go to `modules`."""
    text = file.read_text(encoding="utf-8")
    tree, lines = _tree(text), text.splitlines()
    first = (ast.get_docstring(tree) or "").partition("\n")[0]
    cut = [
        tree.body[0],
        *(one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)),
    ]
    gone = {line for one in cut for line in range(one.lineno, (one.end_lineno or 0) + 1)}
    for one in cut[1:]:
        _gather(one, modules)
    kept = "\n".join(line for number, line in enumerate(lines, 1) if number not in gone)
    title = "The program." if file.stem == MAIN else first
    return f"{_RULE}\n# {title}\n\n\n{kept.strip()}\n" if _defines(kept) else (
        f"{_RULE}\n# {title}\n\n{kept.strip()}\n"
    )  # fmt: skip


def _gather(one: ast.stmt, modules: Imports) -> None:
    if isinstance(one, ast.Import):
        for name in one.names:
            modules[name.name].add("")
    elif isinstance(one, ast.ImportFrom) and not (one.module or "").startswith((_FUTURE, PACKAGE)):
        modules[one.module or ""].update(
            name.name if name.asname is None else f"{name.name} as {name.asname}"
            for name in one.names
        )


def _imports(modules: Imports) -> str:
    """One block as isort orders it: the standard library, then `cryptography`."""
    ours = sorted(name for name in modules if name.partition(".")[0] == "cryptography")
    standard = sorted(set(modules) - set(ours))
    return "\n".join(
        "".join(f"{line}\n" for line in [*_plain(names, modules), *_from(names, modules)])
        for names in (standard, ours)
    )


def _plain(names: list[str], modules: Imports) -> list[str]:
    return [f"import {name}" for name in names if "" in modules[name]]


def _from(names: list[str], modules: Imports) -> list[str]:
    lines = list[str]()
    for name in names:
        wanted = sorted(modules[name] - {""})
        line = f"from {name} import {', '.join(wanted)}"
        if wanted and len(line) > _WIDTH:
            line = f"from {name} import (\n" + "".join(f"    {one},\n" for one in wanted) + ")"
        lines += [line] if wanted else []
    return lines


def _defines(kept: str) -> bool:
    return kept.strip().startswith(("def ", "class ", "@"))


def _tree(text: str) -> ast.Module:
    return ast.parse(text)
