from collections.abc import Iterator

import pytest

from lab.network import Lab


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with Lab(devices=4, seed=1) as lab:
        yield lab


@pytest.fixture
def network(running: Lab) -> Iterator[Lab]:
    """A network of which nothing is left after the test: no fault, no change, no file."""
    first = {device.hostname: device.running() for device in running.devices}
    yield running
    for device in running.devices:
        device.faults.clear()
        device.disarm()
        device.replace(first[device.hostname], username="console")
        device.save()
        device.files.clear()
        device.sessions.clear()
        device.journal.clear()
        device.second = 1.0
