"""Secrets from HashiCorp Vault's KV version 2 engine: `vault:MOUNT/PATH#KEY`. Needs the extra."""

import os
from typing import ClassVar

import requests

from core.context import Context
from core.secrets import SecretUnavailable

try:
    import hvac
    from hvac.exceptions import VaultError
except ModuleNotFoundError:  # the extra is not installed
    hvac = None

SECONDS = 30.0


class VaultSecrets:
    """Address and token come from VAULT_ADDR and VAULT_TOKEN, as Vault's own client reads them."""

    scheme: ClassVar[str] = "vault"

    def read(self, _ctx: Context, name: str) -> str:
        place, _, key = name.partition("#")
        mount, _, path = place.partition("/")
        vault = client()
        if not (mount and path and key):
            raise SecretUnavailable(f"Write vault:MOUNT/PATH#KEY, not vault:{name}.")
        try:
            answer = vault.secrets.kv.v2.read_secret_version(
                path=path, mount_point=mount, raise_on_deleted_version=True
            )
            return str(answer["data"]["data"][key])
        except (VaultError, requests.RequestException, KeyError) as error:
            raise SecretUnavailable(f"Vault did not give {place}#{key}: {error}") from error


def client(*, seconds: float = SECONDS) -> "hvac.Client":
    """Vault's client of VAULT_ADDR, VAULT_TOKEN and VAULT_NAMESPACE.

    An answer may take so long. Raises SecretUnavailable without the extra.
    """
    if hvac is None:
        raise SecretUnavailable("Vault needs an extra: pip install 'trimtab[vault]'.")
    return hvac.Client(
        url=address(), token=os.environ.get("VAULT_TOKEN"), timeout=seconds,
        namespace=os.environ.get("VAULT_NAMESPACE"),
    )  # fmt: skip


def address() -> str | None:
    return os.environ.get("VAULT_ADDR")
