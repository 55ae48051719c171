"""Approving configurations as baselines."""

import pytest

from core.errors import InvalidInput, NotFound, NotPermitted
from drift import baselines
from tests.drift.rows import BASE, DRIFTED, OTHER, make_snapshot
from tests.factories import make_device, make_person, make_post, make_site, make_unit


def test_a_snapshot_becomes_the_first_baseline(ctx):
    device = make_device(ctx)
    snapshot = make_snapshot(ctx, device)
    baseline = baselines.approve_snapshot(ctx, snapshot.id, reason="first look")
    assert baselines.baseline_for(ctx, device.id) is baseline
    assert (baseline.version, baseline.digest, baseline.source, baseline.snapshot_id) == (
        1, snapshot.digest, "snapshot", snapshot.id,
    )  # fmt: skip
    assert baseline.approved_by_id == ctx.person.person_id
    assert ctx.recorded == ["baseline.approved"]


def test_a_second_baseline_ends_the_first(ctx, clock):
    device = make_device(ctx)
    first = baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="one")
    clock.forward(hours=1)
    second = baselines.approve_snapshot(ctx, make_snapshot(ctx, device, DRIFTED).id, reason="two")
    assert first.valid_until == clock()
    assert (second.version, second.valid_until) == (2, None)
    assert baselines.versions(ctx, device.id) == (second, first)


def test_the_same_content_again_makes_no_new_version(ctx):
    device = make_device(ctx)
    first = baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="one")
    ctx.recorded.clear()
    again = baselines.approve_snapshot(ctx, make_snapshot(ctx, device).id, reason="two")
    assert again is first
    assert ctx.recorded == []


def test_an_untrusted_snapshot_never_becomes_a_baseline(ctx):
    device = make_device(ctx, hostname="r1")
    snapshot = make_snapshot(ctx, device, trusted=False)
    with pytest.raises(baselines.UntrustedSnapshot, match=r"r1 is kept aside .*no terminator"):
        baselines.approve_snapshot(ctx, snapshot.id, reason="please")
    assert baselines.baseline_for(ctx, device.id) is None


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_baseline_needs_a_reason(ctx, reason):
    snapshot = make_snapshot(ctx, make_device(ctx))
    with pytest.raises(InvalidInput, match="reason"):
        baselines.approve_snapshot(ctx, snapshot.id, reason=reason)


def test_a_missing_snapshot_is_named(ctx):
    with pytest.raises(NotFound, match="snapshot 4711"):
        baselines.approve_snapshot(ctx, 4711, reason="why")


def test_a_written_configuration_becomes_the_baseline(ctx):
    device = make_device(ctx)
    baseline = baselines.set_intended(ctx, device.id, BASE, reason="from the design")
    assert (baseline.source, baseline.snapshot_id) == ("intended", None)
    assert baselines.text(ctx, baseline) == BASE


def test_an_empty_intended_configuration_is_refused(ctx):
    with pytest.raises(InvalidInput, match="empty"):
        baselines.set_intended(ctx, make_device(ctx).id, " \n", reason="oops")


def test_an_intended_configuration_that_is_no_text_is_refused_with_its_line(ctx):
    with pytest.raises(InvalidInput, match="line 2 holds control characters"):
        baselines.set_intended(ctx, make_device(ctx).id, "hostname r1\n\x00\x01", reason="oops")


def test_the_end_character_of_an_ios_banner_is_text(ctx):
    text = "banner motd \x03\nhello\n\x03\nhostname r1\n"
    baseline = baselines.set_intended(ctx, make_device(ctx).id, text, reason="banner")
    assert baselines.text(ctx, baseline) == text


def test_only_valid_baselines_of_ones_jurisdiction_are_listed(ctx):
    mine = make_device(ctx, hostname="a")
    baselines.approve_snapshot(ctx, make_snapshot(ctx, mine).id, reason="one")
    now = baselines.approve_snapshot(ctx, make_snapshot(ctx, mine, DRIFTED).id, reason="two")
    assert baselines.list_baselines(ctx) == (now,)


def test_who_has_no_post_for_it_approves_nothing(ctx, as_holder):
    here, there = make_unit(ctx), make_unit(ctx)
    post = make_post(ctx, unit=there, permissions=["baseline.approve"], holder=make_person(ctx))
    device = make_device(ctx, site=make_site(ctx, unit=here))
    snapshot = make_snapshot(ctx, device)
    with pytest.raises(NotPermitted, match=r"baseline\.approve"):
        baselines.approve_snapshot(as_holder(post), snapshot.id, reason="mine now")


def test_every_device_without_a_baseline_gets_what_it_showed_last_as_the_first(ctx):
    new, known, silent = (make_device(ctx, hostname=name) for name in ("new", "known", "silent"))
    make_snapshot(ctx, new, OTHER)
    kept = baselines.approve_snapshot(ctx, make_snapshot(ctx, known).id, reason="before")
    make_snapshot(ctx, known, OTHER)
    made = baselines.approve_first(ctx, reason="first")
    assert [(one.device.hostname, one.version) for one in made] == [("new", 1)]
    assert baselines.baseline_for(ctx, known.id).id == kept.id
    assert baselines.baseline_for(ctx, silent.id) is None
