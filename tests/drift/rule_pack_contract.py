"""What every plugin with rules must do, and a double that does it: for ours and for plugins."""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.rules import Rule, RulePack, Target, built_in, judge
from drift.rules.sanity import remarks


class RulePackContract:
    """Subclass it and give the fixture `pack`."""

    def test_it_is_a_pack_of_rules(self, pack):
        assert isinstance(pack, RulePack)
        assert all(isinstance(rule, Rule) for rule in pack.rules())

    def test_it_gives_the_same_rules_each_time(self, pack):
        assert tuple(pack.rules()) == tuple(pack.rules())

    def test_no_other_rule_has_an_id_of_its(self, pack):
        ids = [rule.id for rule in (*built_in(), *pack.rules())]
        assert len(set(ids)) == len(ids)

    def test_each_rule_can_do_what_it_says(self, pack):
        wrong = [one for one in remarks(pack.rules(), built_in()) if one.gravity == "wrong"]
        assert wrong == []

    def test_each_rule_judges_an_empty_text(self, pack):
        for rule in pack.rules():
            for platform in rule.platforms:
                target = Target(
                    platform=platform, role="".join(rule.roles[:1]), site="".join(rule.sites[:1]),
                    tags=frozenset(rule.tags),
                )  # fmt: skip
                assert [one.rule for one in judge("", (rule,), target=target)] == [rule]


@dataclass(frozen=True)
class FakeRules:
    """Gives what it was given, with the manners of a real pack."""

    given: tuple[Rule, ...] = ()

    def rules(self) -> Sequence[Rule]:
        return self.given
