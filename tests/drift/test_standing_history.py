"""How devices stood over time: a row where something changed, and none where nothing did."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from drift import standing, standing_history
from drift.rules import Target
from drift.standing import Inputs, Outcome
from drift.standing_models import RuleSet, Standing
from inventory import snapshots
from tests.factories import make_device

TARGET = Target(platform="cisco_ios", role="", site="x", tags=frozenset())


@pytest.fixture
def inputs(ctx):
    device = make_device(ctx)
    stored = snapshots.store(ctx, device, source="running", text="a\n", doubts=(), facts={})
    return Inputs(
        device_id=device.id, hostname=device.hostname, target=TARGET,
        snapshot_id=stored.snapshot.id, snapshot=stored.snapshot.digest, baseline_id=None,
        baseline=None, sections=(), masks=(), known=None, outcome=None,
    )  # fmt: skip


def judged(ctx, inputs, broken=(), *, rules=("A", "B"), asked=b"r" * 32, outcome="in_sync"):
    standing.note(ctx, [
        Outcome(
            inputs=inputs, outcome=outcome, rules=tuple(rules), broken=dict(broken), asked=asked,
            digest=b"i" * 32,
        )
    ])  # fmt: skip


def rows(ctx, inputs):
    query = select(Standing).where(Standing.device_id == inputs.device_id)
    return ctx.session.scalars(
        query.order_by(Standing.since), execution_options={"populate_existing": True}
    ).all()


def test_the_first_judgement_is_kept(ctx, inputs):
    judged(ctx, inputs, {"A": "no"})
    [row] = rows(ctx, inputs)
    assert (row.since, row.outcome, row.failed) == (ctx.now(), "in_sync", {"A": "no"})
    asked = ctx.session.get(RuleSet, row.rule_set)
    assert (asked.digest, asked.rules) == (b"r" * 32, ["A", "B"])


def test_one_that_came_to_the_same_is_not(ctx, inputs, clock):
    judged(ctx, inputs, {"A": "no"})
    clock.forward(days=1)
    judged(ctx, inputs, {"A": "no"})
    assert len(rows(ctx, inputs)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"broken": {"A": "otherwise"}}, {"broken": {}}, {"outcome": "drifted"},
        {"rules": ("A",)}, {"asked": b"s" * 32},
    ],
)  # fmt: skip
def test_one_that_came_to_something_else_is_kept_from_its_time(ctx, inputs, clock, other):
    judged(ctx, inputs, {"A": "no"})
    clock.forward(days=1)
    judged(ctx, inputs, **({"broken": {"A": "no"}} | other))
    assert [row.since for row in rows(ctx, inputs)] == [
        ctx.now() - timedelta(days=1), ctx.now()
    ]  # fmt: skip


def test_of_two_at_the_same_time_the_later_one_counts(ctx, inputs):
    judged(ctx, inputs, {"A": "no"})
    judged(ctx, inputs)
    assert [row.failed for row in rows(ctx, inputs)] == [{}]


def test_a_time_is_answered_by_the_judgement_before_it(ctx, inputs, clock):
    begin = ctx.now()
    for broken in ({"A": "1"}, {"A": "2"}):
        clock.forward(days=1)
        judged(ctx, inputs, broken)
    times = [begin + timedelta(hours=hours) for hours in (23, 24, 47, 48, 900)]
    key = inputs.device_id
    found = [standing_history.at(ctx, [key], one) for one in times]
    assert [one[key].failed["A"] if key in one else None for one in found] == [
        None, "1", "1", "2", "2",
    ]  # fmt: skip


def test_the_database_refuses_rules_under_anothers_name(ctx):
    ctx.session.add(RuleSet(name=b"n" * 32, digest=b"d" * 32, rules=["A"]))
    with pytest.raises(IntegrityError, match="ck_rule_set_name"):
        ctx.session.flush()
    ctx.session.rollback()


def test_the_retention_keeps_what_holds_at_its_beginning(ctx, inputs, clock):
    for number in range(4):
        judged(ctx, inputs, {"A": str(number)})
        clock.forward(days=10)
    ctx.settings = ctx.settings.model_copy(update={"keep_standings_days": 15})
    ctx.recorded.clear()
    standing_history.remove_old(ctx)
    assert [row.failed["A"] for row in rows(ctx, inputs)] == ["2", "3"]
    assert ctx.recorded == ["standing.removed"]


def test_without_the_setting_everything_is_kept(ctx, inputs, clock):
    judged(ctx, inputs, {"A": "1"})
    clock.forward(days=10_000)
    judged(ctx, inputs)
    assert (standing_history.remove_old(ctx), len(rows(ctx, inputs))) == (0, 2)
