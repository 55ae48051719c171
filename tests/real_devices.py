"""The fixture `real_lab`: import it where tests need FRR routers and a Linux server.

`from tests.real_devices import real_lab` in a test module makes the fixture known there. All
modules of one process share one lab; where it is not possible their tests skip with the reason.
"""

from contextlib import ExitStack

import pytest

from lab import real

_DEVICES = pytest.StashKey[tuple[real.RealDevice, ...]]()


@pytest.fixture(scope="session")
def real_lab(request):
    """Two FRR routers that are each other's neighbours, and one Linux server."""
    config = request.config
    if _DEVICES not in config.stash:
        reason = real.available()
        if reason is not None:
            pytest.skip(reason)
        stack = ExitStack()
        config.stash[_DEVICES] = stack.enter_context(real.up())
        config.add_cleanup(stack.close)
    return config.stash[_DEVICES]
