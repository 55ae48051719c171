"""Which host a device is reached through: its own option, else its site's. Opens no session."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import InvalidInput
from inventory.drivers.login import PublicKey
from inventory.models import Device

OPTION = "jump"
DIRECT = "none"  # as the option's value: this device is reached without its site's jump host
DEEPEST = 4  # jump hosts one behind another


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A jump host that is no device of the CMDB, written out in a device's option."""

    host: str
    port: int
    credential: str
    host_key: PublicKey


def jump_of(device: Device) -> str | Given | None:
    """The hostname of the device to go through, or a host written out; None without a jump."""
    option = device.options.get(OPTION)
    if option is not None:
        return read(device.hostname, option)
    named = device.site.jump
    return None if named is None or named.lower() == device.hostname.lower() else named


def name_of(device: Device) -> str:
    """The jump host's name for people, empty without one."""
    found = jump_of(device)
    return found.host if isinstance(found, Given) else found or ""


def read(hostname: str, option: object) -> str | Given | None:
    """A device's option `jump`, or InvalidInput.

    It is a hostname, `none`, or `{"host": ..., "port": 22, "credential": NAME,
    "host_key": "ssh-ed25519 AAAA..."}`.
    """
    if option is None or option == DIRECT:
        return None
    if isinstance(option, str):
        return option
    if isinstance(option, Mapping):
        return _given(hostname, option)
    raise _wrong(hostname)


def _given(hostname: str, option: Mapping[str, object]) -> Given:
    host, port = option.get("host"), option.get("port", 22)
    credential, key = option.get("credential"), str(option.get("host_key", "")).split()
    known = set(option) <= {"host", "port", "credential", "host_key"}
    if not (known and isinstance(host, str) and isinstance(credential, str) and len(key) >= 2):
        raise _wrong(hostname)
    if not isinstance(port, int) or not 1 <= port <= 65535:
        raise _wrong(hostname)
    return Given(
        host=host, port=port, credential=credential,
        host_key=PublicKey(algorithm=key[0], public_key=key[1]),
    )  # fmt: skip


def _wrong(hostname: str) -> InvalidInput:
    return InvalidInput(
        f"The option jump of {hostname} is neither the hostname of a device nor "
        '{"host": ..., "credential": ..., "host_key": "ssh-ed25519 AAAA..."}; a port '
        "may stand beside them.",
        field="options",
    )
