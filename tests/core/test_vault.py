"""Secrets from Vault's KV version 2 engine, asked over HTTP on this machine."""

import json

import pytest

from core import vault
from core.secrets import SecretUnavailable, read_secret
from core.vault import VaultSecrets
from tests.core.secret_contract import SecretSourceContract
from tests.http_server import Door, answering

HELD = {"kv/network/core": {"password": "correct horse", "enable": "battery"}}
DELETED = "kv/network/gone"


class KeyValueEngine(Door):
    """`GET /v1/MOUNT/data/PATH` as Vault's API documentation of KV version 2 tells it."""

    def get(self):
        mount, _, path = self.path.removeprefix("/v1/").partition("/data/")
        place = f"{mount}/{path.partition('?')[0]}"
        metadata = {"version": 3, "deletion_time": "", "destroyed": False}
        if self.headers["X-Vault-Token"] != "root":
            self.answer(403, {"errors": ["permission denied"]})
        elif place == DELETED:
            self.answer(404, {"data": {"data": None, "metadata": metadata}})
        elif place not in HELD:
            self.answer(404, {"errors": []})
        else:
            self.answer(200, {"data": {"data": HELD[place], "metadata": metadata}})

    def answer(self, status, told):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def address():
    with answering(KeyValueEngine) as server:
        yield server.url


@pytest.fixture(autouse=True)
def signed_in(address, monkeypatch):
    monkeypatch.setenv("VAULT_ADDR", address)
    monkeypatch.setenv("VAULT_TOKEN", "root")


class TestVault(SecretSourceContract):
    @pytest.fixture
    def source(self):
        return VaultSecrets()

    @pytest.fixture
    def kept(self):
        return "kv/network/core#password"

    @pytest.fixture
    def missing(self):
        return "kv/network/none#password"


def test_a_vault_reference_is_resolved(ctx):
    assert read_secret(ctx, "vault:kv/network/core#enable") == "battery"


@pytest.mark.parametrize(
    "name", ["kv/network/core", "kv/network/core#", "kv#password", "#password", ""]
)
def test_a_reference_without_mount_path_and_key_is_refused(ctx, name):
    with pytest.raises(SecretUnavailable, match="Write vault:MOUNT/PATH#KEY"):
        VaultSecrets().read(ctx, name)


@pytest.mark.parametrize("name", ["kv/network/core#user", "kv/network/gone#password"])
def test_a_missing_key_and_a_deleted_version_are_refused(ctx, name):
    with pytest.raises(SecretUnavailable, match=f"Vault did not give {name}"):
        VaultSecrets().read(ctx, name)


def test_a_wrong_token_is_refused(ctx, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", "stolen")
    with pytest.raises(SecretUnavailable, match="permission denied") as refused:
        VaultSecrets().read(ctx, "kv/network/core#password")
    assert "stolen" not in refused.value.message


def test_a_vault_that_does_not_answer_is_told(ctx, monkeypatch):
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    with pytest.raises(SecretUnavailable, match="Vault did not give"):
        VaultSecrets().read(ctx, "kv/network/core#password")


def test_without_the_extra_the_reader_says_how_to_install_it(ctx, monkeypatch):
    monkeypatch.setattr(vault, "hvac", None)
    with pytest.raises(SecretUnavailable, match=r"pip install 'trimtab\[vault\]'"):
        VaultSecrets().read(ctx, "kv/network/core#password")
