import pytest

from lab.network import Lab


@pytest.fixture
def network():
    with Lab(devices=4, seed=1) as lab:
        yield lab
