"""Smaller facts about the engine: refusals, ways of writing, previews, files of servers."""

import pytest

import drift
from drift.engine.apply import applied
from drift.engine.model import Node
from drift.engine.sections import file_of
from drift.engine.sidebyside import rows
from drift.platforms import UnknownPlatform


def judged(running, intended, platform="cisco_ios"):
    return drift.assess(running, intended, platform=platform)


def refused(found):
    return [(one.path, one.reason) for one in found.refusals]


CERTIFICATE = "crypto pki certificate chain T\n certificate 01\n  {}\n  \tquit\n"
NO_CERTIFICATE = "certificates and keys are not put back by configuration lines"
UNKNOWN = "a redacted secret is not known in clear and cannot be written"


def test_a_platform_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(UnknownPlatform, match="knows arista_eos"):
        judged("a\n", "b\n", platform="toaster")


def test_another_certificate_is_seen_and_refused():
    found = judged(CERTIFICATE.format("AA"), CERTIFICATE.format("BB"))
    assert [one.side for one in found.differences] == ["extra", "missing"]
    assert found.remediation == ()
    assert refused(found) == [(("crypto pki certificate chain T",), NO_CERTIFICATE)]


def test_a_banner_with_a_redacted_secret_is_refused():
    found = judged("banner motd ^C<secret:1>^C\n", "banner motd ^Cb^C\n")
    assert refused(found) == [(("banner motd",), UNKNOWN)]
    assert found.remediation == ()


def test_a_macro_below_a_section_with_a_redacted_secret_is_refused():
    shown = "macro name M\n{}\n@\n"
    found = judged(shown.format("<secret:1>"), shown.format("b"))
    assert refused(found) == [(("macro name M",), UNKNOWN)]


def test_a_list_with_an_entry_that_cannot_be_written_is_left_as_it_is():
    running = "policy-map P\n class A\n class B\n"
    found = judged(running, "policy-map P\n class A\n class <secret:1>\n")
    assert found.remediation == ()
    assert refused(found) == [(("policy-map P", "class <secret:1>"), UNKNOWN)]


def test_a_line_that_only_negates_is_not_taken_away_by_a_guess():
    found = judged("no ip http server\nhostname a\n", "hostname a\n")
    assert found.remediation == ()
    assert refused(found)[0][0] == ("no ip http server",)


def test_of_two_numbered_lists_only_the_one_that_differs_is_written_anew():
    other = "access-list 11 permit 1.1.1.1\n"
    found = judged(f"access-list 10 permit 1.1.1.1\n{other}", f"access-list 10 deny any\n{other}")
    assert found.remediation == ("no access-list 10", "access-list 10 deny any")


def test_a_line_that_begins_like_a_numbered_list_is_a_line():
    found = judged("access-list compiled\naccess-list 10 permit any\n", "hostname a\n")
    assert found.remediation == ("hostname a", "no access-list compiled", "no access-list 10")


def test_a_container_of_junos_that_gets_content_is_not_deleted():
    found = judged("set system syslog\n", "set system syslog host x\n", platform="juniper_junos")
    assert found.remediation == ("set system syslog host x",)


@pytest.mark.parametrize(
    "intended", ["set  system mtu 9\n", " set system mtu 9\n", "set\tsystem mtu 9\n"]
)
def test_spaces_between_the_words_of_junos_delete_nothing(intended):
    shown = "set system mtu 9\n"
    rest = "".join(f"set interfaces x{n} mtu 9\n" for n in range(60))
    assert judged(shown, intended, platform="juniper_junos").in_sync
    assert judged(
        f"{shown}set system services ssh port 2\n", intended, platform="juniper_junos"
    ).remediation == ("delete system services ssh",)
    assert len(judged(f"{shown}{rest}", intended, platform="juniper_junos").remediation) == 60


def test_terms_that_junos_does_not_order_may_stand_anywhere():
    a, b = "set snmp term A x\n", "set snmp term B x\n"
    assert judged(a + b, b + a, platform="juniper_junos").in_sync


def test_the_same_drift_has_the_same_fingerprint_wherever_it_stands():
    first = judged("hostname a\nntp server 1.1.1.1\n", "hostname a\n").differences
    second = judged("!\n!\nntp server 1.1.1.1\nhostname a\n", "hostname a\n").differences
    other = judged("hostname a\nntp server 2.2.2.2\n", "hostname a\n").differences
    assert drift.fingerprint(first) == drift.fingerprint(second)
    assert drift.fingerprint(first) != drift.fingerprint(other)


def test_the_content_of_a_value_is_its_text():
    node = Node(line="banner motd", number=1, children=[], block=("a", "b"), below=[])
    assert node.content == ("a", "b")


NORMAL = {
    "cisco_ios": (
        "version 15.2\n!\ninterface Gi1\n no shutdown\n mtu 9000\r\nbanner motd ^C\n x\n^C\n",
        "interface Gi1\n mtu 9000\nbanner motd ^C\n x\n^C\n",
    ),
    "cisco_nxos": (
        "ip access-list A\n  20 deny ip any any\n  10 permit ip any any\n",
        "ip access-list A\n  20 deny ip any any\n  10 permit ip any any\n",
    ),
    "juniper_junos": ("set a b  \n\nset c\n", "set a b\nset c\n"),
}


@pytest.mark.parametrize("platform", NORMAL)
def test_a_normalised_text_lacks_what_comes_and_goes_by_itself(platform):
    text, normal = NORMAL[platform]
    assert drift.normalise(text, platform=platform) == normal
    assert drift.assess(text, normal, platform=platform).in_sync


PREVIEWS = {
    "a value replaces": ("hostname a\n", ("hostname b",), "hostname b\n"),
    "a line comes": ("hostname a\n", ("ntp server 1.1.1.1",), "hostname a\nntp server 1.1.1.1\n"),
    "a line goes": ("ntp server 1.1.1.1\nhostname a\n", ("no ntp server 1.1.1.1",), "hostname a\n"),
    "a line takes its own negation away": (
        "interface Gi1\n no ip redirects\n mtu 9000\n",
        ("interface Gi1", " ip redirects"),
        "interface Gi1\n mtu 9000\n",
    ),
    "within a section": (
        "interface Gi1\n mtu 9000\n",
        ("interface Gi1", " no mtu", " description x"),
        "interface Gi1\n description x\n",
    ),
    "a section with content": (
        "hostname a\n",
        ("interface Gi1", " description x"),
        "hostname a\ninterface Gi1\n description x\n",
    ),
    "a banner": (
        "banner motd ^Ca^C\n",
        ("banner motd ^C", " b", "^C"),
        "banner motd ^C\n b\n^C\n",
    ),
}


@pytest.mark.parametrize("name", PREVIEWS)
def test_a_preview_shows_what_the_lines_would_do(name):
    text, lines, shown = PREVIEWS[name]
    assert applied(text, lines, platform="cisco_ios") == shown


SERVER = "[file /etc/motd]\n hello\n\n world\n[packages]\n b 1\n a 1\n"


def test_a_file_is_read_out_of_a_servers_text():
    assert file_of(SERVER, "[file /etc/motd]") == "hello\n\nworld\n"
    assert file_of(SERVER, "[file /etc/hosts]") is None


def test_the_order_of_a_files_lines_counts_and_that_of_packages_does_not():
    packages = SERVER.replace(" b 1\n a 1\n", " a 1\n b 1\n")
    lines = SERVER.replace(" hello\n\n world\n", " world\n hello\n")
    assert judged(SERVER, packages, platform="linux").in_sync
    found = judged(SERVER, lines, platform="linux")
    assert {one.path for one in found.differences} == {("[file /etc/motd]",)}
    assert found.remediation == ()


def kinds(running, intended, **options):
    return [(row.kind, row.left, row.right) for row in rows(running, intended, **options)]


def test_two_texts_stand_side_by_side_with_what_differs():
    assert kinds("a\nx\nc\n", "a\nb\nc\n") == [
        ("equal", "a", "a"), ("changed", "b", "x"), ("equal", "c", "c"),
    ]  # fmt: skip
    assert kinds("a\nc\nd\n", "a\nb\nc\n") == [
        ("equal", "a", "a"), ("missing", "b", ""), ("equal", "c", "c"), ("extra", "", "d"),
    ]  # fmt: skip


def test_equal_lines_far_from_a_difference_are_folded_with_their_section():
    many = "".join(f" line {n}\n" for n in range(10))
    text = f"interface Gi1\n{many}"
    found = rows(f"{text}hostname a\n", f"hostname b\n{text}", context=1)
    assert [row.kind for row in found] == ["missing", "equal", "fold", "equal", "extra"]
    assert (found[2].left, found[2].section) == ("9 equal lines", "interface Gi1")


def test_equal_texts_are_one_fold():
    assert kinds("a\nb\n", "a\nb\n") == [("fold", "2 equal lines", "")]


def test_a_fold_before_a_line_of_the_top_has_no_section():
    text = "".join(f"line {n}\n" for n in range(9))
    found = rows(f"{text}a\n", f"{text}b\n", context=1)
    assert [(row.kind, row.section) for row in found] == [
        ("fold", ""), ("equal", ""), ("changed", ""),
    ]  # fmt: skip


def test_a_fold_before_a_line_that_only_runs_names_no_section():
    text = "".join(f"line {n}\n" for n in range(9))
    found = rows(f"{text}a\n", text, context=0)
    assert [(row.kind, row.section) for row in found] == [("fold", ""), ("extra", "")]
