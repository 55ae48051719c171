"""Learning: a device is read twice; over real SSH, and with collections that fail."""

import pytest

from core.errors import InvalidInput, NotPermitted
from drift import baselines, findings, observation
from drift.attribution import unexplained
from drift.noise import decisions
from drift.noise.history import by_nobody
from drift.noise.learning import NotMaskable, learn
from drift.noise.proposing import PROTECTED
from inventory import discovery, snapshots
from inventory.results import CollectionOutcome
from lab.network import Fault, Lab
from operations.models import Event
from tests.acting import acting
from tests.drift.noise_rows import TEXT, activate, make_eos
from tests.drift.rows import make_snapshot
from tests.factories import make_credential, make_device, make_person, make_post, make_site

PATTERN = r"ntp\ clock\-period\ \d+"


def learned(ctx, device, **options):
    return learn(ctx, device.id, corrected=by_nobody, wait=lambda _: None, **options)


@pytest.fixture
def shows(monkeypatch):
    """Stands in for the collection: what it brings back, one after the other."""

    def arrange(*given):
        left = list(given)

        def fake(ctx, device_id):
            outcome, text = left.pop(0)
            device = ctx.get(discovery.Device, device_id)
            if text is not None:
                make_snapshot(ctx, device, text)
            ctx.record("device.collected", device)
            ctx.commit()
            return CollectionOutcome(
                device_id=device_id, hostname=device.hostname, outcome=outcome, detail=outcome
            )

        monkeypatch.setattr(observation.discovery, "collect", fake)

    return arrange


@pytest.fixture
def device(ctx):
    return make_eos(ctx, hostname="r1")


def test_what_changed_between_two_readings_is_proposed_with_its_evidence(ctx, device, shows, clock):
    shows(("changed", TEXT.format(1)), ("changed", TEXT.format(5)))
    waited = []

    def wait(seconds):
        waited.append(seconds)
        clock.forward(seconds=seconds)

    [mask] = learn(ctx, device.id, apart=20, corrected=by_nobody, wait=wait).masks
    assert waited == [20]
    assert (mask.state, mask.platform, mask.unit_id, mask.path, mask.pattern) == (
        "proposed", "arista_eos", device.site.unit_id, [], PATTERN,
    )  # fmt: skip
    assert (mask.example_before, mask.example_after) == (
        "ntp clock-period 1", "ntp clock-period 5",
    )  # fmt: skip
    assert (mask.learned_by_id, mask.learned_at) == (ctx.person.person_id, clock.at)
    assert (mask.evidence["device"], mask.evidence["seconds"]) == ("r1", 20.0)
    assert mask.evidence["second"] == {
        "snapshot": snapshots.latest(ctx, device.id).digest.hex(), "at": clock.at.isoformat(),
    }  # fmt: skip
    assert mask.evidence["history"]["hidden"] == 1
    assert ctx.recorded[-2:] == ["noise.proposed", "noise.learned"]


def test_no_transaction_is_open_while_time_passes(ctx, device, shows):
    shows(("changed", TEXT.format(1)), ("changed", TEXT.format(2)))
    pending = []

    def wait(_):
        pending.append(ctx.session.in_transaction())

    learn(ctx, device.id, corrected=by_nobody, wait=wait)
    assert pending == [False]


def test_what_is_known_is_not_proposed_twice(ctx, device, shows):
    other = make_eos(ctx, site=device.site)
    shows(*(("changed", TEXT.format(n)) for n in (1, 2, 3, 4)))
    [mask] = learned(ctx, device).masks
    again = learned(ctx, other)
    assert (again.masks, again.known) == ((), (mask,))


def test_what_was_rejected_can_be_learned_again(ctx, device, shows):
    shows(*(("changed", TEXT.format(n)) for n in (1, 2, 3, 4)))
    [mask] = learned(ctx, device).masks
    decisions.reject(ctx, mask.id, reason="not now")
    [second] = learned(ctx, device).masks
    assert second.id != mask.id


def test_a_device_that_shows_the_same_twice_proposes_nothing(ctx, device, shows):
    shows(("changed", TEXT.format(1)), ("unchanged", None))
    found = learned(ctx, device)
    assert (found.outcome, found.masks, found.others) == ("learned", (), ())
    assert "both readings are the same" in found.detail.lower()


@pytest.mark.parametrize("outcome", ["unreachable", "untrusted", "host_key_changed"])
@pytest.mark.parametrize("good", [0, 1])
def test_a_collection_that_fails_ends_it_with_its_outcome(ctx, device, shows, outcome, good):
    shows(*[("changed", TEXT.format(1))] * good, (outcome, None))
    found = learned(ctx, device)
    assert (found.outcome, found.detail, found.masks) == (outcome, outcome, ())
    assert ctx.recorded[-1] == "noise.not_learned"
    assert ctx.session.query(Event).count() == 1


def test_a_platform_without_masks_is_not_even_read(ctx):
    with pytest.raises(NotMaskable, match="whole paths"):
        learned(ctx, make_device(ctx, platform="juniper_junos"))


@pytest.mark.parametrize("apart", [0, -1, 301, float("nan")])
def test_readings_lie_some_seconds_apart(ctx, device, apart):
    with pytest.raises(InvalidInput, match="seconds apart"):
        learned(ctx, device, apart=apart)


def test_learning_needs_its_permission(ctx, device):
    person = make_person(ctx)
    make_post(ctx, unit=device.site.unit, permissions=["device.collect"], holder=person)
    with pytest.raises(NotPermitted, match=r"noise\.learn"):
        learned(acting(ctx, person), device)


@pytest.fixture
def enrolled(ctx, monkeypatch):
    """A device of the lab whose restless line the test chooses, with a baseline."""
    with Lab(devices=2, seed=4) as network:
        shown = network.devices[1]
        monkeypatch.setenv("LAB_PASSWORD", shown.password)
        site = make_site(ctx)
        credential = make_credential(
            ctx, unit=site.unit, username=shown.username, password_ref="env:LAB_PASSWORD"
        )
        device = make_device(
            ctx, site=site, credential=credential, hostname=shown.hostname,
            platform=shown.platform, address=shown.address, port=shown.port,
        )  # fmt: skip

        def enrol(restless):
            shown.restless = restless
            network.set_fault(shown, Fault.RESTLESS)
            observation.collect_device(ctx, device.id)
            baselines.approve_snapshot(ctx, snapshots.latest(ctx, device.id).id, reason="first")
            return network, shown, device

        yield enrol


def observed(ctx, device):
    return observation.observe_device(ctx, device.id, attribute=unexplained).outcome


def test_a_line_that_moves_at_each_reading_is_learned_over_ssh_and_is_drift_no_more(ctx, enrolled):
    network, shown, device = enrolled("ntp clock-period 36029056")
    assert observed(ctx, device) == "drifted"
    found = learned(ctx, device, apart=1)
    assert (found.outcome, found.others) == ("learned", ())
    [mask] = found.masks
    assert (mask.path, mask.pattern) == ([], PATTERN)
    activate(ctx, mask)
    assert observed(ctx, device) == "in_sync"
    assert findings.list_findings(ctx) == ()
    network.apply(shown, ["vlan 4000"])
    assert observed(ctx, device) == "drifted"
    [finding] = findings.list_findings(ctx)
    assert [one.line for one in findings.differences_of(finding)] == ["vlan 4000"]


def test_a_line_of_security_that_moves_at_each_reading_is_not_proposed(ctx, enrolled):
    _, _, device = enrolled("username guest privilege 1")
    found = learned(ctx, device, apart=1)
    assert (found.masks, {one.reason for one in found.others}) == ((), {PROTECTED})
    assert observed(ctx, device) == "drifted"


def test_a_device_of_the_lab_that_is_cut_off_teaches_nothing(ctx, enrolled):
    network, shown, device = enrolled("ntp clock-period 36029056")
    network.set_fault(shown, Fault.CUT_OFF)
    assert learned(ctx, device, apart=1).outcome == "untrusted"
