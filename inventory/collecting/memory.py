"""Give back memory that held large texts. Knows nothing of what was in it.

The C library of most Linuxes takes blocks of up to 32 MB from heaps of its own once it saw some of
that size, and keeps what is free there; elsewhere nothing of this is needed, and nothing is done.
"""

import ctypes
from functools import cache
from traceback import clear_frames

MMAP_THRESHOLD = -3  # glibc's name for it in mallopt(3)
BLOCK = 2**20  # bytes from which a block is a mapping of its own, gone once it is freed


@cache
def prepare() -> None:
    """Let large blocks be mappings of their own from now on."""
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, BLOCK)


def give_back() -> None:
    """Let the system have what is free in the heaps."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


@cache
def _function(name: str) -> "ctypes._NamedFuncPointer | None":
    """A function of glibc, None where there is another C library."""
    try:
        library = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return getattr(library, name, None)


def let_go(error: BaseException) -> None:
    """Free what the frames of a failure hold, such as an answer that was too large."""
    seen: BaseException | None = error
    while seen is not None:
        clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
