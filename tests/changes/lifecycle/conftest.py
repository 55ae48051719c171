"""An office whose devices are put into service and taken out of it."""

from dataclasses import dataclass

import pytest

from changes.lifecycle import commission, decommission, letting_go
from changes.lifecycle.commission import First
from changes.lifecycle.decommission import Last
from changes.models import ChangeRequest
from changes.states import State
from inventory.models import Device

SHUT = ("interface Loopback0", " shutdown")


@dataclass
class Lifecycle:
    """What the tests of the first and the last change do again and again."""

    office: object

    def put(self, hostname, **values):
        """The device's row has these values."""
        with self.office.acting("arranger") as ctx:
            device = ctx.get(Device, self.office.ids[hostname])
            for name, value in values.items():
                setattr(device, name, value)
            ctx.record("test.arranged", device)

    def device(self, hostname="r1"):
        with self.office.acting("arranger") as ctx:
            device = ctx.get(Device, self.office.ids[hostname])
            assert device.site.code  # loaded while the session is there
            return device

    def commission(self, hostname="r1", *, by="engineer", **asked):
        with self.office.acting(by) as ctx:
            return commission.request_commission(
                ctx, self.office.ids[hostname], First(reason="new", **asked)
            )

    def decommission(self, hostname="r1", *, by="engineer", lines=SHUT, **asked):
        with self.office.acting(by) as ctx:
            return decommission.request_decommission(
                ctx, self.office.ids[hostname], Last(reason="old", lines=lines, **asked)
            )

    def succeed(self, change):
        """The change was carried out and verified."""
        with self.office.acting("arranger") as ctx:
            row = ctx.get(ChangeRequest, change.id)
            row.state = State.SUCCEEDED
            ctx.record("test.arranged", row)

    def out_of_service(self, hostname="r1"):
        self.succeed(self.decommission(hostname))

    def settle(self, room):
        with self.office.acting("arranger") as ctx:
            return room.settle(ctx)

    def remains(self, hostname="r1", *, by="engineer"):
        with self.office.acting(by) as ctx:
            found = decommission.remains(ctx, self.office.ids[hostname])
        return [(one.kind, one.what) for one in found]

    def let_go(self, hostname="r1", *, by="engineer"):
        with self.office.acting(by) as ctx:
            return letting_go.let_go(ctx, self.office.ids[hostname])

    def end_login(self, hostname="r1", *, by="arranger"):
        with self.office.acting(by) as ctx:
            return letting_go.end_login(ctx, self.office.ids[hostname])

    def finish(self, hostname="r1", *, by="engineer"):
        with self.office.acting(by) as ctx:
            return decommission.finish(ctx, self.office.ids[hostname])


@pytest.fixture
def life(office):
    return Lifecycle(office)
