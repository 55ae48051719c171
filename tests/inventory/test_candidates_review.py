"""What persons decide about candidates, and what is proposed to them."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord, Subject
from core.errors import Conflict, InvalidInput
from inventory.candidates import keeping, review
from inventory.candidates.keeping import Report
from inventory.candidates.review import Adoption, Alike
from inventory.drivers.login import PublicKey
from inventory.host_keys import pin
from inventory.models import HostKey
from tests.factories import make_candidate, make_credential, make_device, make_site, make_unit

RUN = Subject(type="discovery_run", id="1", label="test")


@pytest.fixture
def said(ctx):
    site = make_site(ctx)
    return Adoption(site=site.code, credential=make_credential(ctx, unit=site.unit).name)


def test_a_candidate_is_adopted_with_its_facts_and_the_host_key_that_was_seen(ctx, said):
    one = make_candidate(ctx, serial="S1", model="M", os_version="17", port=2222,
                         key_algorithm="ssh-ed25519", host_key="AAAA")  # fmt: skip
    device = review.adopt(ctx, one.id, said)
    assert (device.hostname, device.port, device.serial, device.model) == (
        one.hostname, 2222, "S1", "M",
    )  # fmt: skip
    assert ctx.get(HostKey, device.id).public_key == "AAAA"
    assert (one.state, one.device_id) == ("adopted", device.id)
    assert ctx.recorded == ["device.added", "host_key.pinned", "candidate.adopted"]


def test_what_is_still_unknown_is_named(ctx):
    one = make_candidate(ctx, hostname="", platform=None)
    with pytest.raises(InvalidInput, match="hostname, platform, site, credential must be known"):
        review.adopt(ctx, one.id)


def test_an_ignored_candidate_stays_ignored_when_it_is_found_again(ctx, clock):
    one = make_candidate(ctx)
    review.ignore(ctx, one.id, reason="a printer")
    clock.forward(days=1)
    report = Report(source="range", unit_id=one.unit_id, address=one.address, port=22,
                    banner="SSH-2.0-other")  # fmt: skip
    assert keeping.keep(ctx, [report], subject=RUN) == (one,)
    assert (one.state, one.banner, one.last_seen_at) == ("ignored", "SSH-2.0-other", clock())
    with pytest.raises(Conflict, match="is ignored already"):
        review.adopt(ctx, one.id)
    assert review.reconsider(ctx, one.id, reason="it is ours").state == "found"


def test_a_merger_is_recorded_on_the_device(ctx):
    device, one = make_device(ctx), make_candidate(ctx)
    review.merge(ctx, one.id, hostname=device.hostname, reason="its loopback")
    assert (one.state, review.merged_with(ctx, device.id)) == ("merged", [one])
    record = ctx.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "device.candidate_merged")
    ).one()
    assert (record.subject_id, record.facts["address"]) == (str(device.id), one.address)


def test_devices_with_the_same_serial_host_key_or_name_are_proposed(ctx):
    serial, key, name = (make_device(ctx) for _ in range(3))
    serial.serial = "S9"
    pin(ctx, key, PublicKey(algorithm="ssh-ed25519", public_key="BBBB"))
    ones = [
        make_candidate(ctx, serial="S9"), make_candidate(ctx, host_key="BBBB"),
        make_candidate(ctx, hostname=name.hostname.upper()), make_candidate(ctx),
    ]  # fmt: skip
    alike = review.alike(ctx, ones)
    assert [alike[one.id] for one in ones] == [
        (Alike(device_id=serial.id, hostname=serial.hostname, by="serial"),),
        (Alike(device_id=key.id, hostname=key.hostname, by="host key"),),
        (Alike(device_id=name.id, hostname=name.hostname, by="hostname"),),
        (),
    ]


def test_only_what_is_complete_proven_and_like_no_device_is_adopted_unseen(ctx, said):
    device = make_device(ctx)
    proposal = {"site": said.site, "credential": said.credential}
    good, hinted, alike, lacking = (
        make_candidate(ctx, proposal=proposal),
        make_candidate(ctx, proposal=proposal, evidence="banner"),
        make_candidate(ctx, proposal=proposal, hostname=device.hostname),
        make_candidate(ctx, proposal={"site": "nowhere", "credential": said.credential}),
    )
    adopted = review.adopt_complete(ctx, [good, hinted, alike, lacking])
    assert [one.hostname for one in adopted] == [good.hostname]
    assert [one.state for one in (good, hinted, alike, lacking)] == ["adopted", *["found"] * 3]
    assert lacking.problem.startswith("There is no site nowhere")


def test_a_name_whose_address_is_told_later_is_the_same_candidate(ctx):
    unit = make_unit(ctx)
    nameless = Report(source="lldp:r1", unit_id=unit.id, address=None, port=22, hostname="r2")
    (first,) = keeping.keep(ctx, [nameless], subject=RUN)
    told = Report(source="lldp:r3", unit_id=unit.id, address="10.9.9.2", port=22, hostname="R2",
                  platform="cisco_ios", evidence="answer", banner="SSH-2.0-x")  # fmt: skip
    assert keeping.keep(ctx, [told, nameless], subject=RUN) == (first, first)
    assert (first.address, first.platform) == ("10.9.9.2", "cisco_ios")


def test_a_hint_never_replaces_an_answer(ctx):
    one = make_candidate(ctx, platform="arista_eos", evidence="answer")
    report = Report(source="range", unit_id=one.unit_id, address=one.address, port=22,
                    platform="linux", evidence="banner", banner="SSH-2.0-x")  # fmt: skip
    keeping.keep(ctx, [report], subject=RUN)
    assert (one.platform, one.evidence) == ("arista_eos", "answer")
