"""Written configurations as they are kept: checked, cleaned, secrets redacted. Keeps nothing."""

import re

from core.context import Context
from core.errors import InvalidInput
from core.secrets import installation_key
from inventory.cleaning import clean
from inventory.models import Device
from inventory.platforms import platform_of
from inventory.redaction import redact

NO_TEXT = re.compile(r"[\x00-\x02\x04-\x08\x0b-\x1f\ud800-\udfff]")  # ^C (3) ends IOS banners


def as_kept(ctx: Context, device: Device, text: str) -> str:
    """A written configuration as it is kept and compared: cleaned, its secrets redacted.

    Raises InvalidInput when the text is empty or holds what no configuration does.
    """
    if not text.strip():
        raise InvalidInput(f"The intended configuration of {device.hostname} is empty.")
    for number, line in enumerate(text.splitlines(), start=1):
        if NO_TEXT.search(line):
            raise InvalidInput(
                f"The intended configuration of {device.hostname} is no text: line {number} holds "
                "control characters. Give the file as the device prints it, in UTF-8."
            )
    known = clean(text, platform_of(device.platform))
    return redact(known, platform=device.platform, key=installation_key(ctx, "redaction"))
