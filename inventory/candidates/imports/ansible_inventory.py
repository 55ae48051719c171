"""Read candidates from an Ansible inventory in INI or YAML, by ansible-inventory itself.

Runs nothing of the inventory: scripts and plugin configurations are refused, values are not
templated, and Ansible works in a process of its own, on a copy, within limits. Takes no login.
"""

import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from inventory.candidates.imports.imported import (
    MOST_ENTRIES,
    Imported,
    SourceUnreadable,
    nested,
    proposed,
)

SOURCE_BYTES = 10_000_000
ANSWER_BYTES = 64_000_000
MEMORY_BYTES = 1_500_000_000
SECONDS = 60
VARIABLES = ("group_vars", "host_vars")
DATA = frozenset({"", ".ini", ".yml", ".yaml", ".json", ".cfg", ".txt"})


def read_inventory_file(file: Path) -> tuple[Imported, ...]:
    """The hosts of a file and of the group_vars and host_vars beside it."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        copy = _copied(file, Path(folder))
        for name in VARIABLES:
            for one in sorted((file.parent / name).rglob("*")):
                if one.is_file() and not one.is_symlink():
                    _copied(one, Path(folder) / one.relative_to(file.parent).parent)
        return _hosts(copy, Path(folder))


def read_inventory_text(text: str) -> tuple[Imported, ...]:
    """The hosts of an inventory's text."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        file = Path(folder) / "hosts"
        file.write_text(text, encoding="utf-8")
        return _hosts(_checked(file), Path(folder))


def _copied(file: Path, folder: Path) -> Path:
    """A copy that nobody can execute, or SourceUnreadable."""
    _checked(file)
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / file.name
    shutil.copyfile(file, copy)
    copy.chmod(0o600)
    return copy


def _checked(file: Path) -> Path:
    try:
        mode, size = file.stat().st_mode, file.stat().st_size
        with file.open("rb") as handle:
            beginning = handle.read(2)
    except OSError as error:
        raise SourceUnreadable(f"{file.name} cannot be read: {error.strerror}.") from error
    if mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH) or beginning == b"#!":
        raise SourceUnreadable(
            f"{file.name} is a script; Trimtab runs none. Write what it prints into a YAML or INI "
            "file; for data, take away its execute permission."
        )
    if size > SOURCE_BYTES or file.suffix.lower() not in DATA:
        raise SourceUnreadable(
            f"{file.name} is no inventory file: INI or YAML of at most {SOURCE_BYTES} bytes."
        )
    return file


def _hosts(file: Path, folder: Path) -> tuple[Imported, ...]:
    told = _listed(file, folder)
    meta = told.get("_meta")
    variables = meta.get("hostvars") if isinstance(meta, Mapping) else None
    by_host = variables if isinstance(variables, Mapping) else {}
    names = sorted(_named(told) | set(by_host))
    if len(names) > MOST_ENTRIES:
        raise SourceUnreadable(f"The inventory names more than {MOST_ENTRIES} hosts.")
    return tuple(_imported(name, by_host.get(name)) for name in names)


def _named(told: Mapping[str, object]) -> set[str]:
    """Hosts of all groups; those without variables stand nowhere else."""
    found = set[str]()
    for group in told.values():
        hosts = group.get("hosts") if isinstance(group, Mapping) else None
        found |= (
            {host for host in hosts if isinstance(host, str)} if isinstance(hosts, list) else set()
        )
    return found


def _imported(name: str, variables: object) -> Imported:
    told = variables if isinstance(variables, Mapping) else {}
    port = told.get("ansible_port")
    return Imported(
        hostname=nested({"name": name}, "name"), address=nested(told, "ansible_host") or name,
        port=port if isinstance(port, int) and 1 <= port <= 65535 else 22,
        platform=nested(told, "ansible_network_os"), proposal=proposed(site=nested(told, "site")),
    )  # fmt: skip


def _listed(file: Path, folder: Path) -> Mapping[str, object]:
    """What `ansible-inventory --list` says, or SourceUnreadable with its reason."""
    (folder / "ansible.cfg").touch()
    answer, complaint = folder / ".answer", folder / ".complaint"
    with answer.open("wb") as out, complaint.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "ansible", "inventory", "-i", str(file), "--list"],
            cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
        )  # fmt: skip
        for kind, most in _limits():
            resource.prlimit(process.pid, kind, (most, most))
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
    if code != 0:
        raise SourceUnreadable(
            f"{file.name} is no inventory that can be read: {_reason(complaint)}"
        )
    told = json.loads(answer.read_text(encoding="utf-8"))
    return told if isinstance(told, Mapping) else {}


def _limits() -> Iterator[tuple[int, int]]:
    yield resource.RLIMIT_AS, MEMORY_BYTES
    yield resource.RLIMIT_CPU, SECONDS
    yield resource.RLIMIT_FSIZE, ANSWER_BYTES


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours: no secret, no configuration, no plugin but the two that read data."""
    return {
        "HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8",
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "ANSIBLE_HOME": str(folder / ".ansible"),
        "ANSIBLE_INVENTORY_ENABLED": "ini,yaml", "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        "ANSIBLE_NOCOLOR": "1",
    }  # fmt: skip


def _reason(complaint: Path) -> str:
    lines = complaint.read_text(encoding="utf-8", errors="replace")[:20_000].splitlines()
    told = [line for line in lines if "ailed to parse" in line or "ERROR" in line]
    return nested({"line": (told or lines or ["it was ended"])[0]}, "line")
