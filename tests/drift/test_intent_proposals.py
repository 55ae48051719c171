"""Intended texts beside the baselines: shown first, approved exactly as shown."""

from datetime import timedelta

import pytest

from core.errors import InvalidInput, NotPermitted
from drift import baselines
from drift.intent import proposals, sources
from drift.intent.cohorts import Cohort, CohortsWrong
from drift.intent.model import Intended
from drift.intent.proposals import Failed, NoIntent, StaleProposal
from tests.drift.rows import BASE, OTHER, make_snapshot
from tests.drift.source_contract import FakeSource
from tests.factories import make_device, make_person, make_post, make_site, make_unit


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1")


@pytest.fixture
def source(monkeypatch):
    """The only source there is."""
    found = FakeSource()
    monkeypatch.setattr(sources, "sources", lambda: (found,))
    return found


def says(source, hostname, text, *sections):
    source.texts[hostname] = Intended(text=text, provenance="memory", sections=sections)


def told(proposal):
    return [(one.line, one.side) for one in proposal.judged.differences]


def test_a_text_without_a_baseline_is_news(ctx, source, device):
    says(source, "r1", BASE)
    found = proposals.propose(ctx, device.id)
    assert (found.text, found.version, found.judged, found.news) == (BASE, None, None, True)
    assert (found.source, found.provenance) == ("fake", "fake: memory")


def test_a_text_is_shown_beside_the_newest_baseline(ctx, source, device):
    baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="first")
    says(source, "r1", OTHER)
    found = proposals.propose(ctx, device.id)
    assert (found.version, found.news, told(found)) == (
        1, True, [("ntp server 192.0.2.1", "missing")],
    )  # fmt: skip


def test_what_is_the_baseline_already_is_no_news(ctx, source, device):
    baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="first")
    says(source, "r1", BASE)
    assert not proposals.propose(ctx, device.id).news


def test_other_managed_sections_are_news(ctx, source, device):
    baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="first")
    says(source, "r1", BASE, "interface")
    found = proposals.propose(ctx, device.id)
    assert (found.news, found.judged.in_sync, found.sections) == (True, True, ("interface",))


def test_a_comparison_keeps_to_the_managed_sections(ctx, source, device):
    baselines.approve_snapshot(ctx, make_snapshot(ctx, device, OTHER).id, reason="first")
    says(source, "r1", "interface e0\n description x\n", "interface")
    assert told(proposals.propose(ctx, device.id)) == [
        ("description up", "extra"), ("description x", "missing"),
    ]  # fmt: skip


def test_secrets_of_a_text_are_never_shown(ctx, source, device):
    says(source, "r1", "enable secret 5 hunter2\n")
    found = proposals.propose(ctx, device.id)
    assert "hunter2" not in found.text + repr(found)
    assert "<secret:" in found.text


def test_proposing_keeps_nothing(ctx, source, device):
    says(source, "r1", BASE)
    proposals.propose(ctx, device.id)
    assert (ctx.recorded, baselines.versions(ctx, device.id)) == ([], ())


@pytest.mark.usefixtures("source")
def test_a_device_that_no_source_speaks_of_is_told_so(ctx, device):
    with pytest.raises(NoIntent, match=r"r1\.j2 or cisco_ios\.j2"):
        proposals.propose(ctx, device.id)


def test_a_text_that_is_none_is_refused(ctx, source, device):
    says(source, "r1", "hostname r1\nb \ud800\n")
    with pytest.raises(InvalidInput, match="line 2"):
        proposals.propose(ctx, device.id)


def test_a_device_that_fails_stops_no_other(ctx, source, device):
    other = make_device(ctx, hostname="r2")
    says(source, "r2", BASE)
    failed, made = proposals.propose_all(ctx, [device.id, other.id])
    assert isinstance(failed, Failed)
    assert (failed.hostname, failed.error.code, made.hostname) == ("r1", "no_intent", "r2")


def test_an_approval_makes_the_proposed_texts_baselines_cohort_by_cohort(ctx, source, clock):
    devices = [make_device(ctx) for _ in range(3)]
    for one in devices:
        says(source, one.hostname, BASE, "interface")
    later = clock() + timedelta(days=1)
    made = proposals.approve(
        ctx, proposals.propose_all(ctx, [one.id for one in devices]), reason="rollout",
        cohorts=[Cohort(size="1"), Cohort(size="rest", valid_from=later)],
        grace=timedelta(days=2),
    )  # fmt: skip
    assert [(one.cohort, one.valid_from, one.grace_until - one.valid_from) for one in made] == [
        (1, clock(), timedelta(days=2)), (2, later, timedelta(days=2)),
        (2, later, timedelta(days=2)),
    ]  # fmt: skip
    assert {(one.source, one.provenance, tuple(one.sections)) for one in made} == {
        ("fake", "fake: memory", ("interface",))
    }
    assert ctx.recorded == ["baseline.approved"] * 3


def test_cohorts_that_leave_a_device_out_approve_nothing(ctx, source, device):
    says(source, "r1", BASE)
    found = [proposals.propose(ctx, device.id)]
    with pytest.raises(CohortsWrong):
        proposals.approve(ctx, found, reason="x", cohorts=[])
    assert ctx.recorded == []


def test_exactly_what_was_shown_is_approved(ctx, source, device):
    says(source, "r1", BASE)
    shown = proposals.propose(ctx, device.id)
    says(source, "r1", OTHER)
    with pytest.raises(StaleProposal, match="r1"):
        proposals.approve_shown(ctx, device.id, digest=shown.digest, reason="good")
    says(source, "r1", BASE, "interface")
    with pytest.raises(StaleProposal):
        proposals.approve_shown(ctx, device.id, digest=shown.digest, reason="good")
    says(source, "r1", BASE)
    made = proposals.approve_shown(ctx, device.id, digest=shown.digest, reason="good")
    assert (made.version, made.cohort, baselines.text(ctx, made)) == (1, None, BASE)


def test_who_may_not_read_the_device_is_shown_nothing(ctx, source, as_holder):
    here, there = make_unit(ctx), make_unit(ctx)
    post = make_post(ctx, unit=there, permissions=["snapshot.read"], holder=make_person(ctx))
    device = make_device(ctx, hostname="r9", site=make_site(ctx, unit=here))
    says(source, "r9", BASE)
    with pytest.raises(NotPermitted, match=r"snapshot\.read"):
        proposals.propose(as_holder(post), device.id)
