"""Offices with a log of their own: what a pack is made of has to be sealed with one key."""

import pytest

from changes.packs.model import OfChange, OfClause, OfDevice, OfUnit
from core.database import close, connect
from core.runtime import Runtime
from core.settings import Settings
from inventory.models import Device
from organization import policies
from organization.models import Unit
from organization.permissions import PostAuthority
from organization.policies import ClauseText
from tests.changes.office import fresh_database, open_office
from tests.changes.packs.opened import collected, ran


@pytest.fixture(scope="session")
def sealed_offices(server_url, tmp_path_factory):
    """One database for the offices of these tests, and the home of its log's key."""
    with fresh_database(server_url, "packs") as url:
        engine = connect(url)
        yield engine, tmp_path_factory.mktemp("packs")
        close(engine)


@pytest.fixture
def office(sealed_offices, clock):
    engine, home = sealed_offices
    runtime = Runtime(
        settings=Settings(home=home), engine=engine, authority=PostAuthority(now=clock), now=clock
    )
    return open_office(runtime, clock)


@pytest.fixture
def busy(office):
    """An office in which something of every kind happened: the pack of each, by its kind."""
    collected(office, "r1")
    change = ran(office, "r1", "r2")
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        policies.publish(
            ctx, code=f"P-{unit.code}", title="Policy", unit=unit, body="All of it",
            clauses=[ClauseText(number="1.1", text="Keep it", rules=("TT-1",))],
        )  # fmt: skip
    return {
        "change": OfChange(change_id=change.id),
        "device": OfDevice(hostname=office.name("r1")),
        "unit": OfUnit(code=unit.code),
        "clause": OfClause(policy=f"P-{unit.code}", number="1.1"),
    }
