"""A pack of a clause over a period: who broke it from when until when, and what they showed."""

import pytest

from changes.packs.model import OfClause, Period
from changes.packs.of_clause import JUDGEMENTS, NO_JUDGEMENTS
from core.audit import Subject
from core.errors import NotFound, NotPermitted
from drift.standing_history import name_rules
from drift.standing_models import Standing
from inventory.models import Device
from organization import policies
from organization.models import Unit
from organization.people import actor_of
from organization.policies import ClauseText
from tests.changes.packs.opened import collected, pack
from tests.factories import make_person, make_post, make_unit


@pytest.fixture
def policy(office):
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        policies.publish(
            ctx, code=f"P-{unit.code}", title="Policy", unit=unit, body="B",
            clauses=[
                ClauseText(number="1", text="Log in with a name", rules=("TT-A", "TT-B")),
                ClauseText(number="2", text="Be kind"),
            ],
        )  # fmt: skip
        return f"P-{unit.code}"


def stood(office, hostname, **failed):
    """From now on the device breaks these rules."""
    with office.acting("arranger") as ctx:
        names = name_rules(ctx, [(b"\x01" * 32, ("TT-A", "TT-B", "TT-C"))])
        [rule_set] = names.values()
        failed = {name.replace("_", "-"): why for name, why in failed.items()}
        ctx.session.add(
            Standing(
                device_id=office.ids[hostname], since=ctx.now(), outcome="in_sync",
                rule_set=rule_set, failed=failed,
            )
        )  # fmt: skip


def test_devices_that_broke_it_are_told_with_what_they_showed(office, policy):
    guilty = collected(office, "r1", description="guilty")
    collected(office, "r2", description="kept")
    stood(office, "r1", TT_A="no username", TT_C="another clause")
    stood(office, "r2", TT_C="another clause")
    office.clock.forward(hours=2)
    stood(office, "r1")
    found = pack(office, OfClause(policy=policy, number="1"))
    assert found.folder("configurations") == [f"{guilty}.txt"]
    assert {"policy.published", "device.collected"} <= set(found.actions)
    page = found.text("report.html")
    assert "TT-A: no username" in page
    assert "another clause" not in page
    assert "1 of 3 devices broke it" in page


def test_what_was_broken_after_the_period_is_no_part_of_it(office, policy):
    collected(office, "r1")
    office.clock.forward(hours=1)
    end = office.clock.at
    stood(office, "r1", TT_A="too late")
    found = pack(office, OfClause(policy=policy, number="1", period=Period(until=end)))
    assert "too late" not in found.text("report.html")


def test_a_clause_that_no_rule_watches_says_so(office, policy):
    page = pack(office, OfClause(policy=policy, number="2")).text("report.html")
    assert "No rule watches it, so nobody looked." in page


@pytest.mark.parametrize("asked", [{"number": "9"}, {"number": "1", "version": 7}])
def test_there_is_no_pack_of_a_clause_that_is_not(office, policy, asked):
    with pytest.raises(NotFound, match="There is no clause"):
        pack(office, OfClause(policy=policy, **asked))


def test_who_does_not_audit_the_policy_s_unit_gets_no_pack(office, policy):
    with pytest.raises(NotPermitted, match=r"audit\.read"):
        pack(office, OfClause(policy=policy, number="1"), by="engineer")


@pytest.fixture
def below(office):
    """A policy of a unit below the office's, which has an auditor of its own."""
    with office.acting("arranger") as ctx:
        above = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        unit, person = make_unit(ctx, parent=above), make_person(ctx)
        make_post(ctx, unit=unit, permissions=["audit.read"], holder=person)
        office.people["below"] = actor_of(person)
        clauses = [ClauseText(number="1", text="Log in with a name", rules=("TT-A",))]
        policies.publish(
            ctx, code=f"P-{unit.code}", title="Policy", unit=unit, body="B", clauses=clauses
        )
        scan = Subject(type="scan", id="-", label="3 devices")
        ctx.record("drift.judged", scan, devices=3, drifted=["elsewhere"])
        return f"P-{unit.code}"


@pytest.mark.parametrize("by", ["auditor", "below"])
def test_judgements_of_other_units_too_are_for_who_audits_all(office, below, by):
    found = pack(office, OfClause(policy=below, number="1"), by=by)
    page = found.text("report.html")
    assert "policy.published" in found.actions
    assert ("drift.judged" in found.actions, NO_JUDGEMENTS not in page) == (by == "auditor",) * 2
    assert (JUDGEMENTS in page) == (by == "auditor")
