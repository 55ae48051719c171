"""The door's certificate and the authority that signs it."""

from datetime import UTC, datetime

import pytest
from cryptography import x509

from core import certificates
from core.certificates import authority_of, door_context, names
from core.errors import SettingsError
from core.settings import Settings


@pytest.fixture
def here(tmp_path):
    return Settings(home=tmp_path, database_listen_host="127.0.0.2")


def shown(settings):
    door_context(settings)
    return x509.load_pem_x509_certificate((settings.home / "database-server.pem").read_bytes())


def test_keys_are_made_at_first_use_for_the_owner_only(here):
    door_context(here)
    modes = {one.name: one.stat().st_mode & 0o777 for one in here.home.glob("database-*.*")}
    assert (modes["database-ca.key"], modes["database-server.pem"]) == (0o600, 0o600)
    assert "PRIVATE" not in (here.home / "database-ca.pem").read_text()


def test_the_certificate_is_of_the_authority_and_kept(here):
    authority = x509.load_pem_x509_certificate(authority_of(here).encode())
    first = shown(here)
    first.verify_directly_issued_by(authority)
    assert shown(here) == first
    assert authority_of(here) == (here.home / "database-ca.pem").read_text()


def test_other_names_get_another_certificate_of_the_same_authority(here):
    first, before = shown(here), authority_of(here)
    named = here.model_copy(update={"database_names": ("db.example.net", "192.0.2.9")})
    second = shown(named)
    told = second.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one.value) for one in told] == ["db.example.net", "192.0.2.9"]
    assert (second != first, authority_of(named)) == (True, before)


def test_a_certificate_near_its_end_is_made_anew(here, monkeypatch):
    monkeypatch.setattr(certificates, "LASTS", certificates.RENEWED)
    first = shown(here)
    monkeypatch.undo()
    assert shown(here).not_valid_after_utc > first.not_valid_after_utc


def test_one_of_another_authority_is_made_anew(here):
    first = shown(here)
    (here.home / "database-ca.key").unlink()
    second = shown(here)
    assert second.issuer == first.issuer
    second.verify_directly_issued_by(x509.load_pem_x509_certificate(authority_of(here).encode()))


def test_it_is_valid_now(here):
    held = shown(here)
    assert held.not_valid_before_utc < datetime.now(UTC) < held.not_valid_after_utc


@pytest.mark.parametrize(
    ("host", "told", "found"),
    [
        ("192.0.2.9", (), ("192.0.2.9", "here")), ("::", (), ("here",)),
        ("::", ("db.example.net",), ("db.example.net",)),
    ],
)  # fmt: skip
def test_its_names_are_those_told_or_this_hosts(tmp_path, monkeypatch, host, told, found):
    monkeypatch.setattr(certificates.socket, "getfqdn", lambda: "here")
    settings = Settings(home=tmp_path, database_listen_host=host, database_names=told)
    assert names(settings) == found


def test_a_given_certificate_is_used_with_its_authority(here, tmp_path):
    door_context(here)
    pem = here.home / "database-server.pem"
    given = Settings(
        home=tmp_path / "other", database_tls_cert=pem, database_tls_key=pem,
        database_tls_ca=here.home / "database-ca.pem",
    )  # fmt: skip
    door_context(given)
    assert authority_of(given) == authority_of(here)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("one", ["database_tls_cert", "database_tls_key"])
def test_a_certificate_needs_its_key_and_the_other_way_round(here, one):
    with pytest.raises(SettingsError, match="needs both TRIMTAB_DATABASE_TLS_CERT and"):
        door_context(here.model_copy(update={one: here.home / "x"}))


def test_files_that_are_none_are_named_with_their_setting(here, tmp_path):
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    given = {"database_tls_cert": rubbish, "database_tls_key": rubbish}
    with pytest.raises(SettingsError, match="TRIMTAB_DATABASE_TLS_CERT"):
        door_context(here.model_copy(update=given))
    missing = given | {"database_tls_ca": tmp_path / "missing"}
    with pytest.raises(SettingsError, match="TRIMTAB_DATABASE_TLS_CA"):
        authority_of(here.model_copy(update=missing))


def test_a_broken_key_of_our_own_is_told_and_not_replaced(here):
    (here.home / "database-ca.key").write_text("rubbish")
    with pytest.raises(SettingsError, match=r"database-ca\.key"):
        authority_of(here)
    assert (here.home / "database-ca.key").read_text() == "rubbish"
