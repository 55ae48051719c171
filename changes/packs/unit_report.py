"""The report on a unit over a period: its posts, its policies, its changes. Reads only."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from changes.packs.device_report import changes_section
from changes.packs.model import Period
from changes.packs.people import named, when
from changes.packs.report import Block, Pairs, Report, Section, Words, table
from core.context import Context
from core.counting import counted
from organization.models import Policy, PolicyVersion, Post, PostHolding, Unit

MOST = 1000


def report(
    ctx: Context, unit: Unit, period: Period, *, units: frozenset[int], devices: frozenset[int],
    configurations: int, changes: Sequence[int],
) -> Report:  # fmt: skip
    """What an auditor reads first of a unit."""
    return Report(
        title=f"Unit {unit.code}",
        lead=f"What happened in {unit.name} ({unit.code}) and the units below it {period.words}: "
        f"{counted(len(devices), 'device')}, {counted(configurations, 'configuration')} seen, "
        f"{counted(len(changes), 'change')}.",
        sections=(
            Section(
                title="The unit",
                blocks=(Pairs(rows=(
                    ("Code", unit.code), ("Name", unit.name), ("Period", period.words),
                    ("Units, with those below", str(len(units))), ("Devices", str(len(devices))),
                )),),
            ),
            Section(title="Who held which post", blocks=_posts(ctx, units, period)),
            Section(title="Policies", blocks=_policies(ctx, units, period)),
            changes_section(ctx, changes, devices),
        ),
    )  # fmt: skip


def _posts(ctx: Context, units: frozenset[int], period: Period) -> Sequence[Block]:
    query = (
        select(PostHolding)
        .join(Post, Post.id == PostHolding.post_id)
        .where(Post.unit_id.in_(units))
        .order_by(PostHolding.id)
        .options(joinedload(PostHolding.person), joinedload(PostHolding.post).joinedload(Post.unit))
    )
    if period.since is not None:
        query = query.where(or_(PostHolding.until.is_(None), PostHolding.until > period.since))
    if period.until is not None:
        query = query.where(PostHolding.since < period.until)
    rows = [
        (
            named(one.person), one.post.title, one.post.unit.code, when(one.since),
            _end(one, period), ", ".join(one.post.permissions),
        )
        for one in ctx.session.scalars(query)
    ]  # fmt: skip
    if not rows:
        return (Words(text="Nobody held a post."),)
    columns = ("person", "post", "unit", "since (UTC)", "until", "permissions")
    return (table(columns, rows, widths=(18, 16, 10, 15, 15, 26), most=MOST),)


def _end(one: PostHolding, period: Period) -> str:
    """When it ended, if that was in the period: a later end is no part of it."""
    if one.until is None or (period.until is not None and one.until >= period.until):
        return "-"
    return when(one.until)


def _policies(ctx: Context, units: frozenset[int], period: Period) -> Sequence[Block]:
    query = (
        select(PolicyVersion)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.unit_id.in_(units))
        .order_by(PolicyVersion.id)
        .options(joinedload(PolicyVersion.policy))
    )
    if period.until is not None:
        query = query.where(PolicyVersion.published_at < period.until)
    rows = [
        (one.policy.code, str(one.version), one.policy.title, when(one.published_at))
        for one in ctx.session.scalars(query)
    ]
    if not rows:
        return (Words(text="None was published."),)
    return (table(("policy", "version", "title", "published (UTC)"), rows, most=MOST),)
