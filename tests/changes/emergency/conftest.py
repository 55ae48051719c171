"""An office with somebody on duty who may break the glass."""

from dataclasses import dataclass

import pytest

from changes.emergency import breaking, reviews
from inventory.models import Device
from organization.people import actor_of
from organization.permissions import POST_TEMPLATES
from tests.factories import make_person, make_post

REASON = "the ring is down"


@dataclass
class Duty:
    """What the tests of emergencies do again and again."""

    office: object

    def requested(self, *hostnames, **more):
        return self.office.requested(*(hostnames or ("r1",)), kind="emergency", by="duty", **more)

    def broken(self, change, *, by="duty", minutes=30, reason=REASON, digest=None):
        with self.office.acting(by) as ctx:
            return breaking.break_glass(
                ctx, change.id, digest=digest or change.digest, reason=reason, minutes=minutes
            ).id

    def over(self):
        """The glass of a change that nobody carried out in its time."""
        change = self.requested()
        grant = self.broken(change)
        self.office.clock.forward(minutes=31)
        return grant

    def reviewed(self, grant, *, by="approver", verdict="justified", **more):
        with self.office.acting(by) as ctx:
            return reviews.review(ctx, grant, verdict=verdict, **more)


@pytest.fixture
def duty(office):
    with office.acting("arranger") as ctx:
        person = make_person(ctx)
        unit = ctx.get(Device, office.ids["r1"]).site.unit
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES["duty engineer"], holder=person)
        office.people["duty"] = actor_of(person)
    return Duty(office)
