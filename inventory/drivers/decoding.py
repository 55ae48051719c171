"""Bytes of a device to text: UTF-8, and what is none as Windows-1252, byte by byte. Loses nothing.

Many a description was typed years ago on a terminal of another encoding. A byte that stands for
nothing in either becomes U+FFFD, which no trusted capture holds.
"""

import codecs

FALLBACK = "trimtab-windows-1252"


def _typed_elsewhere(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("windows-1252", errors="replace"), error.end


codecs.register_error(FALLBACK, _typed_elsewhere)


def decoded(data: bytes | bytearray) -> str:
    """The text that these bytes are, whole."""
    return data.decode("utf-8", errors=FALLBACK)


def decoder() -> codecs.IncrementalDecoder:
    """For bytes that come in pieces, cut anywhere."""
    return codecs.getincrementaldecoder("utf-8")(errors=FALLBACK)
