"""`trimtab snapshot blame`, `search`, `export` and `verify`."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.actor import Actor, Origin
from inventory import devices
from inventory.snapshot_models import Keyframe, Snapshot
from inventory.store.frames import compressed
from organization.models import Unit
from organization.permissions import PERMISSIONS
from tests.factories import make_device, make_site
from tests.inventory.store_rows import config, show

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
NTP = "ntp server 10.0.0.1"


@pytest.fixture
def shown(trimtab, runtime, clock):
    """The device r1 has shown two configurations some hours ago."""
    with runtime.context(ALL, Origin(door="cli")) as ctx:
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "ops")).one()
        device = make_device(ctx, hostname="r1", site=make_site(ctx, unit=unit, code="north"))
        clock.at -= timedelta(hours=2)
        show(ctx, device, config())
        clock.forward(hours=1)
        show(ctx, device, config("[bold]\x1b[1m", NTP))
    return trimtab


def test_a_line_is_blamed(shown):
    [told] = json.loads(shown("snapshot", "blame", "r1", "--line", NTP, "--json"))
    assert (told["number"], told["line"], told["at_latest"]) == (62, NTP, False)
    assert (told["change"], told["requested_by"], told["approved_by"]) == (None, None, [])
    assert NTP in shown("snapshot", "blame", "r1")


def test_an_older_version_is_blamed(shown):
    newest, oldest = (one["id"] for one in json.loads(shown("snapshot", "list", "r1", "--json")))
    told = json.loads(shown("snapshot", "blame", "r1", "--snapshot", str(oldest), "--json"))
    assert {one["snapshot"] for one in told} == {oldest}
    assert "r1" in shown("snapshot", "blame", "r1", "--snapshot", str(newest + 1), code=2)


def test_a_line_that_is_not_there_is_wrong_input(shown):
    assert "No line" in shown("snapshot", "blame", "r1", "--line", "nowhere", code=2)


def test_current_configurations_are_searched(shown):
    told = json.loads(shown("snapshot", "search", "10.0.0.1", "--json"))
    assert (told["searched"], told["ended"]) == (1, "all")
    [hit] = told["hits"]
    assert (hit["device"], hit["site"], hit["number"], hit["line"]) == ("r1", "north", 62, NTP)
    said = shown("snapshot", "search", "^.bold|^ntp", "--regex", "--site", "north")
    assert "r1:61: [bold]" in said
    assert "\x1b[1m" not in said
    assert f"r1:62: {NTP}" in said


def test_a_search_that_finds_nothing_exits_with_one(shown):
    assert "0 lines in 1 configuration:" in shown("snapshot", "search", "nowhere", code=1)


def test_a_wrong_expression_is_wrong_input(shown):
    assert "regular expression" in shown("snapshot", "search", "(", "--regex", code=2)


def test_the_history_is_exported_and_then_only_what_is_new(shown, tmp_path):
    folder = str(tmp_path / "git")
    told = json.loads(shown("snapshot", "export", "--git", folder, "--json"))
    assert (told["commits"], told["skipped"], told["waiting"]) == (2, 0, 0)
    assert "0 commits are new" in shown("snapshot", "export", "--git", folder)


def test_an_export_says_how_many_snapshots_wait(shown, runtime, clock, tmp_path):
    with runtime.context(ALL, Origin(door="cli")) as ctx:
        clock.at = datetime.now(UTC)
        show(ctx, devices.by_hostname(ctx, "r1"), config("z"))
    said = shown("snapshot", "export", "--git", str(tmp_path / "git"))
    assert "1 are younger than a minute and wait" in said


def test_every_text_is_verified(shown, runtime):
    told = json.loads(shown("snapshot", "verify", "--json"))
    assert told == {"texts": 2, "broken": []}
    with runtime.context(ALL, Origin(door="cli")) as ctx:
        ctx.session.execute(update(Keyframe).values(body=compressed(b"forged")))
        digests = {one.hex() for one in ctx.session.scalars(select(Snapshot.digest))}
    told = json.loads(shown("snapshot", "verify", "--json", code=1))
    assert set(told["broken"]) == digests
