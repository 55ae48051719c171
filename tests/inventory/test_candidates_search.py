"""Searches over real SSH: from one seed to the whole lab, and nowhere else."""

from contextlib import nullcontext

import pytest

from core.errors import InvalidInput
from inventory.candidates import ranges, runs
from inventory.candidates.scope import NotAllowed
from inventory.candidates.searching import search
from inventory.discovery import collect
from lab.network import Lab
from tests.factories import make_credential, make_unit
from tests.inventory.discovering import LAB, allow, found, run


@pytest.fixture
def credential(ctx, lab, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
    return make_credential(ctx, password_ref="env:LAB_PASSWORD")


@pytest.fixture(autouse=True)
def no_logins_yet(lab):
    for device in lab.devices:
        device.logins = 0


def logins(lab):
    return [device.logins for device in lab.devices]


def test_from_one_seed_the_whole_lab_is_found_and_classified(ctx, monkeypatch):
    with Lab(devices=20) as lab:
        monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
        credential = make_credential(ctx, password_ref="env:LAB_PASSWORD")
        allow(ctx, lab, credential=credential)
        ended = run(ctx, seeds=[lab.devices[13].address], depth=5)
        assert (ended.state, ended.looked, ended.found, ended.identified) == (
            "finished", 20, 20, 20,
        )  # fmt: skip
        assert [(one.hostname, one.platform, one.serial, one.address) for one in found(ctx)] == [
            (one.hostname, one.platform, one.serial, one.address) for one in lab.devices
        ]
        assert logins(lab) == [1] * 20


def test_a_crawl_ends_at_its_depth(ctx, lab, credential):
    allow(ctx, lab, credential=credential)
    run(ctx, seeds=[lab.devices[3].address], depth=1)
    cores = [lab.devices[0], lab.devices[1], lab.devices[3]]
    assert [(one.hostname, one.depth) for one in found(ctx)] == [
        (one.hostname, 0 if one is lab.devices[3] else 1) for one in cores
    ]


def test_without_a_credential_nobody_is_signed_in_to(ctx, lab):
    allow(ctx, lab)
    run(ctx, cidrs=["127.77.0.0/29"])
    assert [(one.address, one.hostname, one.platform) for one in found(ctx)] == [
        (one.address, "", None) for one in lab.devices
    ]
    assert all(one.banner.startswith("SSH-2.0-") and one.host_key for one in found(ctx))
    assert logins(lab) == [0, 0, 0, 0]


def test_the_most_specific_range_decides_about_the_credential(ctx, lab, credential):
    allow(ctx, lab, credential=credential)
    allow(ctx, lab, "127.77.0.2/32")
    run(ctx, cidrs=[LAB])
    assert [one.hostname != "" for one in found(ctx)] == [True, False, True, True]
    assert logins(lab) == [1, 0, 1, 1]


def test_a_neighbour_outside_every_allowed_range_is_listed_and_not_contacted(ctx, lab, credential):
    allow(ctx, lab, "127.77.0.1/32", credential=credential)
    run(ctx, seeds=["127.77.0.1"], depth=5)
    core, *others = found(ctx)
    assert [(one.address, one.source, one.banner) for one in others] == [
        (one.address, f"lldp:{core.hostname}", "") for one in lab.devices[1:]
    ]
    assert "lies in no range that an administrator allowed" in others[0].problem
    assert logins(lab) == [1, 0, 0, 0]


def test_a_crawl_from_a_known_device_goes_by_what_it_told_and_leaves_it_alone(
    ctx, lab, enrol, credential
):
    device = enrol(lab.devices[2])
    collect(ctx, device.id)
    lab.devices[2].logins = 0
    allow(ctx, lab, credential=credential)
    run(ctx, seeds=[device.hostname], depth=3)
    assert [one.hostname for one in found(ctx)] == [
        one.hostname for one in lab.devices if one.hostname != device.hostname
    ]
    assert logins(lab) == [1, 1, 0, 1]


def test_a_range_that_nobody_allowed_is_refused(ctx, lab):
    allow(ctx, lab, "127.77.0.0/30")
    for asked in ({"cidrs": ["127.77.0.0/29"]}, {"seeds": ["127.77.0.9"]}):
        with pytest.raises(NotAllowed, match="no range that an administrator allowed"):
            run(ctx, **asked)


def test_a_withdrawn_range_is_entered_no_more(ctx, lab):
    allowed = allow(ctx, lab)
    wanted = runs.request_run(ctx, cidrs=["127.77.0.0/29"])
    ranges.withdraw(ctx, allowed.id, reason="moved")
    with pytest.raises(NotAllowed):
        run(ctx, cidrs=["127.77.0.0/29"])
    ended = search(lambda: nullcontext(ctx), wanted.id, threads=2)
    assert (ended.state, found(ctx)) == ("failed", [])


def test_what_refuses_the_credential_stays_with_its_problem(ctx, lab, credential, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", "wrong")
    allow(ctx, lab, credential=credential)
    run(ctx, seeds=["127.77.0.1"])
    (one,) = found(ctx)
    assert "refused the login of admin" in one.problem


def test_found_again_it_is_the_same_row(ctx, lab, credential, clock):
    unit = make_unit(ctx)
    allow(ctx, lab, unit=unit)
    run(ctx, seeds=["127.77.0.1"])
    (before,) = found(ctx)
    first = before.first_seen_at
    clock.forward(hours=1)
    allow(ctx, lab, "127.77.0.1/32", credential=credential, unit=unit)
    run(ctx, seeds=["127.77.0.1"])
    (after,) = found(ctx)
    assert (after.id, after.hostname) == (before.id, lab.devices[0].hostname)
    assert (after.first_seen_at, after.last_seen_at) == (first, clock())


def test_a_cancelled_search_contacts_nobody(ctx, lab):
    allow(ctx, lab)
    wanted = runs.request_run(ctx, cidrs=[LAB])
    runs.cancel(ctx, wanted.id)
    ended = search(lambda: nullcontext(ctx), wanted.id, threads=2)
    assert (ended.state, found(ctx)) == ("cancelled", [])


def test_too_many_addresses_are_refused(ctx, lab):
    allow(ctx, lab, "127.0.0.0/8")
    with pytest.raises(InvalidInput, match="65536"):
        run(ctx)


def test_a_search_of_a_unit_stays_in_its_ranges(ctx, lab):
    allow(ctx, lab, "127.77.0.1/32")
    other = make_unit(ctx)
    allow(ctx, lab, "127.77.0.2/32", unit=other)
    run(ctx, unit=other)
    assert [one.address for one in found(ctx)] == ["127.77.0.2"]
