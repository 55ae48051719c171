"""What runs while somebody looks around in the demonstration."""

from scheduler.sealing import SealerService
from trimtab.commands.demo import services
from trimtab.serving import ApiService


def test_whoever_looks_around_sees_a_log_that_is_sealed(runtime):
    running = services(runtime, ApiService(runtime))
    assert any(isinstance(one, SealerService) for one in running)
