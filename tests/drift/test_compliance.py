"""Verdicts of compliance rules: kept, replaced, listed."""

from dataclasses import replace

import pytest

from core.settings import Settings
from drift import compliance, observation
from drift.attribution import unexplained
from drift.models import Judged
from tests.drift.rows import BASE, make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit

OPEN = "[sysctl]\n kernel.randomize_va_space = 0\n net.ipv4.tcp_syncookies = 0\n"
CLOSED = "[sysctl]\n kernel.randomize_va_space = 2\n net.ipv4.tcp_syncookies = 1\n"
OWN = """\
- {id: OWN-1, title: t, why: w, severity: minor, platforms: [linux], tags: [pci], require: ['^x']}
"""
BROKEN = ["TT-LNX-KERNEL-1", "TT-LNX-KERNEL-4"]


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1", platform="linux")


def judge(ctx, device, text):
    make_snapshot(ctx, device, text)
    return observation.judge_device(ctx, device.id, attribute=unexplained)


def failing(ctx):
    return [row.rule_id for row in compliance.verdicts(ctx, passed=False)]


def test_the_verdicts_of_a_device_are_kept(ctx, device, clock):
    judge(ctx, device, OPEN)
    assert failing(ctx) == BROKEN
    row = compliance.verdicts(ctx, device_id=device.id, passed=False)[0]
    assert (row.severity, row.judged_at, row.detail) == (
        "major", clock(),
        "0 instead of at least 2 in [sysctl]: kernel.randomize_va_space = 0",
    )  # fmt: skip


def test_a_later_judgement_replaces_the_earlier(ctx, device):
    judge(ctx, device, OPEN)
    judge(ctx, device, CLOSED)
    ctx.session.expire_all()
    assert failing(ctx) == []


def test_verdicts_of_rules_that_are_gone_go(ctx, device):
    snapshot = make_snapshot(ctx, device)
    ctx.add(
        Judged(
            device_id=device.id, snapshot_id=snapshot.id, inputs=b"old", outcome="in_sync",
            rules=["OLD-1"], failed={"OLD-1": "missing"}, judged_at=ctx.now(),
        )
    )  # fmt: skip
    judge(ctx, device, CLOSED)
    assert failing(ctx) == []


def test_a_platform_without_rules_keeps_no_verdicts(ctx):
    judge(ctx, make_device(ctx, platform="frr"), BASE)
    assert compliance.verdicts(ctx) == ()


def test_judging_a_device_judges_the_rules_too(ctx, device):
    make_snapshot(ctx, device, OPEN)
    observation.judge_device(ctx, device.id, attribute=unexplained)
    assert failing(ctx) == BROKEN


def test_a_pack_that_cannot_be_read_costs_no_device_its_judgement(ctx, device, tmp_path):
    pack = tmp_path / "own.yaml"
    pack.write_text("- {id: OWN-1}\n")
    house = replace(ctx, settings=Settings(home=tmp_path, rule_packs=(pack,)))
    judge(house, device, OPEN)
    assert failing(house) == [*BROKEN, "TT-PACKS"]
    [row] = [row for row in compliance.verdicts(house) if row.rule_id == "TT-PACKS"]
    assert (row.severity, f"{pack} is wrong at rule 1" in row.detail) == ("major", True)
    pack.write_text(OWN)
    judge(house, device, OPEN)
    assert failing(house) == BROKEN


def test_a_rule_for_a_tag_speaks_of_the_devices_that_have_it(ctx, tmp_path):
    pack = tmp_path / "own.yaml"
    pack.write_text(OWN)
    house = replace(ctx, settings=Settings(home=tmp_path, rule_packs=(pack,)))
    for tags in (["pci", "hall-2"], ["hall-2"], "pci"):
        judge(house, make_device(ctx, platform="linux", options={"tags": tags}), OPEN)
    told = [row.passed for row in compliance.verdicts(house) if row.rule_id == "OWN-1"]
    assert told == [False]


def test_verdicts_of_other_jurisdictions_are_not_shown(ctx, device, as_holder):
    unit = make_unit(ctx)
    post = make_post(ctx, unit=unit, permissions=["drift.read"], holder=make_person(ctx))
    mine = make_device(ctx, site=make_site(ctx, unit=unit))
    judge(ctx, device, BASE)
    judge(ctx, mine, BASE)
    shown = compliance.verdicts(as_holder(post), passed=False)
    assert {row.device_id for row in shown} == {mine.id}
