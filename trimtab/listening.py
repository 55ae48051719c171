"""The socket of the pages and REST, or why there can be none. Serves nothing."""

import socket

from core.errors import TrimtabError
from core.settings import Settings


class CannotListen(TrimtabError):
    """The address or port of the pages and REST cannot be used."""

    code = "cannot_listen"


def listen(settings: Settings) -> socket.socket:
    """A socket on the configured address and port, or CannotListen naming the settings."""
    host, port = settings.api_host, settings.api_port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        raise CannotListen(
            f"Port {port} on {host} cannot be used: {why}. Stop what uses it, or choose another "
            "with TRIMTAB_API_PORT (address: TRIMTAB_API_HOST).",
            host=host, port=port,
        ) from error  # fmt: skip
