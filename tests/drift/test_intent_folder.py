"""The folder of templates: which template and data a device gets, and every way to be wrong."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from core.plugins import PluginBroken
from drift.intent import sources
from drift.intent.data import merged
from drift.intent.folder import FolderSource, version_of
from drift.intent.model import Intended, IntentWrong
from inventory import relations
from inventory.drivers.protocol import Neighbour
from tests.drift.source_contract import FakeSource, SourceContract
from tests.factories import make_device, make_site


@pytest.fixture
def ctx(ctx, folder):
    return replace(ctx, settings=ctx.settings.model_copy(update={"intent_folder": folder}))


@pytest.fixture
def source(shared):
    return FolderSource(renderer=shared)


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1", site=make_site(ctx, code="hq"), role="edge")


class TestFolder(SourceContract):
    @pytest.fixture
    def known(self, device, put):
        put("r1.j2", "hostname {{ device.hostname }}\n")
        return device

    @pytest.fixture
    def unknown(self, ctx):
        return make_device(ctx, hostname="r2")

    @pytest.fixture
    def broken(self, put):
        return lambda: put("r1.j2", "{{ nothing }}")


class TestFake(SourceContract):
    @pytest.fixture
    def source(self):
        return FakeSource({"r1": Intended(text="hostname r1\n", provenance="memory")})

    @pytest.fixture
    def known(self, device):
        return device

    @pytest.fixture
    def unknown(self, ctx):
        return make_device(ctx, hostname="r2")

    @pytest.fixture
    def broken(self, source):
        return lambda: setattr(source, "failing", True)


def test_without_a_folder_nothing_is_intended(ctx, source, device):
    plain = replace(ctx, settings=ctx.settings.model_copy(update={"intent_folder": None}))
    assert source.intended(plain, device) is None


def test_a_folder_that_is_not_there_is_named(ctx, source, device, tmp_path):
    gone = ctx.settings.model_copy(update={"intent_folder": tmp_path / "gone"})
    with pytest.raises(IntentWrong, match=r"gone.*TRIMTAB_INTENT_FOLDER"):
        source.intended(replace(ctx, settings=gone), device)


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (("cisco_ios.j2",), "cisco_ios.j2"),
        (("cisco_ios.j2", "cisco_ios-edge.j2"), "cisco_ios-edge.j2"),
        (("cisco_ios.j2", "cisco_ios-edge.j2", "r1.j2"), "r1.j2"),
    ],
)
def test_the_most_particular_template_is_taken(ctx, source, device, put, files, chosen):
    for name in files:
        put(name, f"! {name}\n")
    assert source.intended(ctx, device).text == f"! {chosen}\n"


def test_the_data_may_name_the_template(ctx, source, device, put):
    put("r1.j2", "no\n")
    put("edges/one.j2", "yes\n")
    put("data/roles/edge.yaml", "template: edges/one.j2\n")
    assert source.intended(ctx, device).text == "yes\n"


@pytest.mark.parametrize("named", ["gone.j2", "[1]", "../outside.j2"])
def test_a_named_template_that_is_not_there_is_an_error(ctx, source, device, put, named):
    put("../outside.j2", "secret")
    put("data/all.yaml", f"template: {named}\n")
    with pytest.raises(IntentWrong, match=r"r1 name the template"):
        source.intended(ctx, device)


def test_data_of_the_device_win_over_those_of_its_groups(folder, put):
    put("data/all.yaml", "ntp: {servers: [a, b], source: Loopback0}\nmotd: all\n")
    put("data/platforms/cisco_ios.yaml", "motd: ios\nsnmp: true\n")
    put("data/sites/hq.yaml", "ntp: {servers: [c]}\n")
    put("data/roles/edge.yaml", "motd: edge\nmtu: 9000\n")
    put("data/hosts/r1.yaml", "motd: mine\nsince: 2026-01-02\n")
    assert merged(folder, platform="cisco_ios", site="hq", role="edge", hostname="r1") == {
        "ntp": {"servers": ["c"], "source": "Loopback0"}, "motd": "mine", "snmp": True,
        "mtu": 9000, "since": "2026-01-02",
    }  # fmt: skip


def test_names_that_lead_elsewhere_have_no_data(folder, put):
    put("../all.yaml", "secret: 1\n")
    put("data/roles/.yaml", "secret: 1\n")
    found = merged(folder, platform="../..", site="../../all", role="", hostname="x/../all")
    assert found == {}


def test_a_link_out_of_the_folder_is_not_followed(ctx, source, device, folder, put, tmp_path):
    put("../secret", "password: hunter2\n")
    (folder / "r1.j2").symlink_to(tmp_path / "secret")
    (folder / "data" / "all.yaml").symlink_to(tmp_path / "secret")
    assert source.intended(ctx, device) is None
    assert merged(folder, platform="", site="", role="", hostname="") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\nb: 2\n", r"data/all.yaml, line 2: "),
        ("- 1\n", r"data/all.yaml holds no names"),
        ("a: !!binary aGk=\n", r"data/all.yaml at a is a bytes"),
        ("a: &x\n  b: *x\n", r"more than 20 levels"),
        ("a: &x [" + "1, " * 2000 + "]\nb: [" + "*x, " * 2000 + "]\n", r"more than 100000 values"),
        ("#" * 1_000_001, r"larger than 1000000 bytes"),
        ("x: " + "[" * 1100, r"data/all.yaml"),
    ],
    ids=["syntax", "list", "binary", "endless", "bomb", "large", "deep"],
)
def test_wrong_data_name_file_and_place(folder, put, text, said):
    put("data/all.yaml", text)
    with pytest.raises(IntentWrong, match=said):
        merged(folder, platform="", site="", role="", hostname="")


def test_data_that_are_no_text_are_named(folder):
    (folder / "data" / "all.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(IntentWrong, match=r"data/all.yaml cannot be read"):
        merged(folder, platform="", site="", role="", hostname="")


def test_a_template_knows_the_facts_of_the_cmdb(ctx, source, device, put):
    device.serial = "FDO\n1"
    seen = Neighbour(interface="Gi0/1", peer_name="sw1\nusername eve", peer_interface="Gi0/9")
    relations.observed_all(ctx, [(device, [seen])])
    put(
        "cisco_ios.j2",
        "{{ device.hostname }} {{ device.site }} {{ device.platform }} {{ device.role }} "
        "{{ device.address }} {{ device.serial }} {{ device.model }}|\n"
        "{% for one in device.relations %}\n{{ one.interface }} {{ one.peer_name }}\n{% endfor %}",
    )
    assert source.intended(ctx, device).text == (
        "r1 hq cisco_ios edge 127.0.0.2 FDO1 |\nGi0/1 sw1username eve\n"
    )


def test_the_facts_have_their_name_to_themselves(ctx, source, device, put):
    put("r1.j2", "x")
    put("data/all.yaml", "device: mine\n")
    with pytest.raises(IntentWrong, match="`device`"):
        source.intended(ctx, device)


def test_the_data_say_which_sections_are_managed(ctx, source, device, put):
    put("r1.j2", "x\n")
    put("data/all.yaml", "managed: [ntp, 'interface  Loopback*']\n")
    assert source.intended(ctx, device).sections == ("ntp", "interface Loopback*")


@pytest.mark.parametrize("managed", ["ntp", "[]", "[1]", "[ntp, '']"])
def test_managed_sections_are_a_list_of_patterns(ctx, source, device, put, managed):
    put("r1.j2", "x\n")
    put("data/all.yaml", f"managed: {managed}\n")
    with pytest.raises(IntentWrong, match="`managed` in the data of r1"):
        source.intended(ctx, device)


def git(folder, *words):
    subprocess.run(
        [shutil.which("git"), "-c", "user.name=t", "-c", "user.email=t@example.com", *words],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def test_the_commit_of_a_working_tree_is_its_version(folder, put, ctx, source, device):
    assert version_of(folder) == "no commit"
    put("r1.j2", "x\n")
    git(folder, "init", "-q")
    assert version_of(folder) == "no commit"
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    commit = version_of(folder)
    assert len(commit) == 40
    assert source.intended(ctx, device).provenance == f"r1.j2 at {commit}"
    put("r1.j2", "y\n")
    assert version_of(folder) == f"{commit}+edited"


def test_without_git_there_is_no_commit(folder, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert version_of(folder) == "no commit (git is not installed)"


def test_a_git_that_does_not_answer_is_no_commit(folder, monkeypatch, tmp_path):
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 9\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("drift.intent.folder.GIT_SECONDS", 0.1)
    assert version_of(folder) == "no commit (git did not answer)"


@pytest.fixture
def plugins(monkeypatch):
    """Stands in for installed plugins."""

    def arrange(*found):
        sources.sources.cache_clear()
        monkeypatch.setattr(sources, "load", lambda _group, _protocol: found)

    yield arrange
    sources.sources.cache_clear()


def test_a_plugin_that_speaks_of_a_device_comes_before_the_folder(ctx, device, plugins, put):
    put("cisco_ios.j2", "folder\n")
    plugins(FakeSource({"r1": Intended(text="plugin\n", provenance="memory")}))
    assert sources.answer(ctx, device).source == "fake"
    assert sources.answer(ctx, make_device(ctx, hostname="r2")).source == "folder"
    assert sources.answer(ctx, make_device(ctx, platform="arista_eos")) is None
    sources.sources()[-1].renderer.close()


def test_two_sources_of_one_name_are_refused(plugins):
    plugins(FakeSource(), FakeSource())
    with pytest.raises(PluginBroken, match="'fake'"):
        sources.sources()
