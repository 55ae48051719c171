"""What the retention removes, what it never removes, and what stays known."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from changes.causes import texts_planned_from
from core.settings import Settings
from drift.models import Baseline
from inventory import originals, snapshots
from inventory.original_models import Original
from inventory.snapshot_models import Content, Keyframe, RemovedText, Snapshot
from inventory.store import retention
from inventory.store.texts import TextRemoved, kept_texts
from tests.factories import make_device
from tests.inventory.store_rows import SOME, config, show


def nothing(_ctx):
    return ()


@pytest.fixture
def ctx(ctx, tmp_path):
    ctx.settings = Settings(home=tmp_path, keep_all_days=7, keep_daily_days=30)
    return ctx


@pytest.fixture
def device(ctx):
    return make_device(ctx)


def shown_every(ctx, clock, device, times, **span):
    """The device shows another text at each time, the first one now."""
    rows = []
    for n in range(times):
        rows.append(show(ctx, device, config(f"ntp server 10.0.{n}.1")))
        clock.forward(**span)
    return rows


def kept(ctx, rows):
    left = kept_texts(ctx, {one.digest for one in rows})
    return [n for n, one in enumerate(rows) if one.digest in left]


def test_without_a_policy_everything_is_kept(ctx, device, clock, tmp_path):
    ctx.settings = Settings(home=tmp_path)
    rows = shown_every(ctx, clock, device, 4, hours=1)
    clock.forward(days=4000)
    assert (retention.apply(ctx, referred=nothing), kept(ctx, rows)) == (0, [0, 1, 2, 3])
    assert ctx.recorded == []


def test_what_is_young_is_kept(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 4, hours=1)
    clock.forward(days=6)
    assert (retention.apply(ctx, referred=nothing), kept(ctx, rows)) == (0, [0, 1, 2, 3])


def test_of_what_is_older_the_last_of_a_day_is_kept(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 6, hours=8)  # noon, 20, 4, noon, 20, 4
    clock.forward(days=8)
    assert retention.apply(ctx, referred=nothing) == 3
    assert kept(ctx, rows) == [1, 4, 5]
    assert ctx.recorded == ["snapshot.texts_removed"]


def test_of_what_is_older_still_the_last_of_a_week_is_kept(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 10, days=1)  # from a Tuesday on
    clock.forward(days=60)
    retention.apply(ctx, referred=nothing)
    assert kept(ctx, rows) == [5, 9]


def test_the_current_one_is_kept_however_old_it_is(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 2, hours=1)
    clock.forward(days=4000)
    retention.apply(ctx, referred=nothing)
    assert kept(ctx, rows) == [1]


def test_a_text_that_is_still_shown_is_kept(ctx, device, clock):
    first = show(ctx, device, config("a"))
    for text in ("b", "c", "a"):
        clock.forward(hours=1)
        show(ctx, device, config(text))
    clock.forward(days=8)
    retention.apply(ctx, referred=nothing)
    assert kept(ctx, [first]) == [0]


def test_a_text_that_a_baseline_refers_to_is_kept(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 4, hours=1)
    for number, shown in enumerate(rows[:2]):
        ctx.add(
            Baseline(
                device_id=device.id, version=number, source="snapshot", reason="x",
                digest=rows[0].digest, snapshot_id=shown.id, valid_from=ctx.now(),
                valid_until=ctx.now(),
            )
        )  # fmt: skip
    ctx.record("test.arranged", SOME)
    clock.forward(days=8)
    retention.apply(ctx, referred=nothing)
    assert kept(ctx, rows) == [0, 1, 3]


def test_a_text_that_a_plan_rests_on_is_kept(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 3, hours=1)
    clock.forward(days=8)
    retention.apply(ctx, referred=lambda _: {rows[0].digest})
    assert kept(ctx, rows) == [0, 2]
    assert texts_planned_from(ctx) == frozenset()


def test_what_is_known_of_a_removed_text_stays(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 3, hours=1)
    clock.forward(days=8)
    retention.apply(ctx, referred=nothing)
    assert snapshots.get_snapshot(ctx, rows[0].id).digest == rows[0].digest
    gone = ctx.session.get(RemovedText, rows[0].digest)
    assert (gone.size, gone.removed_at) == (len(config("ntp server 10.0.0.1")), clock.at)
    with pytest.raises(TextRemoved, match="keeps all texts for 7 days"):
        snapshots.text_of(ctx, rows[0].digest)


def test_a_removed_text_that_is_shown_again_is_kept_again(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 3, hours=1)
    clock.forward(days=8)
    retention.apply(ctx, referred=nothing)
    show(ctx, device, config("ntp server 10.0.0.1"))
    assert snapshots.text_of(ctx, rows[0].digest) == config("ntp server 10.0.0.1")
    assert ctx.session.scalar(
        select(func.count()).where(RemovedText.digest == rows[0].digest)
    ) == 0  # fmt: skip


def test_the_original_goes_with_its_text(ctx, device, clock, tmp_path):
    rows = shown_every(ctx, clock, device, 3, hours=1)
    (tmp_path / "secret.key").write_bytes(b"k" * 32)
    for one in rows:
        originals.keep(ctx, device, digest=one.digest, text="secret")
    ctx.record("test.arranged", SOME)
    clock.forward(days=8)
    retention.apply(ctx, referred=nothing)
    left = ctx.session.scalars(select(Original.digest)).all()
    assert set(left) == {rows[2].digest}


def test_a_keyframe_that_names_no_text_goes_away(ctx):
    ctx.add(Keyframe(body=b"nobody's"))
    retention.apply(ctx, referred=nothing)
    assert ctx.session.scalars(select(Keyframe)).all() == []


def test_the_other_texts_of_a_keyframe_stay_readable(ctx, device, clock):
    rows = shown_every(ctx, clock, device, 9, hours=5)
    clock.forward(days=8)
    retention.apply(ctx, referred=nothing)
    left = kept(ctx, rows)
    assert 0 not in left
    assert [snapshots.text_of(ctx, rows[n].digest) for n in left] == [
        config(f"ntp server 10.0.{n}.1") for n in left
    ]
    places = select(Content.place).join(Snapshot, Snapshot.digest == Content.digest)
    stored = ctx.session.scalars(
        places.where(Content.keyframe_id.is_not(None)).order_by(Snapshot.id)
    )
    assert list(stored) == list(range(len(left)))


def test_a_text_that_somebody_begins_to_show_at_this_moment_is_kept(runtime, ctx, clock):
    runtime.settings = ctx.settings
    with runtime.context(ctx.person, ctx.origin) as before:
        device = make_device(before)
        rows = shown_every(before, clock, device, 3, hours=1)
    clock.forward(days=8)
    with runtime.context(ctx.person, ctx.origin) as showing:
        show(showing, showing.session.merge(device), config("ntp server 10.0.0.1"))
        with runtime.context(ctx.person, ctx.origin) as removing:
            assert retention.apply(removing, referred=nothing) == 1
    with runtime.context(ctx.person, ctx.origin) as after:
        assert kept(after, rows) == [0, 2]


def test_a_text_that_is_removed_at_this_moment_is_kept_again_when_shown(runtime, ctx, clock):
    runtime.settings = ctx.settings
    with runtime.context(ctx.person, ctx.origin) as before:
        device = make_device(before)
        rows = shown_every(before, clock, device, 3, hours=1)
    clock.forward(days=8)
    with ThreadPoolExecutor(1) as threads:
        with runtime.context(ctx.person, ctx.origin) as removing:
            assert retention.apply(removing, referred=nothing) == 2
            shown = threads.submit(_show_again, runtime, ctx, device)
            time.sleep(0.3)  # the other one waits for the removal by now
        shown.result()
    with runtime.context(ctx.person, ctx.origin) as after:
        assert kept(after, rows) == [0, 2]


def _show_again(runtime, ctx, device):
    with runtime.context(ctx.person, ctx.origin) as showing:
        show(showing, showing.session.merge(device), config("ntp server 10.0.0.1"))
