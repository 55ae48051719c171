"""What the calendar forbids is approved by nobody."""

from datetime import timedelta

import pytest

from changes import approvals
from changes.calendar import exceptions
from changes.calendar.series import Place
from changes.errors import CalendarForbids
from changes.models import ChangeRequest
from inventory.models import Device
from tests.changes.calendar.planning import hence, make_freeze


def frozen(office):
    """A freeze that holds now."""
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        place = Place(unit_id=device.governing_unit_id)
        name = f"freeze of {device.hostname}"
        return make_freeze(ctx, name, **hence(office.clock.at), hours=48, place=place).id


def later(office):
    office.clock.at += timedelta(hours=1)


def test_a_change_that_would_run_in_a_freeze_is_not_approved(office):
    change = office.requested("r1")
    frozen(office)
    later(office)
    with pytest.raises(CalendarForbids, match="holds for"):
        office.approve(change)
    assert (office.state(change), office.votes(change)) == ("proposed", [])


def test_with_an_approved_exception_it_is(office):
    change = office.requested("r1")
    freeze = frozen(office)
    with office.acting("engineer") as ctx:
        asked = exceptions.ask(ctx, change.id, freeze, reason="it is down")
    with office.acting("second") as ctx:
        exceptions.approve(ctx, asked.id, digest=change.digest)
    later(office)
    office.approve(change)
    assert office.state(change) == "approved"
    with office.acting("arranger") as ctx:
        assert approvals.is_complete(ctx, ctx.get(ChangeRequest, change.id))
