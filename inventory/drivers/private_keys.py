"""Private keys for SSH in the forms that people have them. Reads no file."""

import io

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)

from inventory.drivers.errors import AuthenticationRefused
from inventory.drivers.login import Login


def private_key(login: Login) -> paramiko.PKey | None:
    """The login's private key, or AuthenticationRefused when it cannot be used."""
    if login.key is None:
        return None
    try:
        return _paramiko_key(_load(login.key.encode()))
    except (paramiko.SSHException, ValueError, TypeError, UnsupportedAlgorithm):
        raise AuthenticationRefused(
            f"The private key for {login.place} is no unencrypted Ed25519, ECDSA or RSA key.",
            hostname=login.hostname,
        ) from None


def _load(text: bytes) -> object:
    try:
        return load_ssh_private_key(text, password=None)
    except ValueError:
        return load_pem_private_key(text, password=None)


def _paramiko_key(key: object) -> paramiko.PKey:
    """Paramiko's form; its own reader of OpenSSH files refuses some valid ECDSA keys."""
    if isinstance(key, RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, EllipticCurvePrivateKey):
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if isinstance(key, Ed25519PrivateKey):
        text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
        return paramiko.Ed25519Key.from_private_key(io.StringIO(text))
    raise TypeError(type(key).__name__)
