"""The heart keeps a claim alive beside the work, and tells what is left of it."""

import time

import pytest

from changes import oversight
from changes.claims import Hold
from changes.heart import Heart, beating
from core.settings import Settings


def heart_of(office, held, *, runtime=None, seconds=30.0):
    return Heart(
        runtime=runtime or office.runtime, held=held, until=time.monotonic() + seconds
    )  # fmt: skip


def test_a_beat_moves_the_lease_on(office):
    change = office.approved("r1")
    heart = heart_of(office, office.claimed(change))
    before = heart.until
    office.clock.forward(seconds=30)
    heart.beat()
    assert heart.until > before
    assert (office.runs(change)[0].lease_until - office.clock.at).total_seconds() == 60


def test_a_stop_is_told_at_the_next_beat(office):
    change = office.approved("r1")
    heart = heart_of(office, office.claimed(change))
    with office.acting("operator") as ctx:
        oversight.stop(ctx, change.id, note="alarm")
    assert heart.hold() is Hold.HELD
    heart.beat()
    assert heart.hold() is Hold.STOPPING


def test_a_lease_taken_away_is_told_at_the_next_beat(office):
    change = office.approved("r1")
    heart = heart_of(office, office.claimed(change))
    office.clock.forward(seconds=61)
    heart.beat()
    assert heart.hold() is Hold.LOST


def test_a_database_that_is_away_costs_nothing_before_the_lease_is_over(office, away):
    heart = heart_of(office, office.claimed(office.approved("r1")), runtime=away)
    before = heart.until
    heart.beat()
    assert (heart.hold(), heart.until) == (Hold.HELD, before)


def test_a_database_that_stays_away_costs_the_claim_when_the_lease_is_over(office, away):
    away.settings = Settings(home=office.runtime.settings.home, lease_seconds=5)
    heart = heart_of(office, office.claimed(office.approved("r1")), runtime=away, seconds=1)
    heart.keep()
    assert heart.hold() is Hold.LOST


def test_the_heart_beats_while_the_work_lasts_and_ends_with_it(office, tmp_path):
    office.runtime.settings = Settings(home=tmp_path, lease_seconds=5)
    change = office.approved("r1")
    held = office.claimed(change)
    with beating(office.runtime, held) as heart:
        office.clock.forward(seconds=3)
        deadline = time.monotonic() + 10
        while office.runs(change)[0].lease_until < office.clock.at and time.monotonic() < deadline:
            time.sleep(0.05)
        before = office.runs(change)[0].lease_until
        while office.runs(change)[0].lease_until == before and time.monotonic() < deadline:
            time.sleep(0.05)
    assert (office.runs(change)[0].lease_until - office.clock.at).total_seconds() == 5
    assert heart.ended.is_set()


def test_the_heart_ends_even_when_the_work_breaks(office):
    held = office.claimed(office.approved("r1"))
    with pytest.raises(RuntimeError, match="broken"), beating(office.runtime, held) as heart:
        raise RuntimeError("broken")
    assert heart.ended.is_set()
