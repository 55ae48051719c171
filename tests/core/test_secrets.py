"""Secrets by reference: the environment, files, the encrypted store, plugins."""

import os
import threading

import pytest
from sqlalchemy import Text, func, literal_column, select, update

from core import secrets
from core.audit import AuditRecord
from core.errors import InvalidInput
from core.secrets import (
    DatabaseSecrets,
    EnvironmentSecrets,
    FileSecrets,
    Secret,
    SecretUnavailable,
    installation_key,
    read_secret,
    write_secret,
)
from core.settings import Settings
from tests.core.secret_contract import FakeSecrets, SecretSourceContract
from tests.factories import make_unit


@pytest.fixture(autouse=True)
def _unit(ctx):
    make_unit(ctx)
    ctx.commit()


class TestEnvironment(SecretSourceContract):
    @pytest.fixture
    def source(self):
        return EnvironmentSecrets()

    @pytest.fixture
    def kept(self, monkeypatch):
        monkeypatch.setenv("TRIMTAB_TEST_SECRET", "correct horse")
        return "TRIMTAB_TEST_SECRET"

    @pytest.fixture
    def missing(self):
        return "TRIMTAB_TEST_NOT_SET"


class TestFile(SecretSourceContract):
    @pytest.fixture
    def source(self):
        return FileSecrets()

    @pytest.fixture
    def kept(self, tmp_path):
        (tmp_path / "secret").write_text("correct horse\n")
        return str(tmp_path / "secret")

    @pytest.fixture
    def missing(self, tmp_path):
        return str(tmp_path / "none")

    def test_a_file_that_is_no_text_is_refused(self, ctx, source, tmp_path):
        (tmp_path / "binary").write_bytes(b"\xff\xff")
        with pytest.raises(SecretUnavailable, match="binary cannot be read"):
            source.read(ctx, str(tmp_path / "binary"))


class TestDatabase(SecretSourceContract):
    @pytest.fixture
    def source(self):
        return DatabaseSecrets()

    @pytest.fixture
    def kept(self, ctx):
        write_secret(ctx, "core-switch", "correct horse")
        ctx.commit()
        ctx.recorded.clear()
        return "core-switch"

    @pytest.fixture
    def missing(self):
        return "none"


class TestFake(SecretSourceContract):
    @pytest.fixture
    def source(self):
        return FakeSecrets({"kept": "correct horse"})

    @pytest.fixture
    def kept(self):
        return "kept"

    @pytest.fixture
    def missing(self):
        return "none"


@pytest.fixture
def reference(ctx):
    return write_secret(ctx, "core-switch", "correct horse")


def test_a_secret_is_found_by_the_reference_that_writing_it_gave(ctx, reference):
    assert (reference, read_secret(ctx, reference)) == ("db:core-switch", "correct horse")
    assert (ctx.recorded, ctx.authority.asked) == (["secret.written"], [("secret.write", None)])


def test_neither_the_row_nor_the_record_tells_the_value(ctx, reference):
    for table in (Secret, AuditRecord):
        whole = func.to_jsonb(literal_column(table.__tablename__)).cast(Text)
        rows = "".join(ctx.session.scalars(select(whole).select_from(table)))
        assert reference.removeprefix("db:") in rows
        assert "correct horse" not in rows
        assert b"correct horse".hex() not in rows


def test_writing_again_replaces_the_value_and_never_repeats_a_ciphertext(ctx, reference):
    first = ctx.session.get(Secret, "core-switch").ciphertext
    write_secret(ctx, "core-switch", "correct horse")
    assert ctx.session.get(Secret, "core-switch").ciphertext != first
    write_secret(ctx, "core-switch", "battery staple")
    assert read_secret(ctx, reference) == "battery staple"


def test_another_key_does_not_open_a_secret(ctx, reference):
    ctx.settings.key_path.write_bytes(os.urandom(32))
    with pytest.raises(SecretUnavailable, match=r"another key than .* or was altered"):
        read_secret(ctx, reference)


@pytest.mark.parametrize(
    "change",
    [
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: bytes([sealed[0] ^ 1]) + sealed[1:],
        lambda sealed: sealed[:20],
        lambda sealed: sealed[:3],
        lambda _: b"",
    ],
    ids=["last byte", "nonce", "shortened", "hardly a nonce", "empty"],
)
def test_an_altered_ciphertext_is_refused(ctx, reference, change):
    row = ctx.session.get(Secret, "core-switch")
    row.ciphertext = change(row.ciphertext)
    with pytest.raises(SecretUnavailable, match="or was altered"):
        read_secret(ctx, reference)


def test_a_ciphertext_under_another_name_is_refused(ctx, reference):
    ctx.session.execute(update(Secret).values(name="edge-switch"))
    ctx.session.expire_all()
    assert reference == "db:core-switch"
    with pytest.raises(SecretUnavailable, match="edge-switch was encrypted"):
        read_secret(ctx, "db:edge-switch")


@pytest.mark.parametrize("name", ["", " ", "a\0b"])
def test_a_secret_needs_a_name(ctx, name):
    with pytest.raises(InvalidInput, match="name"):
        write_secret(ctx, name, "correct horse")


@pytest.mark.parametrize("unknown", ["plain:secret", "secret", "", ":x"])
def test_an_unknown_kind_of_reference_is_refused(ctx, unknown):
    with pytest.raises(SecretUnavailable, match="no kind of secret reference"):
        read_secret(ctx, unknown)


def test_every_built_in_kind_is_an_installed_plugin(ctx, monkeypatch, tmp_path):
    monkeypatch.setenv("TRIMTAB_TEST_SECRET", "one")
    (tmp_path / "two").write_text("two")
    write_secret(ctx, "three", "three")
    references = ["env:TRIMTAB_TEST_SECRET", f"file:{tmp_path}/two", "db:three"]
    assert [read_secret(ctx, one) for one in references] == ["one", "two", "three"]


def test_the_key_is_made_once_for_its_owner_alone(ctx, reference):
    path = ctx.settings.key_path
    assert (path.stat().st_mode & 0o777, len(path.read_bytes())) == (0o600, 32)
    before = path.read_bytes()
    read_secret(ctx, reference)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]


def test_of_several_makers_of_the_key_one_wins_for_all(tmp_path):
    path = tmp_path / "deep" / "secret.key"
    together = threading.Barrier(8)

    def make():
        together.wait()
        secrets.write_once(path, os.urandom(32))
        seen.append(path.read_bytes())

    seen = []
    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(seen), len(set(seen)), list(path.parent.iterdir())) == (8, 1, [path])


@pytest.mark.parametrize("size", [0, 16, 33])
def test_a_key_file_that_trimtab_did_not_make_is_refused(ctx, size):
    ctx.settings.key_path.write_bytes(b"x" * size)
    with pytest.raises(SecretUnavailable, match=f"holds {size} bytes, not 32"):
        write_secret(ctx, "core-switch", "correct horse")
    assert ctx.recorded == []


def test_a_key_that_cannot_be_kept_is_refused(ctx, tmp_path):
    (tmp_path / "file").touch()
    ctx.settings = Settings(home=tmp_path, secret_key_file=tmp_path / "file" / "key")
    with pytest.raises(SecretUnavailable, match=r"key file .* cannot be used"):
        write_secret(ctx, "core-switch", "correct horse")


def test_each_purpose_has_a_key_of_its_own_that_stays_the_same(ctx):
    one, again, other = (installation_key(ctx, name) for name in ("a", "a", "b"))
    assert (one == again, one == other, len(one)) == (True, False, 32)
    assert one != ctx.settings.key_path.read_bytes()
