"""Read the active devices of a NetBox through pynetbox. Writes nothing there."""

from collections.abc import Mapping
from itertools import islice

import pynetbox
import requests

from inventory.candidates.imports.imported import (
    MOST_ENTRIES,
    Imported,
    SourceUnreadable,
    nested,
    proposed,
    without_prefix,
)
from inventory.candidates.imports.web_api import PAGE, BoundedSession


def read_netbox(url: str, token: str) -> tuple[Imported, ...]:
    """The devices that NetBox calls active, or SourceUnreadable."""
    netbox = pynetbox.api(url, token=token)
    netbox.http_session = BoundedSession(url)
    try:
        rows = netbox.dcim.devices.filter(status="active", limit=PAGE)
        return tuple(_imported(dict(row)) for row in islice(rows, MOST_ENTRIES))
    except (pynetbox.RequestError, pynetbox.ContentError, requests.JSONDecodeError) as error:
        raise SourceUnreadable(f"NetBox refuses to list its devices: {_said(error)}") from error


def _imported(device: Mapping[str, object]) -> Imported:
    """A device of NetBox 3 or 4 (`device_role` and `role`)."""
    return Imported(
        hostname=nested(device, "name"),
        address=without_prefix(nested(device, "primary_ip", "address")),
        platform=nested(device, "platform", "slug"), serial=nested(device, "serial") or None,
        model=nested(device, "device_type", "model") or None,
        proposal=proposed(
            site=nested(device, "site", "slug"),
            role=nested(device, "role", "slug") or nested(device, "device_role", "slug"),
        ),
    )  # fmt: skip


def _said(error: Exception) -> str:
    return nested({"said": str(error)}, "said")
