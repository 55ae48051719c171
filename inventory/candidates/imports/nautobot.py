"""Read the active devices of a Nautobot through pynautobot. Writes nothing there."""

from collections.abc import Mapping
from itertools import islice

import pynautobot
import requests
from pynautobot.core.query import ContentError, RequestError

from inventory.candidates.imports.imported import (
    MOST_ENTRIES,
    Imported,
    SourceUnreadable,
    nested,
    proposed,
    without_prefix,
)
from inventory.candidates.imports.web_api import PAGE, BoundedSession


def read_nautobot(url: str, token: str) -> tuple[Imported, ...]:
    """The devices that Nautobot calls Active, or SourceUnreadable."""
    nautobot = pynautobot.api(url, token=token)
    nautobot.http_session = BoundedSession(url)
    try:
        rows = nautobot.dcim.devices.filter(status="Active", depth=1, limit=PAGE)
        return tuple(_imported(dict(row)) for row in islice(rows, MOST_ENTRIES))
    except (RequestError, ContentError, requests.JSONDecodeError) as error:
        said = nested({"said": str(error)}, "said")
        raise SourceUnreadable(f"Nautobot refuses to list its devices: {said}") from error


def _imported(device: Mapping[str, object]) -> Imported:
    """A device of Nautobot 2, with its relations one level deep."""
    address = nested(device, "primary_ip4", "address") or nested(device, "primary_ip6", "address")
    return Imported(
        hostname=nested(device, "name"), address=without_prefix(address),
        platform=nested(device, "platform", "network_driver") or nested(device, "platform", "name"),
        serial=nested(device, "serial") or None,
        model=nested(device, "device_type", "model") or None,
        proposal=proposed(
            site=nested(device, "location", "name"), role=nested(device, "role", "name")
        ),
    )  # fmt: skip
