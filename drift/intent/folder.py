"""The default source: a folder, mostly a git working tree, with templates and data.

`*.j2` are Jinja2 templates, `data/` holds YAML (see `drift.intent.data`). The template of a device
is the one that its data name as `template`, else `HOSTNAME.j2`, `PLATFORM-ROLE.j2` or
`PLATFORM.j2`; `managed` lists the patterns of managed sections. Writes nothing.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from sqlalchemy import select

from core.context import Context
from drift.intent.data import NAME, merged
from drift.intent.model import Intended, IntentWrong
from drift.intent.renderer import Renderer
from drift.intent.rendering import Job, Value, inside
from drift.intent.sections import SectionsWrong, checked
from inventory.models import Device, Relation

GIT = (
    "git", "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch",
    "--untracked-files=normal", "--", ".",
)  # fmt: skip
GIT_SECONDS = 20


@dataclass(slots=True)
class FolderSource:
    """Renders a device's template with its facts and data. The setting `intent_folder` names it."""

    name: ClassVar[str] = "folder"
    renderer: Renderer = field(default_factory=Renderer)

    def intended(self, ctx: Context, device: Device) -> Intended | None:
        """None where no folder is set, or where it has no template for the device."""
        folder = ctx.settings.intent_folder
        if folder is None:
            return None
        if not folder.is_dir():
            raise IntentWrong(
                f"There is no folder {folder}. Correct the setting intent_folder "
                "(TRIMTAB_INTENT_FOLDER)."
            )
        data = merged(
            folder, platform=device.platform, site=device.site.code, role=device.role,
            hostname=device.hostname,
        )  # fmt: skip
        template = _template(folder, device, data.pop("template", None))
        if template is None:
            return None
        sections = _sections(data.pop("managed", None), device)
        if "device" in data:
            raise IntentWrong("The data name a value `device`; the CMDB's facts have that name.")
        job = Job(
            folder=str(folder.resolve()), template=template,
            variables=data | {"device": _facts(ctx, device)},
        )  # fmt: skip
        return Intended(
            text=self.renderer.render(job), sections=sections,
            provenance=f"{template} at {version_of(folder)}",
        )  # fmt: skip


def version_of(folder: Path) -> str:
    """The commit of a git working tree, `+edited` where it holds more; `no commit` elsewhere."""
    git = shutil.which("git")
    if git is None:
        return "no commit (git is not installed)"
    try:
        done = subprocess.run(
            (git, *GIT[1:]), cwd=folder, capture_output=True, text=True, check=False,
            timeout=GIT_SECONDS, errors="replace",
            env={"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "no commit (git did not answer)"
    lines = done.stdout.splitlines()
    commit = next((one.split()[2] for one in lines if one.startswith("# branch.oid ")), "")
    if done.returncode != 0 or commit in {"", "(initial)"}:
        return "no commit"
    edited = any(not one.startswith("#") for one in lines)
    return f"{commit}+edited" if edited else commit


def _template(folder: Path, device: Device, named: Value) -> str | None:
    if named is not None:
        if not isinstance(named, str) or inside(folder, named) is None:
            raise IntentWrong(f"The data of {device.hostname} name the template {named!r}, which "
                              "the folder does not hold.")  # fmt: skip
        return named
    names = [device.hostname, f"{device.platform}-{device.role}", device.platform]
    usable = (f"{one}.j2" for one in names if NAME.fullmatch(one))
    return next((one for one in usable if inside(folder, one)), None)


def _sections(managed: Value, device: Device) -> tuple[str, ...]:
    if managed is None:
        return ()
    if isinstance(managed, list) and managed and all(isinstance(one, str) for one in managed):
        try:
            return checked(str(one) for one in managed)
        except SectionsWrong as error:
            raise IntentWrong(f"`managed` in the data of {device.hostname}: {error}") from error
    raise IntentWrong(
        f"`managed` in the data of {device.hostname} is no list of patterns. Write the first words "
        "of each managed section, or leave `managed` out where all is managed."
    )


def _facts(ctx: Context, device: Device) -> Mapping[str, Value]:
    """What the CMDB knows of the device; names that devices gave each other are one line each."""
    relations = ctx.session.scalars(
        select(Relation)
        .where(Relation.device_id == device.id)
        .order_by(Relation.interface, Relation.peer_name)
    )
    return {
        "hostname": device.hostname, "platform": device.platform, "role": device.role,
        "site": device.site.code, "site_name": device.site.name, "address": device.address,
        "model": _line(device.model), "serial": _line(device.serial),
        "os_version": _line(device.os_version),
        "relations": [
            {
                "kind": one.kind, "interface": _line(one.interface),
                "peer_name": _line(one.peer_name), "peer_interface": _line(one.peer_interface),
                "peer_address": _line(one.peer_address), "known": one.peer_id is not None,
            }
            for one in relations
        ],
    }  # fmt: skip


def _line(text: str | None) -> str:
    return "".join(char for char in text or "" if char.isprintable())
