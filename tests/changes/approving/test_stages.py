"""Whom a plan needs, stage by stage."""

from dataclasses import replace

import pytest

from changes import approvals, requests
from changes.approving.stages import PLAIN_APPROVALS, PlainRules, Stage
from changes.errors import AlreadyDecided
from changes.models import ChangeRequest
from changes.plans import Source, digest_of, stored
from changes.requests import plan_of
from changes.risk.model import Risk
from core.errors import NotPermitted
from organization.people import actor_of
from organization.permissions import POST_TEMPLATES
from tests.factories import make_person, make_post

HIGH = Risk(
    level="high", score=90, reasons=(), approvals=3, canary=1, window_required=False,
    stages=("peer", "authority"), policy="f",
)  # fmt: skip
STAGES = (
    Stage(name="peer", needed=2, permission="change.approve"),
    Stage(name="authority", needed=1, permission="change.authorise"),
)


def risky(office, change, risk=HIGH):
    """The same request, with a plan of that risk."""
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        plan = replace(plan_of(row), risk=risk)
        row.plan, row.digest = stored(plan), digest_of(plan)
        ctx.record("test.judged", row)
    return office.now(change)


def authority(office):
    """A change authority joins the office."""
    with office.acting("arranger") as ctx:
        person = make_person(ctx)
        unit = ctx.get(ChangeRequest, office.changes[0]).targets[0].device.site.unit
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES["change authority"], holder=person)
        office.people["authority"] = actor_of(person)


def test_the_last_persons_of_a_risky_plan_are_the_later_stages(office):
    change = risky(office, office.requested("r1"))
    assert PlainRules().stages(plan_of(change)) == STAGES


def test_a_plan_whose_risk_nobody_told_needs_the_plain_number(office):
    plan = replace(plan_of(office.requested("r1")), risk=None)
    assert PlainRules().stages(plan) == (
        Stage(name="approval", needed=PLAIN_APPROVALS, permission="change.approve"),
    )


@pytest.mark.parametrize("source", [None, Source(name="ntp", version=1, digest="d")])
def test_only_a_standard_change_of_the_catalogue_needs_nobody(office, source):
    plan = replace(plan_of(office.requested("r1")), kind="standard", source=source)
    assert (PlainRules().stages(plan) == ()) == (source is not None)


def test_a_risky_change_is_approved_stage_by_stage(office):
    change = risky(office, office.requested("r1"))
    authority(office)
    office.approve(change)
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        assert [(one.stage.name, len(one.votes)) for one in approvals.progress(ctx, row)] == [
            ("peer", 1), ("authority", 0),
        ]  # fmt: skip
    office.approve(change, by="second")
    assert (office.state(change), office.queued()) == ("proposed", [])
    office.approve(change, by="authority")
    assert (office.state(change), office.queued()) == ("approved", [change.id])
    assert [vote.stage for vote in office.votes(change)] == ["peer", "peer", "authority"]


def test_a_peer_has_no_vote_in_the_stage_of_the_authority(office):
    change = risky(office, office.requested("r1"), replace(HIGH, approvals=2))
    office.approve(change)
    with pytest.raises(NotPermitted, match=r"change\.authorise"):
        office.approve(change, by="second")


def test_one_person_is_not_two_stages(office):
    change = risky(office, office.requested("r1"), replace(HIGH, approvals=2))
    authority(office)
    office.approve(change, by="authority")
    with pytest.raises(AlreadyDecided):
        office.approve(change, by="authority")
    assert office.state(change) == "proposed"


def test_an_approved_change_loses_its_release_when_its_authority_loses_the_post(office):
    change = risky(office, office.requested("r1"), replace(HIGH, approvals=2))
    authority(office)
    office.approve(change)
    office.approve(change, by="authority")
    office.dismiss("authority")
    with office.acting("arranger") as ctx:
        assert not approvals.is_complete(ctx, requests.get_change(ctx, change.id))
