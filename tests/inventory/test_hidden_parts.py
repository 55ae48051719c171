"""What marks hide is found again, and the commitment to it binds every character."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.hidden_parts import committed, hidden_parts, leaf, salt
from inventory.platforms import platform_of
from inventory.redaction import MARK, mark, redact

MARKS, SALTS, DIGEST = b"m" * 32, b"s" * 32, b"d" * 32
SHOWN = (
    "hostname r1\nsnmp-server community s3cret RO\nusername bob privilege 15 secret 9 $9$abc\n"
    "ntp server 10.1.1.1\nsnmp-server community s3cret RW\nend\n"
)


def hidden(original):
    redacted = redact(original, platform="cisco_ios", key=MARKS)
    return hidden_parts(original, redacted, key=MARKS)


def commitment(redacted, secrets):
    return committed(redacted, secrets, digest=DIGEST, key=SALTS).commitment


def test_each_mark_hides_the_secret_that_stood_there():
    assert hidden(SHOWN) == ("s3cret", "$9$abc", "s3cret")


def test_a_text_without_secrets_hides_nothing_and_is_committed_to():
    assert hidden("hostname r1\nend\n") == ()
    plain = hashlib.sha256(b"\x00hostname r1\nend\n").digest()
    told = hashlib.sha256(b"trimtab redaction/1\n" + plain).digest()
    assert commitment("hostname r1\nend\n", ()) == told


def test_the_commitment_is_computed_from_plain_parts_and_leaves_alone():
    redacted = f"community {mark('s3cret', MARKS)} RO\n"
    made = committed(redacted, ["s3cret"], digest=DIGEST, key=SALTS)
    salted = salt(SALTS, digest=DIGEST, number=1, secret="s3cret")
    assert made.secrets == (hashlib.sha256(b"\x01" + salted + b"s3cret").digest(),)
    leaves = (
        hashlib.sha256(b"\x00community ").digest(), made.secrets[0],
        hashlib.sha256(b"\x00 RO\n").digest(),
    )  # fmt: skip
    assert made.commitment == hashlib.sha256(b"trimtab redaction/1\n" + b"".join(leaves)).digest()


def test_a_mark_that_the_device_itself_shows_hides_nothing_but_itself():
    shown = SHOWN.replace("ntp server", "! <secret:0123456789ab>\nntp server")
    assert hidden(shown) == ("s3cret", "$9$abc", "<secret:0123456789ab>", "s3cret")


def test_a_secret_that_is_written_like_a_mark_is_that_mark():
    assert hidden(SHOWN.replace("$9$abc", "<secret:0123456789ab>"))[1] == "<secret:0123456789ab>"


def test_a_secret_that_holds_what_comes_after_it_is_found_whole():
    secret, after = "a b", " b\n"
    redacted = f"x {mark(secret, MARKS)}{after}y {mark('z', MARKS)}\n"
    assert hidden_parts(f"x a b{after}y z\n", redacted, key=MARKS) == ("a b", "z")


def test_two_marks_in_a_row_hide_two_parts():
    redacted = f"x {mark('ab', MARKS)}{mark('cd', MARKS)}\n"
    assert hidden_parts("x abcd\n", redacted, key=MARKS) == ("ab", "cd")


@pytest.mark.parametrize(
    ("original", "redacted"),
    [
        ("hostname r1\n", "hostname r2\n"),
        ("community s RW\n", "community <secret:0123456789ab> RO\n"),
        ("x\n", "x<secret:0123456789ab>x\n"),
        ("a s b t d\n", "a <secret:0123456789ab> c <secret:0123456789ab> d\n"),
    ],
)
def test_texts_that_do_not_fit_hide_nothing_that_is_known(original, redacted):
    assert hidden_parts(original, redacted, key=MARKS) is None


def test_the_salt_of_a_secret_tells_nothing_of_another_with_the_same_mark():
    salts = {salt(SALTS, digest=DIGEST, number=1, secret=one) for one in ("a", "b")}
    assert len(salts) == 2


def test_two_equal_secrets_of_a_text_have_two_leaves():
    redacted = redact(SHOWN, platform="cisco_ios", key=MARKS)
    made = committed(redacted, hidden(SHOWN), digest=DIGEST, key=SALTS)
    assert len(set(made.secrets)) == 3


WORDS = st.sampled_from([
    "snmp-server community {} RO", "username a secret 5 {}", "tacacs-server key 7 {}",
    "hostname {}", "ntp server {}", " neighbor 10.1.1.1 password 7 {}", "!",
    "snmp-server community", "{}",
])  # fmt: skip
VALUES = st.one_of(
    st.text(alphabet="abc$ <>:\x1b", max_size=12), st.just("<secret:0123456789ab>"),
    st.just("<secret:0123456789ab"),
)  # fmt: skip
TEXTS = st.lists(st.builds(str.format, WORDS, VALUES), max_size=12)


@given(TEXTS)
def test_plain_parts_with_the_hidden_ones_between_them_are_the_original(lines):
    original = "".join(f"{one}\n" for one in lines)
    redacted = redact(original, platform=platform_of("cisco_ios").name, key=MARKS)
    found = hidden_parts(original, redacted, key=MARKS)
    if found is None:  # only where a line was read without its escapes
        assert "\x1b" in original
        return
    plain = MARK.split(redacted)
    whole = plain[0] + "".join(one + part for one, part in zip(found, plain[1:], strict=True))
    assert whole == original


@given(TEXTS, st.data())
def test_a_plain_character_that_is_changed_changes_the_commitment(lines, data):
    original = "".join(f"{one}\n" for one in lines) + "end\n"
    redacted = redact(original, platform="cisco_ios", key=MARKS)
    found = hidden_parts(original, redacted, key=MARKS)
    at = data.draw(st.integers(0, len(redacted) - 1))
    other = redacted[:at] + chr(ord(redacted[at]) ^ 1) + redacted[at + 1 :]
    if (
        found is None
        or len(MARK.findall(other)) != len(found)
        or MARK.split(other) == MARK.split(redacted)
    ):  # a character within a mark: the digest tells
        return
    assert commitment(other, found) != commitment(redacted, found)


def test_a_leaf_binds_the_secret():
    assert leaf(b"1" * 32, "a") != leaf(b"1" * 32, "b")
