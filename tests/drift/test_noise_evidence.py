"""Evidence as it was stored, and proposals that would hide a line of a finding."""

import pytest

from drift import baselines, findings, observation
from drift.attribution import unexplained
from drift.noise.evidence import evidence_of, proposed_for
from drift.noise.history import by_nobody
from drift.noise.learning import learn
from inventory.results import CollectionOutcome
from tests.drift.noise_rows import TEXT, make_eos, make_mask
from tests.drift.rows import make_snapshot
from tests.factories import make_device, make_site, make_unit
from tests.statements import statements


@pytest.fixture
def device(ctx):
    return make_eos(ctx, hostname="r1")


@pytest.fixture
def finding(ctx, device):
    """Of nothing but the line that `make_mask` is about."""
    first = make_snapshot(ctx, device, TEXT.format(1))
    baselines.approve_snapshot(ctx, first.id, reason="first")
    make_snapshot(ctx, device, TEXT.format(2))
    seen = observation.judge_device(ctx, device.id, attribute=unexplained)
    return findings.get(ctx, seen.finding_id)


def test_evidence_is_read_as_learning_wrote_it(ctx, device, monkeypatch):
    shown = []

    def collect(ctx, device_id):
        shown.append(make_snapshot(ctx, device, TEXT.format(len(shown))))
        ctx.record("device.collected", device)
        return CollectionOutcome(device_id=device_id, hostname="r1", outcome="changed")

    monkeypatch.setattr(observation.discovery, "collect", collect)
    learned = learn(ctx, device.id, corrected=by_nobody, wait=lambda _: None)
    [found] = map(evidence_of, learned.masks)
    readings = [one.snapshot for one in (found.first, found.second)]
    assert readings == [one.digest.hex() for one in shown]
    assert (found.device, found.seconds, found.history.versions) == ("r1", 0.0, 1)


@pytest.mark.parametrize("written", [{}, {"history": "none"}])
def test_evidence_that_learning_did_not_write_is_none(ctx, device, written):
    mask = make_mask(ctx, device)
    mask.evidence = written
    assert evidence_of(mask) is None


def test_a_finding_has_the_proposals_that_would_hide_a_line_of_it(ctx, device, finding):
    fitting = make_mask(ctx, device)
    make_mask(ctx, device, pattern=r"epoch\ \d+")
    make_mask(ctx, device, path=("router bgp 1",))
    assert proposed_for(ctx, finding) == (fitting,)


def test_a_proposal_of_the_unit_above_fits_and_others_do_not(ctx):
    above = make_eos(ctx)
    device = make_eos(ctx, site=make_site(ctx, unit=make_unit(ctx, parent=above.site.unit)))
    fitting = make_mask(ctx, above)
    make_mask(ctx, make_eos(ctx))
    make_mask(ctx, make_device(ctx, site=above.site))
    make_mask(ctx, device, state="rejected")
    for number in (1, 2):
        taken = make_snapshot(ctx, device, TEXT.format(number))
        if number == 1:
            baselines.approve_snapshot(ctx, taken.id, reason="first")
    seen = observation.judge_device(ctx, device.id, attribute=unexplained)
    assert proposed_for(ctx, findings.get(ctx, seen.finding_id)) == (fitting,)


def test_proposals_for_a_finding_cost_two_statements_however_many_there_are(ctx, device, finding):
    for number in range(5):
        make_mask(ctx, device, pattern=rf"epoch\ {'x' * number}\ \d+")
    ctx.session.flush()
    _ = (finding.device.site, finding.governing_unit_id)
    with statements(ctx) as sent:
        proposed_for(ctx, finding)
    assert len(sent) == 2
