"""No secret is stored; a changed secret is still a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.cleaning import clean
from inventory.platforms import platform_of
from inventory.redaction import MARK, mark, redact

KEY = b"k" * 32
SECRET = "S3cr3tValue"
LINES = {
    "cisco_ios": [
        "enable secret 9 @", "enable password level 15 7 @", "username bob secret 5 @",
        "username bob privilege 15 password 0 @", "snmp-server community @ RO 10",
        "no snmp-server community @",
        "snmp-server host 10.1.1.1 version 2c @", "snmp-server host 10.1.1.1 @",
        "snmp-server user bob grp v3 auth sha @ priv aes 128 @", "tacacs-server key 7 @",
        "radius-server host 10.1.1.1 auth-port 1 key @", " key 7 @", " key @", "  key-string 7 @",
        " neighbor 10.1.1.1 password 7 @", " ip ospf message-digest-key 1 md5 7 @",
        " ip ospf authentication-key @", "crypto isakmp key @ address 10.1.1.1",
        "ntp authentication-key 1 md5 @ 7", " password 7 @",
        " standby 1 authentication md5 key-string @",
        " pre-shared-key local @", " ppp chap password 0 @", " wpa-psk ascii 0 @",
    ],
    "arista_eos": [
        "enable secret sha512 @", "username bob privilege 15 role x secret sha512 @",
        "snmp-server community @ ro", "tacacs-server host 10.1.1.1 key 7 @",
        "   neighbor 10.1.1.1 password 7 @", "   ip ospf message-digest-key 1 sha256 7 @",
        "ntp authentication-key 1 md5 7 @", "snmp-server user bob grp v3 auth sha @ priv aes @",
        "   shared-key 7 @",
    ],
    "frr": [
        "password @", "enable password 8 @", " neighbor 10.1.1.1 password @",
        " ip ospf message-digest-key 1 md5 @", " ip ospf authentication-key @", " key-string @",
        " isis password md5 @",
    ],
    "juniper_junos": [
        '    encrypted-password "@"; ## SECRET-DATA', "    community @ {",
        '    authentication-key "@";', '    pre-shared-key ascii-text "@"; ## SECRET-DATA',
    ],
    "linux": [
        " bob:$6$@:19000:0:99999:7:::", " password = @", " api_key: '@'", " DB_PASSWORD=@",
        " rocommunity @ 10.0.0.0/8", " url=postgres://bob:@@db/x", " requirepass_token @",
    ],
    "huawei": [" password cipher @", "snmp-agent community read cipher @", " shared-secret @"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "line"), [(name, line) for name, lines in LINES.items() for line in lines]
)
def test_the_secret_in_this_line_is_replaced_by_its_mark(platform, line):
    secret = f"$6${SECRET}" if "$6$@" in line else SECRET
    written = line.replace("$6$@", secret) if "$6$@" in line else line.replace("@", secret, 2)
    if line.endswith("@@db/x"):
        written = f" url=postgres://bob:{SECRET}@db/x"
    if platform == "linux":
        written = f"[file /etc/x]\n{written}"
    redacted = redact(written, platform=platform, key=KEY)
    assert SECRET not in redacted
    assert mark(secret, KEY) in redacted


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("cisco_ios", "key chain OSPF"), ("cisco_ios", " key 1"),
        ("cisco_ios", "service password-encryption"), ("cisco_ios", "snmp-server location here"),
        ("cisco_ios", "snmp-server host 10.1.1.1 traps version 3 auth priv"),
        ("cisco_ios", "aaa authentication login default local"),
        ("arista_eos", "aaa authorization exec default local"), ("frr", "key chain A"),
        ("frr", " key 1"), ("juniper_junos", "    host-name r1;"),
        ("linux", "[file /a]\n PermitRootLogin no"),
        ("linux", "[file /a]\n PasswordAuthentication no"), ("linux", "[packages]\n passwd 1:4.13"),
    ],
)  # fmt: skip
def test_a_line_without_a_secret_stays_as_it_is(platform, line):
    assert redact(line, platform=platform, key=KEY) == line


def test_a_private_key_in_a_file_is_replaced():
    text = (
        " -----BEGIN OPENSSH PRIVATE KEY-----\n b3BlbnNzaC1rZXk\n -----END OPENSSH PRIVATE KEY-----"
    )
    redacted = redact(text, platform="linux", key=KEY)
    assert "b3BlbnNz" not in redacted
    assert redacted.startswith(" -----BEGIN OPENSSH PRIVATE KEY-----<secret:")


@given(st.text(st.characters(codec="ascii", exclude_categories=("C", "Z")), min_size=1))
def test_a_marked_secret_is_neither_marked_again_nor_readable(secret):
    once = redact(f"enable secret 9 {secret}", platform="cisco_ios", key=KEY)
    assert redact(once, platform="cisco_ios", key=KEY) == once
    assert MARK.search(once)


def test_another_secret_or_another_installation_gives_another_mark():
    assert len({mark("a", KEY), mark("b", KEY), mark("a", b"other" * 8)}) == 3


def test_volatile_lines_and_foreign_line_ends_are_taken_away():
    shown = (
        "\r\nBuilding configuration...\r\n\r\nCurrent configuration : 100 bytes\r\n!\r\n"
        "! Last configuration change at 10:00:00 UTC Mon Nov 23 2026 by bob\r\n"
        "hostname r1\r\nntp clock-period 17180000\r\n  indented  \r\nend\r\n\r\n"
    )
    assert clean(shown, platform_of("cisco_ios")) == "!\nhostname r1\n  indented  \nend\n"


def test_nothing_cleaned_stays_nothing():
    assert clean("\n\n", platform_of("frr")) == ""
