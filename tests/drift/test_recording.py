"""Findings of many devices at a time: the same as of each by itself, in a few statements."""

from datetime import timedelta

import pytest

from core.errors import NotPermitted
from drift import assess, baselines, findings
from drift.attribution import Verdict, unexplained
from drift.models import Finding
from drift.recording import Shown, record
from tests.drift.rows import BASE, DRIFTED, OTHER, make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit
from tests.statements import statements


@pytest.fixture
def shows(ctx):
    """What devices show by their hostnames; those that are new get BASE as their baseline."""
    known = {}

    def shown(**texts):
        for name in set(texts) - set(known):
            known[name] = make_device(ctx, hostname=name)
            baselines.approve_snapshot(ctx, make_snapshot(ctx, known[name]).id, reason="first")
        return [_shown(ctx, known[name], text) for name, text in texts.items()]

    return shown


def _shown(ctx, device, text):
    return Shown(
        device=device, baseline=baselines.baseline_for(ctx, device.id),
        snapshot=make_snapshot(ctx, device, text),
        assessment=assess(text, BASE, platform=device.platform),
    )  # fmt: skip


def kept(ctx, shown, *, attribute=unexplained):
    return record(ctx, shown, attribute=attribute)


def states(ctx):
    rows = ctx.session.query(Finding).order_by(Finding.id)
    return [(one.device.hostname, one.state, one.event and one.event.state) for one in rows]


def test_each_device_gets_what_it_would_get_by_itself(ctx, shows, clock):
    back, hushed, other = kept(ctx, shows(back=OTHER, hushed=OTHER, other=OTHER))
    findings.suppress(ctx, hushed.id, reason="known", until=clock() + timedelta(hours=1))
    ctx.recorded.clear()
    found = kept(ctx, shows(new=DRIFTED, back=BASE, hushed=OTHER, other=DRIFTED, same=BASE))
    assert [one and one.device.hostname for one in found] == [
        "new", None, "hushed", "other", None,
    ]  # fmt: skip
    assert (found[2] is hushed, found[3] is other) == (True, True)
    assert states(ctx) == [
        ("back", "resolved", None), ("hushed", "suppressed", None), ("other", "open", "open"),
        ("new", "open", "open"),
    ]  # fmt: skip
    assert ctx.recorded == [
        "finding.resolved", "event.closed",
        "finding.opened", "finding.confirmed", "finding.changed",
        "event.closed", "event.raised", "event.raised",
    ]  # fmt: skip
    assert back.state == "resolved"


def test_each_device_is_explained_by_itself(ctx, shows):
    def explained(_ctx, device_id, _assessment):
        return Verdict(verdict="authorised" if device_id == first else "reverted", reason="so")

    shown = shows(a=DRIFTED, b=DRIFTED)
    first = shown[0].device.id
    found = kept(ctx, shown, attribute=explained)
    assert [(one.verdict, one.event is None) for one in found] == [
        ("authorised", True), ("reverted", False),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [DRIFTED, BASE])
def test_many_devices_take_as_few_statements_as_one(ctx, shows, text):
    names = [f"r{number}" for number in range(20)]
    for opened in ("alone", *names):
        kept(ctx, shows(**{opened: OTHER}))
    alone, together = shows(alone=text), shows(**dict.fromkeys(names, text))
    ctx.session.flush()
    with statements(ctx) as one:
        kept(ctx, alone)
    ctx.session.flush()
    with statements(ctx) as many:
        kept(ctx, together)
    assert len(many) <= len(one)


def test_one_device_out_of_the_jurisdiction_leaves_all_as_they_were(ctx, shows, as_holder):
    north, south = make_unit(ctx), make_unit(ctx)
    post = make_post(ctx, unit=north, permissions=["drift.scan"], holder=make_person(ctx))
    shown = shows(here=DRIFTED, there=DRIFTED)
    shown[0].device.site = make_site(ctx, unit=north)
    shown[1].device.site = make_site(ctx, unit=south)
    with pytest.raises(NotPermitted, match="there"):
        kept(as_holder(post), shown)
    assert states(ctx) == []
    assert kept(as_holder(post), shown[:1])[0].state == "open"


def test_of_no_device_nothing_is_asked(ctx):
    with statements(ctx) as sent:
        assert kept(ctx, []) == []
    assert sent == []
