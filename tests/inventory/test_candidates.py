"""Discovery of what the CMDB does not hold yet."""

import pytest

from core.errors import InvalidInput
from inventory.candidates import Candidate, adopt, discover, told_by_neighbours
from inventory.discovery import collect
from inventory.drivers import probe
from tests.factories import make_credential, make_site


@pytest.fixture
def credential(ctx, lab, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", lab.devices[0].password)
    return make_credential(ctx, password_ref="env:LAB_PASSWORD")


def span(lab, count=6):
    first = lab.devices[0].address.rpartition(".")[0]
    return [f"{first}.{number}/32" for number in range(1, count)]


def test_what_answers_and_is_no_device_is_a_candidate(ctx, lab, enrol):
    enrol(lab.devices[0])
    found = discover(ctx, span(lab), port=lab.devices[0].port)
    assert [one.address for one in found] == [one.address for one in lab.devices[1:]]
    assert found[0].banner.startswith("SSH-2.0-")
    assert (found[0].hostname, found[0].platform, found[0].source) == ("", None, "range")
    assert ctx.recorded == ["discovery.run"]


def test_with_a_credential_name_and_platform_are_found_and_adopted(ctx, lab, credential):
    site = make_site(ctx)
    found = discover(ctx, span(lab), port=lab.devices[0].port, credential=credential)
    assert [(one.hostname, one.platform) for one in found] == [
        (one.hostname, one.platform) for one in lab.devices
    ]
    devices = adopt(ctx, found, site_code=site.code, credential=credential)
    assert [one.hostname for one in devices] == [one.hostname for one in lab.devices]
    assert discover(ctx, span(lab), port=lab.devices[0].port) == ()


def test_what_refuses_the_credential_stays_a_candidate_with_its_problem(
    ctx, lab, credential, monkeypatch
):
    monkeypatch.setenv("LAB_PASSWORD", "wrong")
    (found,) = discover(ctx, span(lab, 2), port=lab.devices[0].port, credential=credential)
    assert "refused the login of admin" in found.problem
    with pytest.raises(InvalidInput, match="cannot be adopted"):
        adopt(ctx, [found], site_code="x", credential=credential)


@pytest.mark.parametrize(
    ("ranges", "said"),
    [(["10.0.0.0/8"], "16777216 addresses"), ([], "0 addresses"), (["nonsense"], "such as")],
)
def test_a_range_that_is_none_or_too_wide_is_refused(ctx, ranges, said):
    make_site(ctx)
    with pytest.raises(InvalidInput, match=said):
        discover(ctx, ranges)


def test_neighbours_that_the_cmdb_does_not_hold_are_candidates(ctx, lab, enrol):
    device = enrol(lab.devices[2])
    collect(ctx, device.id)
    names = sorted((lab.devices[0].hostname, lab.devices[1].hostname))
    assert told_by_neighbours(ctx) == tuple(
        Candidate(hostname=name, address=None, port=22, source=device.hostname) for name in names
    )


def test_what_is_no_ssh_server_has_no_banner(lab):
    there = lab.devices[1]
    assert probe.banner(there.address, 1, timeout=1) is None
    assert probe.banner(there.address, there.eapi_port, timeout=0.3) is None
