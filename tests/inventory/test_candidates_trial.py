"""What an import would bring, tried and taken back."""

import pytest
from sqlalchemy import select

from core.actor import Actor, Origin
from core.errors import NotPermitted
from inventory.candidates.imports.csv_text import read_csv
from inventory.candidates.imports.trial import Outcome, try_candidates, try_devices, try_web
from inventory.candidates.models import Candidate
from inventory.imports import ImportRefused
from inventory.models import Device
from organization.permissions import PERMISSIONS
from tests.acting import acting
from tests.factories import (
    make_candidate,
    make_credential,
    make_device,
    make_person,
    make_site,
    make_unit,
)
from tests.inventory.rest_server import Api, serving
from tests.inventory.test_candidates_imports import netbox_device

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
HERE = Origin(door="cli")


@pytest.fixture
def site(ctx):
    return make_site(ctx, unit=make_unit(ctx))


@pytest.fixture
def credential(ctx, site):
    return make_credential(ctx, unit=site.unit)


def tried(ctx, unit, text, *, adopt="complete"):
    return try_candidates(ctx, read_csv(text), unit=unit, source="csv:test", adopt=adopt)


def names(ctx):
    return set(ctx.session.scalars(select(Device.hostname))), set(
        ctx.session.scalars(select(Candidate.hostname))
    )


def test_a_trial_says_what_an_import_would_do_and_leaves_nothing(ctx, site, credential):
    before, text = (
        names(ctx),
        (
            "hostname,address,platform,site,credential\n"
            f"a1,10.5.0.1,cisco_ios,{site.code},{credential.name}\na2,10.5.0.2,acme,,\n"
        ),
    )
    assert tried(ctx, site.unit, text) == (
        Outcome(hostname="a1", address="10.5.0.1", platform="cisco_ios", becomes="device",
                state="adopted", problem="", alike=()),
        Outcome(hostname="a2", address="10.5.0.2", platform=None, becomes="waiting", state="found",
                problem="'acme' is no platform known here.", alike=()),
    )  # fmt: skip
    assert (names(ctx), ctx.recorded) == (before, [])


def test_a_transaction_with_a_trial_alone_commits_without_a_record(runtime):
    with runtime.context(ALL, HERE) as ctx:
        unit = make_unit(ctx)
    with runtime.context(ALL, HERE) as ctx:
        [told] = tried(ctx, unit, "hostname,address\na1,10.5.0.1\n")
    assert told.becomes == "waiting"
    with runtime.context(ALL, HERE) as ctx:
        assert names(ctx) == (set(), set())


def test_a_candidate_that_is_known_keeps_its_state_unless_it_would_be_adopted(
    ctx, site, credential
):
    ignored = make_candidate(ctx, unit_id=site.unit_id, state="ignored")
    found = make_candidate(ctx, unit_id=site.unit_id)
    lines = [f"{one.hostname},{one.address},cisco_ios,{site.code},{credential.name}"
             for one in (ignored, found)]  # fmt: skip
    told = tried(ctx, site.unit, "\n".join(["hostname,address,platform,site,credential", *lines]))
    assert [(one.becomes, one.state) for one in told] == [
        ("known", "ignored"), ("device", "adopted"),
    ]  # fmt: skip
    ctx.session.refresh(found)
    assert found.state == "found"


def test_a_trial_names_what_it_would_change_of_a_known_candidate(ctx, site):
    same, other = (make_candidate(ctx, unit_id=site.unit_id, evidence="import") for _ in range(2))
    lines = [f"{same.hostname},{same.address},cisco_ios", f"renamed,{other.address},arista_eos"]
    told = tried(ctx, site.unit, "\n".join(["hostname,address,platform", *lines]), adopt="none")
    assert [(one.becomes, one.changed) for one in told] == [
        ("known", ()), ("known", ("hostname", "platform")),
    ]  # fmt: skip
    ctx.session.refresh(other)
    assert other.platform == "cisco_ios"


def test_a_server_is_read_and_tried_and_nothing_is_kept(ctx, site, monkeypatch):
    monkeypatch.setenv("TOKEN", "s3cret")
    before = names(ctx)
    ctx.commit()
    with serving(Api(rows=[netbox_device(number) for number in (1, 2)])) as api:
        told = try_web(
            ctx, "netbox", url=api.url, token_ref="env:TOKEN", unit=site.unit, adopt="none"
        )
    assert [(one.hostname, one.becomes) for one in told] == [("r1", "waiting"), ("r2", "waiting")]
    assert (names(ctx), ctx.recorded) == (before, [])


def test_complete_devices_are_tried_all_or_none(ctx, site, credential):
    header = "hostname,site,platform,address,credential\n"
    line = f"b1,{site.code},cisco_ios,10.5.0.1,{credential.name}\n"
    [told] = try_devices(ctx, header + line, source="test")
    assert (told.hostname, told.becomes) == ("b1", "device")
    taken = make_device(ctx, site=site, credential=credential).hostname
    with pytest.raises(ImportRefused, match=f"there is a device {taken}"):
        try_devices(ctx, header + line + line.replace("b1", taken), source="test")
    assert "b1" not in names(ctx)[0]


def test_who_may_not_import_may_not_try(ctx, site):
    stranger = acting(ctx, make_person(ctx))
    with pytest.raises(NotPermitted):
        tried(stranger, site.unit, "hostname,address\na1,10.5.0.1\n")
