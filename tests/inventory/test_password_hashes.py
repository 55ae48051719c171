"""Hashes of passwords are those that devices make."""

import ctypes
import ctypes.util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.login_lines import login_line
from inventory.password_hashes import ALPHABET, KINDS, SALT, hashed, salt_of

LETTERS = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1)


@pytest.mark.parametrize(("password", "kind", "salt", "shown"), [
    # example hashes of hashcat's documentation, modes 9200 and 9300
    ("hashcat", "cisco_8", "TnGX/fE4KGHOVU",
     "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"),
    ("hashcat", "cisco_9", "2MJBozw/9R3UsU",
     "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"),
    # as `openssl passwd` makes them
    ("Hello world!", "sha256_crypt", "saltstring",
     "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
])  # fmt: skip
def test_a_known_password_has_its_known_hash(password, kind, salt, shown):
    assert hashed(password, kind, salt) == shown


@pytest.mark.skipif(ctypes.util.find_library("crypt") is None, reason="no libcrypt here")
@pytest.mark.parametrize(("kind", "mark"), [("sha256_crypt", "5"), ("sha512_crypt", "6")])
@settings(max_examples=15, deadline=None)
@given(password=LETTERS)
def test_sha_crypt_is_that_of_the_system(kind, mark, password):
    library = ctypes.CDLL(ctypes.util.find_library("crypt"))
    library.crypt.restype = ctypes.c_char_p
    made = library.crypt(password.encode(), f"${mark}$abcdefABCDEF./".encode())
    assert hashed(password, kind, "abcdefABCDEF./") == made.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_another_password_or_salt_has_another_hash(kind):
    made = {hashed(one, kind, salt) for one in ("a", "b") for salt in ("saltsaltsalt..", "x" * 14)}
    assert len(made) == 4


def test_a_salt_follows_from_its_seed():
    salt = salt_of(bytes(range(32)))
    assert (len(salt), set(salt) <= set(ALPHABET), salt) == (SALT, True, ALPHABET[:SALT])


@pytest.mark.parametrize(("platform", "line", "kind"), [
    ("cisco_ios", "username admin privilege 15 secret 9 <secret:0123456789ab>", "cisco_9"),
    ("cisco_ios", "username admin secret 8 <secret:0123456789ab>", "cisco_8"),
    ("arista_eos", "username admin role root secret sha512 <secret:0123456789ab>", "sha512_crypt"),
    ("cisco_nxos", "username admin password 5 <secret:0123456789ab> role network-admin",
     "sha256_crypt"),
])  # fmt: skip
def test_the_line_of_a_user_is_found_with_its_kind(platform, line, kind):
    found = login_line(platform, f"hostname r1\n{line}\nusername other secret 9 x\n", "admin")
    assert (found.text, found.kind) == (line, kind)
    assert found.with_secret("new") == line.replace("<secret:0123456789ab>", "new")


@pytest.mark.parametrize(("platform", "line"), [
    ("cisco_ios", "username admin privilege 15 secret 5 <secret:0123456789ab>"),
    ("cisco_ios", "username administrator secret 9 <secret:0123456789ab>"),
    ("cisco_ios", "username admin password 7 <secret:0123456789ab>"),
    ("frr", "username admin secret 9 <secret:0123456789ab>"),
])  # fmt: skip
def test_a_line_that_trimtab_cannot_make_is_not_found(platform, line):
    assert login_line(platform, f"{line}\n", "admin") is None
