"""Texts as rules see them: values over lines, blanks, comments, first words, Junos."""

import pytest

from tests.drift.test_rules import verdict


@pytest.mark.parametrize(
    ("platform", "banner"),
    [
        ("cisco_ios", "banner motd ^C\nip http server\n^C\n"),
        ("cisco_ios", "banner motd #\nip http server\n ip http server#\n"),
        ("arista_eos", "banner motd\nip http server\nEOF\n"),
        ("cisco_ios", "crypto pki certificate chain T\n certificate 01\n  ip http server\nquit\n"),
    ],
)
def test_a_line_of_a_multi_line_value_is_no_configuration(platform, banner):
    asked = {"platforms": [platform], "forbid": [r"^\s*ip http server"]}
    assert verdict(banner, platform, **asked) == ""
    assert verdict(f"{banner}ip http server\n", platform, **asked) == "forbidden: ip http server"


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n", "\t\n"])
def test_blanks_and_carriage_returns_at_line_ends_hide_nothing(end):
    text = f"hostname a{end}ip http server{end}line vty 0 4{end} transport input telnet{end}"
    assert verdict(text, forbid=["^ip http server$"]) == "forbidden: ip http server"
    asked = {"within": "^line vty 0 4$", "forbid": ["^ transport input telnet$"]}
    assert verdict(text, **asked) == "forbidden in line vty 0 4: transport input telnet"


@pytest.mark.parametrize("platform", ["cisco_ios", "juniper_junos", "linux"])
@pytest.mark.parametrize("control", ["\x00", "\x01", "\x07", "\x1b"])
def test_what_is_no_text_stops_no_judgement(platform, control):
    text = f"set a\nset b{control}\nset c\n"
    asked = {"platforms": [platform], "require": ["^set a$", "^set c$", "^set d$"]}
    assert verdict(text, platform, **asked) == "missing: ^set d$"


def test_a_comment_between_indented_lines_ends_no_section():
    text = "line vty 0 4\n login\n!\n\n transport input ssh\n"
    assert verdict(text, within="^line vty ", require=["^ +transport input ssh$"]) == ""


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("^no logging console$|^logging console critical$", True),
        ("^(logging|no logging) console critical$", True),
        ("(?i)^LOGGING console", True),
        ("^logging ?console", True),
        (r"^logging\ console", True),
        ("console critical", True),
        (r"^logging [|] console|^other", False),
        ("^logging con$", False),
        ("^logging console crit$", False),
    ],
)
def test_patterns_find_their_lines_however_they_are_written(pattern, found):
    detail = "" if found else f"missing: {pattern}"
    assert verdict("hostname a\nlogging console critical\n", require=[pattern]) == detail


def test_brackets_of_sections_are_found():
    asked = {"platforms": ["linux"], "within": r"^\[sysctl\]$", "absent": "fails",
             "require": ["^ a = 1$"]}  # fmt: skip
    assert verdict("[packages]\n a = 1\n[sysctl]\n b = 1\n", "linux", **asked) == (
        "missing in [sysctl]: ^ a = 1$"
    )


JUNOS = """\
version 22.4R1;
apply-groups common;
inactive: apply-groups old;
/* kept by hand */
system {
    services {
        ssh {
            root-login deny;
        }
        inactive: telnet;
    }
    inactive: ntp {
        server 192.0.2.1;
    }
}
"""


@pytest.mark.parametrize(
    ("pattern", "stands"),
    [
        ("^set system services ssh root-login deny$", True),
        ("^set apply-groups common$", True),
        ("^set apply-groups old$", False),
        ("^set system services telnet$", False),
        ("^set system ntp ", False),
        ("}", False),
    ],
)
def test_junos_is_judged_as_the_statements_that_are_active(pattern, stands):
    found = verdict(JUNOS, "juniper_junos", platforms=["juniper_junos"], require=[pattern])
    assert (found == "") is stands
