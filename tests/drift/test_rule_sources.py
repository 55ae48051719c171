"""Which rules are in force: ours, those of plugins, those of the installation's packs."""

import os
import re

import pytest

from core import plugins
from core.plugins import PluginBroken
from core.settings import Settings, load_settings
from drift import compliance
from drift.rules import Rule, RulePackBroken, Target, built_in, in_force, judge
from drift.rules import sources as sources_module
from tests.drift.rule_pack_contract import FakeRules, RulePackContract

RULE = Rule(
    id="HOUSE-1", title="t", why="w", severity="minor", platforms=("frr",),
    forbid=(re.compile("^a"),),
)  # fmt: skip
PACK = "- {id: OWN-1, title: t, why: w, severity: minor, platforms: [frr], forbid: ['^a']}\n"


class TestAFakePack(RulePackContract):
    @pytest.fixture
    def pack(self):
        return FakeRules((RULE,))


class TestAnEmptyPack(RulePackContract):
    @pytest.fixture
    def pack(self):
        return FakeRules()


@pytest.fixture
def plugged(monkeypatch):
    def put(*packs):
        monkeypatch.setattr(sources_module, "load", lambda _group, _protocol: packs)

    return put


def own(found):
    return [rule.id for rule in found if rule not in built_in()]


def test_a_plugins_rules_stand_behind_ours(plugged):
    plugged(FakeRules((RULE,)))
    assert in_force(()).whole() == (*built_in(), RULE)


def test_packs_come_from_files_and_folders(tmp_path):
    (tmp_path / "b.yaml").write_text(PACK.replace("OWN-1", "OWN-2"))
    (tmp_path / "a.yml").write_text(PACK)
    (tmp_path / "notes.txt").write_text("no pack")
    assert own(in_force((tmp_path,)).whole()) == ["OWN-1", "OWN-2"]
    assert own(in_force((tmp_path / "b.yaml",)).whole()) == ["OWN-2"]


def test_a_pack_that_changed_is_read_again(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(PACK)
    assert own(in_force((file,)).whole()) == ["OWN-1"]
    file.write_text(PACK.replace("OWN-1", "OWN-2"))
    os.utime(file, ns=(1, 1))
    assert own(in_force((file,)).whole()) == ["OWN-2"]


def test_a_pack_that_did_not_change_is_read_once(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(PACK)
    assert in_force((file,)).rules[-1] is in_force((file,)).rules[-1]


@pytest.mark.parametrize("text", ["- [", PACK.replace("OWN-1", built_in()[0].id), PACK + PACK])
def test_a_pack_that_cannot_be_read_takes_nothing_from_the_others(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(PACK)
    found = in_force((tmp_path,))
    assert own(found.rules) == ["OWN-1"]
    with pytest.raises(RulePackBroken, match=r"a\.yaml"):
        found.whole()


def test_of_two_packs_with_one_id_the_later_is_named(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(PACK)
    with pytest.raises(RulePackBroken, match=r"b\.yaml has a rule OWN-1 that exists already"):
        in_force((tmp_path,)).whole()


def test_a_pack_that_is_gone_is_named(tmp_path):
    with pytest.raises(RulePackBroken, match=r"gone\.yaml cannot be read"):
        in_force((tmp_path / "gone.yaml",)).whole()


class Failing:
    def rules(self):
        raise OSError("the wiki is down")


@pytest.mark.parametrize(
    ("pack", "reason"),
    [
        (Failing(), "Failing of trimtab.rules gives no rules: the wiki is down"),
        (FakeRules(("rule",)), "FakeRules of trimtab.rules gives something else than rules"),
    ],
)
def test_a_plugin_that_gives_no_rules_is_named(plugged, pack, reason):
    plugged(pack, FakeRules((RULE,)))
    found = in_force(())
    assert own(found.rules) == ["HOUSE-1"]
    with pytest.raises(PluginBroken, match=reason):
        found.whole()


def test_a_plugin_that_cannot_be_loaded_costs_its_rules_only(tmp_path, monkeypatch):
    about = tmp_path / "house-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: house\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[trimtab.rules]\nhouse = house_rules:Rules\n")
    (tmp_path / "own.yaml").write_text(PACK)
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins._instances.cache_clear()
    found = in_force((tmp_path / "own.yaml",))
    plugins._instances.cache_clear()
    assert own(found.rules) == ["OWN-1"]
    assert "house of trimtab.rules, from house" in found.broken[0].message


def test_while_a_pack_cannot_be_read_every_device_breaks_a_rule_that_says_so(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text("- {id: OWN-1}\n")
    rules = compliance.rules(Settings(home=tmp_path, rule_packs=(file,)))
    [*others, found] = judge("hostname a\n", rules, target=Target(platform="cisco_ios"))
    assert (found.rule.id, found.rule.severity, found.passed) == ("TT-PACKS", "major", False)
    assert f"The rule pack {file} is wrong at rule 1" in found.detail
    assert len(others) == len([rule for rule in built_in() if "cisco_ios" in rule.platforms])


def test_when_every_pack_is_read_no_rule_says_so(tmp_path):
    (tmp_path / "own.yaml").write_text(PACK)
    rules = compliance.rules(Settings(home=tmp_path, rule_packs=(tmp_path,)))
    assert own(rules) == ["OWN-1"]


@pytest.mark.parametrize("packs", ["/etc/a.yaml /srv/rules", '["/etc/a.yaml", "/srv/rules"]'])
def test_the_setting_takes_words_and_a_list(monkeypatch, tmp_path, packs):
    if packs.startswith("["):
        file = tmp_path / "trimtab.toml"
        file.write_text(f"rule_packs = {packs}\n")
        monkeypatch.setenv("TRIMTAB_CONFIG", str(file))
    else:
        monkeypatch.setenv("TRIMTAB_RULE_PACKS", packs)
    assert [str(path) for path in load_settings().rule_packs] == ["/etc/a.yaml", "/srv/rules"]
