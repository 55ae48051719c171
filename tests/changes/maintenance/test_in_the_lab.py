"""Health checks run by Ansible on devices of the lab, and change none of them."""

import pytest

from changes.maintenance import plans, running
from changes.maintenance.plans import Planned
from organization.units import by_code
from tests.changes.conftest import ALL
from tests.changes.floor import typed_since


@pytest.mark.slow
def test_health_checks_tell_what_is_well_and_what_is_not(floor):
    house, device = floor.house, floor.devices[0]
    mark, name = len(device.journal), device.hostname
    closed = {"playbook": "reachability", "name": "port 1", "variables": {"trimtab_ports": [1]}}
    told = Planned(
        name="reached", kind="health", trigger="every 1d", device_ids=(house.ids[name],),
        options={"checks": [{"playbook": "reachability"}, closed]},
    )  # fmt: skip
    with house.acting(house.engineer) as ctx:
        plan = plans.create(ctx, by_code(ctx, "ops"), told)
    seen = running.run(lambda: house.acting(ALL), plan.id)
    assert [(one.subject, one.outcome) for one in seen] == [
        (f"{name} reachability", "passed"), (f"{name} port 1", "failed"),
    ]  # fmt: skip
    assert typed_since(device, mark) == []
