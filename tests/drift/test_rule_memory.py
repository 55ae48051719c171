"""What a ruleset keeps of blocks never changes what it says."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from drift.rules import Rule, Target, built_in, judge, judging
from drift.rules.judging import Ruleset

BLOCKS = st.sampled_from([
    "hostname a", "ntp server 192.0.2.1", "ntp server 192.0.2.2 key 1", "ip http server", "!", "",
    "snmp-server community x RW", "enable secret 9 x", "no logging on", "logging console critical",
    "line vty 0 4\n transport input ssh\n exec-timeout 0 0", "line vty 5 15\n transport input all",
    "interface e0\n ip address 10.0.0.1 255.0.0.0", "interface e0\n no ip proxy-arp\n!\n mtu 9000",
    "banner motd ^C\nip http server\n^C", "banner login #x#", " transport input ssh",
    "system {\n    services {\n        telnet;\n    }\n}", "set system services telnet",
    "deactivate system services", "[file /etc/ssh/sshd_config]\n PermitRootLogin yes",
])  # fmt: skip
TEXTS = st.lists(BLOCKS, max_size=12).map(lambda blocks: "".join(f"{one}\n" for one in blocks))
PLATFORMS = st.sampled_from(["cisco_ios", "arista_eos", "juniper_junos", "linux"])

KEPT = Ruleset(built_in())
"""One ruleset that sees the texts of all examples, of whatever platform."""


@given(texts=st.lists(TEXTS, min_size=1, max_size=4), platform=PLATFORMS)
@settings(max_examples=150, deadline=None)
def test_a_text_is_judged_as_if_it_were_the_first(texts, platform):
    for text in [*texts, *texts]:
        assert KEPT.judge(text, platform) == Ruleset(built_in()).judge(text, platform)


@given(texts=st.lists(TEXTS, min_size=2, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_full_memory_forgets_and_judges_alike(texts):
    small = Ruleset(built_in())
    fresh = [Ruleset(built_in()).judge(text, "cisco_ios") for text in texts]
    kept, judging.KEPT_BLOCKS = judging.KEPT_BLOCKS, 2
    try:
        assert [small.judge(text, "cisco_ios") for text in texts] == fresh
        assert len(small.said) <= 2
    finally:
        judging.KEPT_BLOCKS = kept


def test_a_block_that_is_known_is_not_looked_at_again(monkeypatch):
    rules = Ruleset(built_in())
    text = "hostname a\nline vty 0 4\n transport input all\n"
    first = rules.judge(text, "cisco_ios")
    monkeypatch.delattr(Ruleset, "_listen")
    assert rules.judge(text, "cisco_ios") == first


def test_devices_of_which_the_same_rules_speak_share_what_is_kept():
    rules = built_in()
    one = judging.ruleset(rules, Target(platform="cisco_ios", site="hq"))
    assert one is judging.ruleset(rules, Target(platform="cisco_ios", site="lab"))
    assert one is not judging.ruleset(rules, Target(platform="linux"))


def test_a_rule_that_changed_is_not_mistaken_for_the_one_before():
    about = {"id": "X", "title": "x", "why": "x", "severity": "minor", "platforms": ("p",)}
    target = Target(platform="p")
    for pattern, passed in [("^a", True), ("^b", False)]:
        rule = Rule(**about, require=(re.compile(pattern),))
        [found] = judge("a\n", (rule,), target=target)
        assert found.passed is passed
