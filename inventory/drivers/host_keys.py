"""SSH host keys: fetch one before any credential is sent, and hold sessions to it."""

import base64
import hashlib
import socket
import ssl
from contextlib import closing
from pathlib import Path

import paramiko

from inventory.drivers.errors import DeviceUnreachable, HostKeyChanged
from inventory.drivers.login import Login, PublicKey

SSH_PORT = 22
CERTIFICATE = "x509"  # the algorithm under which a web interface's certificate is pinned


def fetch(login: Login, *, through: paramiko.Channel | None = None) -> PublicKey:
    """The key that the host presents now; nothing but the key exchange takes place.

    `through` is a jump host's channel to it.
    """
    try:
        stream = through or socket.create_connection(
            (login.address, login.port), timeout=login.timeout
        )
    except OSError as error:
        raise DeviceUnreachable(
            f"{login.place} cannot be reached: {error}. Check the address, the port and the route.",
            hostname=login.hostname,
        ) from error
    with closing(stream), closing(paramiko.Transport(stream)) as transport:
        transport.banner_timeout = login.timeout
        try:
            transport.start_client(timeout=login.timeout)
            key = transport.get_remote_server_key()  # raises when the time ran out before
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise DeviceUnreachable(
                f"{login.place} does not complete an SSH key exchange: {error or 'no answer'}. "
                "Check that SSH listens on that port.",
                hostname=login.hostname,
            ) from error
        return PublicKey(algorithm=key.get_name(), public_key=key.get_base64())


def verified_certificate(login: Login, *, port: int) -> PublicKey:
    """The TLS certificate of a device's web interface: the pinned one, any at first contact.

    Raises HostKeyChanged otherwise.
    """
    try:
        pem = ssl.get_server_certificate((login.address, port), timeout=login.timeout)
    except OSError as error:
        raise DeviceUnreachable(
            f"{login.hostname} ({login.address}:{port}) offers no TLS: {error}.",
            hostname=login.hostname,
        ) from error
    der = base64.b64encode(ssl.PEM_cert_to_DER_cert(pem)).decode()
    found = PublicKey(algorithm=CERTIFICATE, public_key=der)
    if login.host_key is not None and found != login.host_key:
        raise changed(login, found)
    return found


def changed(login: Login, found: PublicKey | None) -> HostKeyChanged:
    pinned = fingerprint(login.host_key) if login.host_key else "none"
    shown = fingerprint(found) if found else "a key of another kind"
    return HostKeyChanged(
        f"{login.place} presents the SSH host key {shown}, not the pinned {pinned}; nothing was "
        "sent to it. If the device was replaced or reinstalled, check the new fingerprint at its "
        "console, then run `trimtab device forget-key`.",
        hostname=login.hostname,
        pinned=pinned,
        presented=shown,
    )


def fingerprint(key: PublicKey) -> str:
    """As OpenSSH prints it: SHA256 and unpadded base64."""
    digest = hashlib.sha256(base64.b64decode(key.public_key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def write_known_hosts(folder: Path, login: Login, key: PublicKey) -> Path:
    file = folder / "known_hosts"
    file.write_text(f"{known_name(login)} {key.algorithm} {key.public_key}\n")
    return file


def known_name(login: Login) -> str:
    """The host as a known_hosts file names it."""
    return login.address if login.port == SSH_PORT else f"[{login.address}]:{login.port}"
