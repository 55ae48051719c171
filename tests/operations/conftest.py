"""Two units with a device each, and an operator of the first."""

import pytest

from operations.events import raise_event
from organization.permissions import POST_TEMPLATES
from tests.acting import acting
from tests.factories import make_device, make_person, make_post, make_site, make_unit
from tests.operations.mailbox import opened


@pytest.fixture
def mailbox():
    """Where notifiers send to over HTTP."""
    with opened() as server:
        yield server


@pytest.fixture
def units(ctx):
    return make_unit(ctx, code="north"), make_unit(ctx, code="south")


@pytest.fixture
def devices(ctx, units):
    return tuple(make_device(ctx, site=make_site(ctx, unit=unit)) for unit in units)


@pytest.fixture
def operator(ctx, units):
    """The context of an operator of the north unit, which lies below another one."""
    units[0].parent_id = make_unit(ctx).id
    person = make_person(ctx, username="otto")
    make_post(ctx, unit=units[0], permissions=POST_TEMPLATES["operator"], holder=person)
    return acting(ctx, person)


@pytest.fixture
def happen(ctx, devices):
    """Raises the event that `what` happened to a device, the north one unless told."""

    def notice(what="drift", *, on=devices[0], detail="it differs", severity="minor"):
        event = raise_event(
            ctx, fingerprint=f"{what}:{on.id if on else 0}", kind=what, title=f"{what}!",
            detail=detail, severity=severity, device_id=on.id if on else None,
        )  # fmt: skip
        ctx.recorded.clear()
        return event

    return notice
