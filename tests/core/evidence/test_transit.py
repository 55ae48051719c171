"""The log's key in Vault's transit engine: made, rotated, moved; with Vault away, sealing waits."""

import pytest
from sqlalchemy import text

from core.audit import AuditRecord
from core.errors import InvalidInput
from core.evidence import transit
from core.evidence.errors import LogKeyUnavailable
from core.evidence.keys import chain, ensure_key, key_file, last_head, rotate_key, signer_of
from core.evidence.models import Head
from core.evidence.sealing import seal
from core.evidence.statements import key_id_of
from core.records import inspect
from core.settings import Settings
from tests.core.evidence.rows import grow, write
from tests.core.evidence.transit_engine import HeldKey, transit_engine
from tests.factories import make_unit


@pytest.fixture
def vault(monkeypatch):
    with transit_engine() as server:
        monkeypatch.setenv("VAULT_ADDR", server.url)
        monkeypatch.setenv("VAULT_TOKEN", "root")
        yield server


@pytest.fixture
def log(ctx, tmp_path, vault):  # noqa: ARG001 - Vault is there before it is asked
    make_unit(ctx)
    ctx.settings = Settings(
        home=tmp_path, audit_key_vault="transit/trimtab", audit_key_vault_seconds=2
    )
    return ctx


@pytest.fixture
def filed(log):
    """A log whose key lies in a file."""
    log.settings = log.settings.model_copy(update={"audit_key_vault": None})
    grow(log, 1)
    return log


def in_vault(log):
    log.settings = log.settings.model_copy(update={"audit_key_vault": "transit/trimtab"})


def public_key(vault, version):
    return vault.keys["trimtab"].versions[version - 1].public_key().public_bytes_raw()


def rotations(log):
    rows = log.session.query(AuditRecord).where(AuditRecord.action == "audit.key_rotated")
    return [row.facts["place"] for row in rows.order_by(AuditRecord.id)]


def test_the_first_key_is_made_in_vault_and_no_file_is(log, vault):
    grow(log, 2)
    [key] = chain(log.session)
    assert key.id == key_id_of(public_key(vault, 1))
    assert (vault.keys["trimtab"].exportable, key_file(log.settings).exists()) == (False, False)
    assert inspect(log).ok


def test_a_key_that_is_there_is_taken(log, vault):
    vault.keys["trimtab"] = HeldKey()
    assert ensure_key(log).public_key == public_key(vault, 1)
    assert vault.asked == ["GET /v1/transit/keys/trimtab", "POST /v1/transit/sign/trimtab"]


def test_a_seal_asks_vault_for_its_signature_alone(log, vault):
    grow(log, 1)
    vault.asked.clear()
    grow(log, 1)
    assert vault.asked == ["POST /v1/transit/sign/trimtab"]


def test_a_rotation_makes_a_version_that_both_sign(log, vault):
    grow(log, 1)
    key = rotate_key(log, reason="due")
    grow(log, 1)
    assert key.id == key_id_of(public_key(vault, 2))
    assert [head.key_id for head in log.session.query(Head).order_by(Head.size)] == [
        one.id for one in chain(log.session)
    ]
    assert (rotations(log), inspect(log).ok) == (["vault:transit/trimtab"], True)


def test_a_version_that_somebody_made_in_vault_signs_nothing_by_itself(log, vault):
    grow(log, 1)
    vault.keys["trimtab"].versions.append(HeldKey().versions[0])
    grow(log, 1)
    assert last_head(log.session).key_id == key_id_of(public_key(vault, 1))
    assert inspect(log).ok


def test_a_rotation_that_was_taken_back_is_done_with_the_same_version(log, vault):
    grow(log, 1)
    savepoint = log.session.begin_nested()
    rotate_key(log, reason="not really")
    savepoint.rollback()
    grow(log, 1)
    assert last_head(log.session).key_id == key_id_of(public_key(vault, 1))
    rotate_key(log, reason="now")
    grow(log, 1)
    assert (len(vault.keys["trimtab"].versions), inspect(log).ok) == (2, True)


def test_a_key_moves_from_the_file_to_vault_by_a_rotation(filed, vault):
    in_vault(filed)
    grow(filed, 1)
    assert (vault.keys, last_head(filed.session).key_id) == ({}, chain(filed.session)[0].id)
    rotate_key(filed, reason="to Vault")
    assert key_file(filed.settings).exists()
    grow(filed, 1)
    assert last_head(filed.session).key_id == key_id_of(public_key(vault, 1))
    assert list(key_file(filed.settings).parent.glob("audit.key*")) == []
    assert (rotations(filed), inspect(filed).ok) == (["vault:transit/trimtab"], True)


def test_a_key_moves_back_to_a_file_by_a_rotation(log):
    grow(log, 1)
    rotate_key(log, reason="back", place="file")
    grow(log, 1)
    log.settings = log.settings.model_copy(update={"audit_key_vault": None})
    grow(log, 1)
    assert key_file(log.settings).stat().st_mode & 0o777 == 0o600
    assert (rotations(log), inspect(log).ok) == (["file"], True)


def test_moves_without_a_head_between_them_hold(filed, vault):
    in_vault(filed)
    rotate_key(filed, reason="to Vault")
    rotate_key(filed, reason="to a file", place="file")
    rotate_key(filed, reason="to Vault again")
    grow(filed, 1)
    assert last_head(filed.session).key_id == key_id_of(public_key(vault, 2))
    assert inspect(filed).ok


def test_a_key_moves_to_vault_where_the_settings_name_one(filed):
    with pytest.raises(InvalidInput, match="TRIMTAB_AUDIT_KEY_VAULT"):
        rotate_key(filed, reason="to Vault", place="vault")


def test_a_setting_that_was_taken_away_too_early_seals_nothing(log):
    grow(log, 1)
    log.settings = log.settings.model_copy(update={"audit_key_vault": None})
    write(log, 1)
    with pytest.raises(LogKeyUnavailable, match="cannot be used"):
        seal(log)


def waits(log, reason):
    """The log is not sealed, for this reason."""
    write(log, 1)
    head = last_head(log.session)
    with pytest.raises(LogKeyUnavailable, match=reason) as told:
        seal(log)
    assert last_head(log.session) is head
    assert "root" not in told.value.message
    return told.value.message


def test_while_vault_is_sealed_nothing_else_is(log, vault):
    grow(log, 1)
    vault.sealed = True
    assert "that Vault is unsealed" in waits(log, "Vault is sealed")
    vault.sealed = False
    grow(log, 1)
    assert inspect(log).ok


def test_a_token_that_may_not_sign_is_told(log, vault):
    grow(log, 1)
    vault.denied.add("sign")
    assert "VAULT_TOKEN" in waits(log, "permission denied")


def test_a_vault_that_does_not_answer_is_waited_for_so_long_and_no_longer(log, vault):
    grow(log, 1)
    log.settings = log.settings.model_copy(update={"audit_key_vault_seconds": 0.2})
    vault.silent = True
    waits(log, "does not sign with version 1|does not tell of it")


def test_a_vault_that_is_away_is_told(log, monkeypatch):
    grow(log, 1)
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    waits(log, "does not tell of it")


def test_a_key_that_was_replaced_in_vault_signs_nothing(log, vault):
    grow(log, 1)
    vault.keys["trimtab"] = HeldKey()
    waits(log, "signed with another key")
    transit._holder.cache_clear()
    waits(log, "holds another key")


def test_a_key_that_is_gone_from_vault_is_not_made_anew(log, vault):
    grow(log, 1)
    del vault.keys["trimtab"]
    waits(log, "does not sign with version 1")
    with pytest.raises(LogKeyUnavailable, match="holds another key than"):
        rotate_key(log, reason="lost")
    assert vault.keys == {}


@pytest.mark.parametrize(
    ("held", "kind"),
    [(HeldKey(type="aes256-gcm96"), "aes256-gcm96"), (HeldKey(derived=True), "derived")],
)
def test_a_key_of_another_kind_is_refused(log, vault, held, kind):
    vault.keys["trimtab"] = held
    with pytest.raises(LogKeyUnavailable, match=f"of type {kind}, not ed25519"):
        ensure_key(log)
    assert chain(log.session) == []


def test_an_engine_that_is_not_mounted_is_told_with_what_to_do(log):
    log.settings = log.settings.model_copy(update={"audit_key_vault": "none/trimtab"})
    with pytest.raises(LogKeyUnavailable, match="vault write -f none/keys/trimtab type=ed25519"):
        ensure_key(log)


@pytest.mark.parametrize(
    "broken",
    [
        {}, [], {"data": None}, {"data": {"type": "ed25519", "keys": {}}},
        {"data": {"type": "ed25519", "keys": {"1": {"public_key": "!"}}}},
        {"data": {"type": "ed25519", "keys": {"1": {"public_key": "MAA="}}}},
        {"data": {"type": "ed25519", "keys": {"one": {"public_key": "MAA="}}}},
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_told(log, vault, broken):
    vault.broken = broken
    with pytest.raises(LogKeyUnavailable, match="does not tell of it"):
        ensure_key(log)


@pytest.mark.parametrize(
    "broken", [{"data": {"signature": "vault:v1:!"}}, {"data": {"signature": "x"}}, {"data": {}}]
)
def test_a_signature_that_is_none_is_told(log, vault, broken):
    grow(log, 1)
    vault.broken = broken
    waits(log, "does not sign with version 1")


def test_a_signature_is_checked_before_it_is_kept(log, vault):
    grow(log, 1)
    vault.broken = {"data": {"signature": "vault:v1:" + "A" * 84 + "AA=="}}
    waits(log, "signed with another key")


def test_the_database_ends_a_transaction_that_vault_keeps(log):
    ensure_key(log)
    bound = log.session.scalar(text("SHOW idle_in_transaction_session_timeout"))
    assert bound == "5s"


def test_without_the_extra_the_key_says_how_to_install_it(log, monkeypatch):
    monkeypatch.setattr("core.vault.hvac", None)
    with pytest.raises(LogKeyUnavailable, match=r"pip install 'trimtab\[vault\]'"):
        ensure_key(log)


@pytest.mark.parametrize("place", ["trimtab", "/trimtab", "transit/", "transit/a b", "a//b"])
def test_the_place_of_a_key_is_one(tmp_path, place):
    with pytest.raises(ValueError, match="audit_key_vault"):
        Settings(home=tmp_path, audit_key_vault=place)


def test_a_mount_may_have_a_path(log):
    key = transit.TransitKey(place="kms/prod/transit/trimtab", seconds=1)
    assert key._where == {"mount_point": "kms/prod/transit", "name": "trimtab"}
    assert signer_of(log.settings, ensure_key(log)).version == 1
