"""The report on a clause over a period: its words, its rules, who broke it and when. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from changes.packs.model import Period
from changes.packs.people import when
from changes.packs.report import Block, Pairs, Report, Section, Words, table
from changes.packs.standings import Broken
from core.context import Context
from core.counting import counted
from drift import compliance
from organization.models import Clause, PolicyVersion

MOST = 2000


def report(
    ctx: Context, version: PolicyVersion, clause: Clause, period: Period, *, devices: int,
    broken: Sequence[Broken],
) -> Report:  # fmt: skip
    """What an auditor reads first of a clause."""
    guilty = len({one.device_id for one in broken})
    policy = version.policy
    watched = "No rule watches it, so nobody looked."
    if clause.rules:
        watched = f"{guilty} of {counted(devices, 'device')} broke it in that time."
    return Report(
        title=f"Clause {clause.number} of {policy.code}, version {version.version}",
        lead=f"“{clause.text}” How it was kept {period.words}: {watched}",
        sections=(
            Section(title="The clause", blocks=(
                Pairs(rows=(
                    ("Policy", f"{policy.code}: {policy.title}"),
                    ("Version", str(version.version)), ("Published", when(version.published_at)),
                    ("Clause", f"{clause.number}: {clause.text}"), ("Period", period.words),
                )),
                *_rules(ctx, clause),
            )),
            Section(title="Versions of the policy", blocks=(_versions(ctx, version, period),)),
            Section(title="Who broke it, and when", blocks=_broken(broken, clause)),
        ),
    )  # fmt: skip


def _rules(ctx: Context, clause: Clause) -> Sequence[Block]:
    known = {rule.id: rule for rule in compliance.rules(ctx.settings)}
    rows = [(one, known[one].title if one in known else "not in force now") for one in clause.rules]
    if not rows:
        return (Words(text="No rule watches this clause.", manner="warning"),)
    return (table(("rule that watches it", "what it says"), rows, widths=(25, 75), most=MOST),)


def _versions(ctx: Context, version: PolicyVersion, period: Period) -> Block:
    query = (
        select(PolicyVersion)
        .where(PolicyVersion.policy_id == version.policy_id)
        .order_by(PolicyVersion.version)
        .options(joinedload(PolicyVersion.policy))
    )
    if period.until is not None:
        query = query.where(PolicyVersion.published_at < period.until)
    rows = [
        (str(one.version), when(one.published_at), "yes" if one.id == version.id else "no")
        for one in ctx.session.scalars(query)
    ]
    return table(("version", "published (UTC)", "told here"), rows, most=MOST)


def _broken(broken: Sequence[Broken], clause: Clause) -> Sequence[Block]:
    if not clause.rules:
        return (Words(text="Nobody looked."),)
    rows = [
        (
            one.hostname, when(one.since), when(one.until),
            "; ".join(f"{rule}: {detail}" for rule, detail in one.rules),
        )
        for one in broken
    ]  # fmt: skip
    if not rows:
        return (Words(text="No device was judged to break it."),)
    columns = ("device", "from (UTC)", "until", "why")
    return (table(columns, rows, widths=(20, 15, 15, 50), most=MOST),)
